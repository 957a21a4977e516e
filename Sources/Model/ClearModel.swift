import Foundation
import Records

/// A model in the clear with all that scoring by it takes: what the trainer in the clear writes, what is dealt to the
/// parties as shares, and what the secure pipeline is tested against.
///
/// Its file is JSON, see `init(json:)` and `json()`. Version and feature names are 1 to 64 of ASCII letters, digits and
/// `. _ : + -`, and windows are at most ten years, so that nothing that is loaded can surprise a later stage.
package struct ClearModel: Sendable, Hashable {
    /// The model's name, of 1 to 64 of ASCII letters, digits and `. _ : + -`.
    package let version: String
    /// The public features and cut points.
    package let binned: BinnedSpec
    /// The trees, which are what sharing hides from the parties.
    package let forest: Forest
    /// The public table from the forest's scores to probabilities.
    package let calibration: Calibration
    /// Points that come close to the forest's scores, one list a feature of the spec; nil where none were fitted.
    package let card: Scorecard?

    /// Puts a model together from parts that are each valid and checks that they fit.
    ///
    /// - Throws: `version`, `featureSpec`, `feature`, `fractionBits` unless from 0 to 30, `bits`, or `card`.
    package init(
        version: String, binned: BinnedSpec, forest: Forest, calibration: Calibration, card: Scorecard? = nil
    ) throws(ClearModelError) {
        guard FeatureForm.isName(version) else { throw .version }
        let features = binned.spec.features
        guard FeatureForm.isName(binned.spec.name), !features.isEmpty, Set(features.map(\.name)).count == features.count
        else {
            throw .featureSpec
        }
        for (index, feature) in features.enumerated() {
            guard FeatureForm.isName(feature.name), (try? FeatureForm(feature).feature()) == feature else {
                throw .feature(index: index)
            }
        }
        guard binned.spec.mistake == nil else { throw .featureSpec }
        guard (0...30).contains(forest.fractionBits) else { throw .fractionBits }
        guard forest.bits == binned.bits else { throw .bits(forest: forest.bits, spec: binned.bits) }
        guard card?.fits(binned.edges.map(\.count), fractionBits: forest.fractionBits) ?? true else { throw .card }
        self.card = card
        self.version = version
        self.binned = binned
        self.forest = forest
        self.calibration = calibration
    }

    /// The score of a transaction's packed thermometer bits, `(binned.bits + 7) / 8` bytes, in units of
    /// 2^-`forest.fractionBits`.
    package func score(thermometer bytes: [UInt8]) -> Int64 { forest.score(thermometer: bytes) }

    /// The score of a transaction's features, one value a feature of the spec, in order.
    package func score(values: [Double]) -> Int64 { score(thermometer: binned.thermometer(binned.bins(values))) }

    /// The calibrated probability of fraud of a transaction's packed thermometer bits.
    package func probability(thermometer bytes: [UInt8]) -> Double {
        calibration.probability(score(thermometer: bytes))
    }
}

/// Why a file or a set of parts is not a model.
package enum ClearModelError: Error, Sendable, Hashable {
    /// Not JSON, or not of the model's shape.
    case malformed
    /// Another format, or a later version of it.
    case format
    /// The version is no name of 1 to 64 of ASCII letters, digits and `. _ : + -`.
    case version
    /// The spec has no features, two of one name, or no proper name. The same goes for a spec where the consortium's
    /// features can't be counted (`FeatureSpec.mistake`).
    case featureSpec
    /// A feature's name, kind or window.
    case feature(index: Int)
    case edges(BinnedSpec.Invalid)
    case forest(Forest.Invalid)
    /// The forest's fraction bits are not from 0 to 30.
    case fractionBits
    /// The forest was made for another number of thermometer bits than the spec has.
    case bits(forest: Int, spec: Int)
    case calibration(Calibration.Invalid)
    /// The scorecard has not one point a bin.
    case card
    /// The file states another ring than its leaves need.
    case ring(stated: Int, needed: Int)
}

extension ClearModel {
    /// Reads a model's file and checks everything in it.
    ///
    /// - Throws: the first thing that is wrong, in this order: JSON, format, features, edges, trees, ring, calibration,
    ///   and how they fit together.
    package init(json: [UInt8]) throws(ClearModelError) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(json)) else { throw .malformed }
        guard file.format == File.currentFormat else { throw .format }
        var features: [Feature] = []
        for (index, feature) in file.features.enumerated() {
            guard let feature = try? feature.feature() else { throw .feature(index: index) }
            features.append(feature)
        }
        let binned: BinnedSpec
        do {
            binned = try BinnedSpec(
                spec: FeatureSpec(
                    name: file.featureSpec, features: features, terms: file.consortium?.terms ?? .init(),
                    tellsLabels: file.consortium != nil),
                edges: file.edges, frequencies: BitFrequencies(file: file.frequencies))
        } catch { throw .edges(error) }
        let forest: Forest
        do {
            let trees = file.trees.map { Forest.Tree(conditions: $0.conditions, leaves: $0.leaves) }
            forest = try Forest(trees: trees, bits: binned.bits, fractionBits: file.fractionBits)
        } catch { throw .forest(error) }
        guard forest.ring.rawValue == file.ring else { throw .ring(stated: file.ring, needed: forest.ring.rawValue) }
        let calibration: Calibration
        do {
            let points = file.calibration.map { Calibration.Point(score: $0.score, probability: $0.probability) }
            calibration = try Calibration(points: points)
        } catch { throw .calibration(error) }
        try self.init(
            version: file.version, binned: binned, forest: forest, calibration: calibration,
            card: file.card.map { Scorecard(points: $0, fractionBits: file.fractionBits) })
    }

    /// The model's file: UTF-8, keys sorted, one line; equal models give equal bytes, and numbers read back exactly.
    package func json() -> [UInt8] {
        let file = File(
            format: File.currentFormat, version: version, featureSpec: binned.spec.name,
            features: binned.spec.features.map { FeatureForm($0) }, consortium: TermsForm(binned.spec),
            edges: binned.edges, frequencies: binned.frequencies?.bits.map(\.count),
            fractionBits: forest.fractionBits, ring: forest.ring.rawValue,
            trees: forest.trees.map { FileTree(conditions: $0.conditions, leaves: $0.leaves) },
            calibration: calibration.points.map { FilePoint(score: $0.score, probability: $0.probability) },
            card: card?.points)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(file) else {
            preconditionFailure("a valid model holds only finite numbers, so it can be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

/// The file, version 2.
private struct File: Codable {
    static let currentFormat = "cordon/clear-model/v2"

    var format: String
    var version: String
    var featureSpec: String
    var features: [FeatureForm]
    var consortium: TermsForm?
    var edges: [[Double]]
    var frequencies: [Int]?
    var fractionBits: Int
    var ring: Int
    var trees: [FileTree]
    var calibration: [FilePoint]
    var card: [[Int32]]?
}

private struct FileTree: Codable {
    var conditions: [Int]
    var leaves: [Int32]
}

private struct FilePoint: Codable {
    var score: Int64
    var probability: Double
}

extension ClearModelError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is not JSON, or not of a model's shape"
        case .format: "its format is none that this version reads"
        case .version: "its version is no name of 1 to 64 of ASCII letters, digits and . _ : + -"
        case .featureSpec:
            "its feature spec has no features, two of one name, no proper name, or counts that can't be taken"
        case .feature(let index):
            "feature \(index) of its spec, counted from 0, has no proper name, kind or window"
        case .edges(let invalid): "its bins don't fit its features: \(invalid)"
        case .forest(let invalid): "its trees are no forest: \(invalid)"
        case .fractionBits: "its fraction bits are not 0 to 30"
        case .bits(let forest, let spec): "its forest is for \(forest) bits, and its features have \(spec)"
        case .calibration(let invalid): "its calibration is none: \(invalid)"
        case .card: "its scorecard has not one point for every bin of its features"
        case .ring(let stated, let needed): "it states scores of \(stated) bits, and its leaves need \(needed)"
        }
    }
}
