import Foundation

/// The public bins as a file: what a consortium publishes and every member's agent reads. JSON, UTF-8, keys sorted, one
/// line; equal specs give equal bytes, and numbers read back exactly.
extension BinnedSpec {
    package enum FileError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Not JSON, or not of the file's shape or version.
        case malformed
        /// The feature at this place, from 0, is not of a known kind, or a field of it is wrong.
        case feature(index: Int)
        /// Features and edges are each readable, and don't fit each other.
        case edges(Invalid)

        package var description: String {
            switch self {
            case .malformed: "not a file of feature bins (JSON, \(BinsFile.currentFormat))"
            case .feature(let index): "feature \(index + 1) of the feature bins is none that this version knows"
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
                spec: FeatureSpec(name: file.featureSpec, features: features, terms: file.consortium?.terms ?? .init()),
                edges: file.edges)
        } catch { throw .edges(error) }
    }

    /// The file, with a line feed at its end.
    package func json() -> [UInt8] {
        let file = BinsFile(
            format: BinsFile.currentFormat, featureSpec: spec.name, features: spec.features.map { FeatureForm($0) },
            consortium: TermsForm(spec), edges: edges)
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
}
