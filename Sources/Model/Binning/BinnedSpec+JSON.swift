import Foundation
import Records

/// The public bins as a file: what a consortium publishes and every member's agent reads. JSON, UTF-8, keys sorted, one
/// line; equal specs give equal bytes, and numbers read back exactly.
extension BinnedSpec {
    package enum FileError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Not JSON, or not of the file's shape or version.
        case malformed
        /// The feature at this place, from 0, is not of a known kind, or a field of it is wrong.
        case feature(index: Int)
        /// Features, edges and frequencies are each readable, and don't fit each other.
        case edges(Invalid)

        package var description: String {
            switch self {
            case .malformed: "not a file of feature bins (JSON, \(BinsFile.currentFormat))"
            case .feature(let index): "feature \(index + 1) of the feature bins is none that this version knows"
            case .edges(.frequencies): "the feature bins are refused: \(Invalid.frequencies)"
            case .edges: "the edges of the feature bins are not ascending lists of at most 31 numbers, one a feature"
            }
        }
    }

    /// Reads a file of bins, and checks all that the spec's initialiser checks.
    ///
    /// - Throws: `malformed`, `feature` for the first one that is wrong, `edges`.
    package init(json: [UInt8]) throws(FileError) {
        guard let file = try? JSONDecoder().decode(BinsFile.self, from: Data(json)),
            file.format == BinsFile.currentFormat
        else { throw .malformed }
        var features: [Feature] = []
        for (index, coding) in file.features.enumerated() {
            guard let feature = try? coding.feature() else { throw .feature(index: index) }
            features.append(feature)
        }
        do {
            try self.init(
                spec: FeatureSpec(
                    name: file.featureSpec, features: features, terms: file.consortium?.terms ?? .init(),
                    tellsLabels: file.consortium != nil),
                edges: file.edges, frequencies: BitFrequencies(file: file.frequencies))
        } catch { throw .edges(error) }
    }

    /// The file, with a line feed at its end.
    package func json() -> [UInt8] {
        let file = BinsFile(
            format: BinsFile.currentFormat, featureSpec: spec.name, features: spec.features.map { FeatureForm($0) },
            consortium: TermsForm(spec), edges: edges, frequencies: frequencies?.bits.map(\.count))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(file) else {
            preconditionFailure("edges are finite, so they can be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

private struct BinsFile: Codable {
    static let currentFormat = "cordon/feature-bins/v2"

    var format: String
    var featureSpec: String
    var features: [FeatureForm]
    var consortium: TermsForm?
    var edges: [[Double]]
    /// In millionths; absent where nobody counted.
    var frequencies: [Int]?
}

extension BitFrequencies {
    /// What a file says in millionths; nil where it says nothing. Numbers that are none leave too few, which no spec takes.
    init?(file counts: [Int]?) {
        guard let counts else { return nil }
        let bits = counts.map { Millionths($0) }
        self.init(bits.contains(nil) ? [] : bits.compactMap { $0 })
    }
}
