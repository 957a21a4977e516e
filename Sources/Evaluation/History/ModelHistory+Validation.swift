import Foundation

extension ModelHistory {
    /// A version's scores on some windows, beside another's on the same.
    package struct Validation: Sendable, Hashable, Codable {
        package enum Kind: String, Sendable, Hashable, Codable {
            /// Before it was sealed, on a later window than it was trained on.
            case validation
            /// On what the version in force decided.
            case shadow
            /// On what it decided itself, since it was promoted.
            case probation
        }

        package struct Part: Sendable, Hashable, Codable {
            package var window: Window
            /// How long it is, for alerts a day.
            package var days: Double
            package var own: ScoreHistogram
            package var other: ScoreHistogram?

            package init(window: Window, days: Double, own: ScoreHistogram, other: ScoreHistogram? = nil) {
                self.window = window
                self.days = days
                self.own = own
                self.other = other
            }
        }

        package var kind: Kind
        /// The version beside it; nil where it was scored alone.
        package var beside: String?
        /// No transaction is in two of them.
        package var windows: [Part]
        /// Of members that told.
        package var members: [Told]

        package init(kind: Kind, beside: String? = nil, windows: [Part], members: [Told] = []) {
            self.kind = kind
            self.beside = beside
            self.windows = windows
            self.members = members
        }

        /// All windows of this version; nil without a window, or where thresholds differ.
        package var own: ScoreHistogram? { Self.sum(windows.map(\.own)) }
        /// Likewise of the version beside it; nil unless every window has it.
        package var other: ScoreHistogram? {
            let others = windows.compactMap(\.other)
            return others.count == windows.count ? Self.sum(others) : nil
        }

        /// Both versions; nil where a window has one alone, or other transactions of each.
        package var comparison: PairedHistograms? {
            try? PairedHistograms(
                windows.map { window in
                    guard let other = window.other else { throw ScoreHistogram.Invalid.counts }
                    return try HistogramPair(champion: other, challenger: window.own)
                })
        }

        /// Alerts over all windows.
        package func alerts(aDay: Double?) -> Int? {
            guard let aDay, aDay > 0 else { return nil }
            let alerts = (aDay * windows.reduce(0) { $0 + max(0, $1.days) }).rounded()
            return alerts >= 1 && alerts < 0x1p40 ? Int(alerts) : nil
        }

        private static func sum(_ histograms: [ScoreHistogram]) -> ScoreHistogram? {
            guard let first = histograms.first else { return nil }
            return try? histograms.dropFirst().reduce(first) { try $0 + $1 }
        }
    }
}

extension ScoreHistogram: Codable {
    private enum CodingKeys: String, CodingKey {
        case fractionBits, thresholds, legitimate, frauds
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        do {
            try self.init(
                fractionBits: fields.decode(Int.self, forKey: .fractionBits),
                thresholds: fields.decode([Int64].self, forKey: .thresholds),
                legitimate: fields.decode([Int].self, forKey: .legitimate),
                frauds: fields.decode([Int].self, forKey: .frauds))
        } catch let invalid as Invalid {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(invalid)"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(fractionBits, forKey: .fractionBits)
        try fields.encode(thresholds, forKey: .thresholds)
        try fields.encode(legitimate, forKey: .legitimate)
        try fields.encode(frauds, forKey: .frauds)
    }
}

/// Why a file is no history of a model.
package enum ModelHistoryError: Error, Sendable, Hashable {
    /// Not JSON, or not of the history's shape; where in it, and what.
    case malformed(place: String, reason: String)
    /// Another format, or a later version of it.
    case format(String)
}

extension ModelHistoryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let place, let reason): place.isEmpty ? reason : "at \(place): \(reason)"
        case .format(let format): "its format is \(format), and this version reads \(ModelHistory.currentFormat)"
        }
    }
}

extension ModelHistory {
    private struct Head: Codable { var format: String }

    /// Reads a history's file.
    ///
    /// - Throws: `malformed` with the place, such as `versions.0.calibration`, or `format`.
    package init(json: [UInt8]) throws(ModelHistoryError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let format = try decoder.decode(Head.self, from: Data(json)).format
            guard format == Self.currentFormat else { throw ModelHistoryError.format(format) }
            self = try decoder.decode(Self.self, from: Data(json))
        } catch let error as ModelHistoryError {
            throw error
        } catch let error as DecodingError {
            throw Self.malformed(error)
        } catch {
            throw .malformed(place: "", reason: "it can't be read")
        }
    }

    private static func malformed(_ error: DecodingError) -> ModelHistoryError {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context):
            .malformed(place: place(context.codingPath + [key]), reason: "it is missing")
        case .typeMismatch(_, let context):
            .malformed(place: place(context.codingPath), reason: "it is of another type")
        case .valueNotFound(_, let context): .malformed(place: place(context.codingPath), reason: "it is null")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            .malformed(place: "", reason: "it is not JSON, or has a number that does not fit")
        case .dataCorrupted(let context):
            .malformed(place: place(context.codingPath), reason: context.debugDescription)
        @unknown default: .malformed(place: "", reason: "it is no history of a model")
        }
    }

    /// The history's file: UTF-8, keys sorted; equal histories give equal bytes.
    ///
    /// - Throws: where a number is none, which JSON has no word for.
    package func json() throws -> [UInt8] { try Self.encode(self) }

    /// The figures as a file of the same style.
    ///
    /// - Throws: as `json`.
    package func figuresJSON() throws -> [UInt8] { try Self.encode(figures) }

    private static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try Array(encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}
