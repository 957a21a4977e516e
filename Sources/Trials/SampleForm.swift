/// The form of a file of records, by its name and its first bytes.
enum SampleForm {
    case xml, messagesInJSON, csv, json

    /// A name's ending counts in capitals, and before `.gz`.
    init(_ path: String, _ bytes: [UInt8]) {
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        let first = bytes.first { $0 > 32 && $0 < 128 }
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
            self = .csv
        } else if name.hasSuffix(".xml") || first == UInt8(ascii: "<") {
            self = .xml
        } else {
            let head = String(decoding: bytes.prefix(16_384), as: UTF8.self).lowercased()
            self = head.contains("grphdr\"") || head.contains("assgnmt\"") ? .messagesInJSON : .json
        }
    }

    /// The committed mapping of records of this form.
    var mapping: String {
        switch self {
        case .xml: "iso20022.yaml"
        case .messagesInJSON: "iso20022-json.yaml"
        case .csv: "csv.yaml"
        case .json: "canonical.yaml"
        }
    }
}
