import Formats
import Support
import Testing

/// A record that must be refused: which part of it, where, for what.
struct BadCase: CustomTestStringConvertible {
    var name: String
    var format: Format
    var bytes: [UInt8]
    var reason: RejectionReason
    var field: String?
    /// Of the part that is refused; the others must be taken.
    var index = 0
    /// Bytes of the text before what is refused; nil where the record as a whole is.
    var at: Int?

    enum Format: String, CaseIterable {
        case json, csv, xml, isoJSON

        func parser() throws -> RecordParser { RecordParser(mapping: try mapping()) }

        func mapping() throws -> Mapping {
            switch self {
            case .json: try canonical
            case .csv: try csv
            case .xml: try isoMapping(.xml)
            case .isoJSON: try isoMapping(.json)
            }
        }

        private var canonical: Mapping {
            get throws {
                var mapping = Mapping.canonical
                mapping.rates = try isoMapping().rates
                return mapping
            }
        }

        private var csv: Mapping {
            get throws {
                var mapping = try canonical
                mapping.format = .csv(Mapping.CSVForm(columns: BadCSV.columns))
                return mapping
            }
        }
    }

    init(
        _ name: String, _ format: Format, _ text: String, _ reason: RejectionReason, _ field: String? = nil,
        index: Int = 0, at: Int? = nil
    ) {
        self.init(name, format, bytes: Array(text.utf8), reason, field, index: index, at: at)
    }

    init(
        _ name: String, _ format: Format, bytes: [UInt8], _ reason: RejectionReason, _ field: String? = nil,
        index: Int = 0, at: Int? = nil
    ) {
        self.name = name
        self.format = format
        self.bytes = bytes
        self.reason = reason
        self.field = field
        self.index = index
        self.at = at
    }

    var testDescription: String { "\(format.rawValue): \(name)" }
}

extension String {
    /// Bytes before the first `part`.
    func offset(of part: String) -> Int {
        guard let range = firstRange(of: part) else { return -1 }
        return utf8.distance(from: startIndex, to: range.lowerBound)
    }
}
