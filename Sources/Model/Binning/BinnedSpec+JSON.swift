import Foundation

/// The public bins as a file: what a consortium publishes and every member's agent reads. JSON, UTF-8, keys sorted, one
/// line; equal specs give equal bytes, and numbers read back exactly.
extension BinnedSpec {
    package enum FileError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Not JSON, or not of the file's shape or version.
        case malformed
        case feature(index: Int)
        case edges(Invalid)

        package var description: String {
            switch self {
            case .malformed: "not a file of feature bins (JSON, \(BinsFile.currentFormat))"
            case .feature(let index): "feature \(index + 1) of the feature bins is of an unknown kind"
            case .edges: "the edges of the feature bins are not ascending lists of at most 31 numbers, one a feature"
            }
        }
    }

    package init(json: [UInt8]) throws(FileError) {
        guard let file = try? JSONDecoder().decode(BinsFile.self, from: Data(json)),
            file.format == BinsFile.currentFormat
        else { throw .malformed }
        var features: [Feature] = []
        for (index, coding) in file.features.enumerated() {
            guard let kind = coding.featureKind else { throw .feature(index: index) }
            features.append(Feature(name: coding.name, kind: kind))
        }
        do {
            try self.init(spec: FeatureSpec(name: file.featureSpec, features: features), edges: file.edges)
        } catch { throw .edges(error) }
    }

    package func json() -> [UInt8] {
        let file = BinsFile(
            format: BinsFile.currentFormat, featureSpec: spec.name, features: spec.features.map { FeatureCoding($0) },
            edges: edges)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(file) else {
            preconditionFailure("edges are finite, so they can be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

private struct BinsFile: Codable {
    static let currentFormat = "cordon/feature-bins/v1"

    var format: String
    var featureSpec: String
    var features: [FeatureCoding]
    var edges: [[Double]]
}

/// A feature as it stands in files: its kind as one word, and the window where the kind has one.
struct FeatureCoding: Codable {
    var name: String
    var kind: String
    var entity: String?
    var days: Int?
    var delayDays: Int?

    init(_ feature: Feature) {
        name = feature.name
        kind = feature.kind.name
        guard let (owner, window) = feature.kind.window else { return }
        entity = owner.rawValue
        days = window.days
        delayDays = window.delayDays
    }

    /// Nil where the word is unknown, or the window is missing, longer than ten years, or one that the kind doesn't have.
    var featureKind: Feature.Kind? {
        if entity == nil, days == nil, delayDays == nil { return Feature.Kind(name: kind, window: nil) }
        guard let entity = entity.flatMap(Feature.Entity.init(rawValue:)), let days, let delayDays,
            (1...3650).contains(days), (0...3650).contains(delayDays)
        else { return nil }
        return Feature.Kind(name: kind, window: (entity, Feature.Window(days: days, delayDays: delayDays)))
    }
}
