import Foundation

/// A model in CatBoost's own JSON export (`save_model(file, format="json")`), read into our oblivious trees.
///
/// Read are ensembles of symmetric trees over numeric features with one output, trained either on our bins
/// (`forest(trainedOnBinsOf:)`) or on raw feature values (`model(trainedOnValuesOf:)`). Everything else is refused by
/// name. What comes out is CatBoost's `RawFormulaVal`: for a model of logistic loss that is a log-odds, which a
/// calibration turns into a probability as it does any other score. A fixed-point score differs from CatBoost's by at
/// most half a unit of the last fraction bit a tree.
package struct CatBoostImport: Sendable {
    /// A condition of CatBoost's: whether a feature's value, as a float, is above the border.
    private struct Split: Sendable {
        var feature: Int
        var border: Float
    }

    private struct Tree: Sendable {
        var splits: [Split]
        var leaves: [Double]
    }

    private let trees: [Tree]
    private let featureNames: [String]
    /// What CatBoost adds to the sum of all trees.
    private let bias: Double

    /// Reads an export. Leaves are multiplied by the export's scale. Trees are at most 10 deep.
    ///
    /// - Throws: the first reason why the export can't be used.
    package init(json: [UInt8]) throws(Failure) {
        let file = try CatBoostFile(json: json)
        let info = file.featuresInfo
        if let feature = info.categoricalFeatures?.first { throw .categoricalFeatures(feature.name) }
        for (feature, kind) in [(info.textFeatures?.first, "text"), (info.embeddingFeatures?.first, "embedding")] {
            if let feature { throw .unsupportedFeatures(feature.name, kind: kind) }
        }
        guard let fileTrees = file.obliviousTrees else {
            throw file.trees == nil ? .malformed("oblivious_trees") : .notOblivious
        }
        let biases = file.scaleAndBias.biases.count
        guard biases == 1 else { throw biases == 0 ? .malformed("scale_and_bias") : .severalDimensions(biases) }
        let features = info.floatFeatures ?? []
        for (index, feature) in features.enumerated() {
            guard feature.featureIndex == index else {
                throw .malformed("features_info.float_features[\(index)].feature_index")
            }
            guard feature.nanValueTreatment != "AsTrue" else { throw .missingAsLargest(feature.name) }
        }
        let scale = file.scaleAndBias.scale
        var trees: [Tree] = []
        for (index, tree) in fileTrees.enumerated() {
            var splits: [Split] = []
            for split in tree.splits ?? [] {
                guard split.splitType == "FloatFeature" else { throw .splitType(split.splitType, tree: index) }
                guard let feature = split.floatFeatureIndex, features.indices.contains(feature),
                    let border = split.border.map(Float.init), border.isFinite
                else { throw .shape(tree: index) }
                splits.append(Split(feature: feature, border: border))
            }
            guard splits.count <= 10 else { throw .depth(splits.count, tree: index) }
            guard tree.leafValues.count == 1 << splits.count,
                tree.leafValues.allSatisfy({ ($0 * scale).isFinite })
            else { throw .shape(tree: index) }
            trees.append(Tree(splits: splits, leaves: tree.leafValues.map { $0 * scale }))
        }
        guard trees.contains(where: { !$0.splits.isEmpty }) else { throw .noSplits }
        self.trees = trees
        featureNames = features.map { $0.featureId ?? "" }
        bias = file.scaleAndBias.biases[0]
    }

    /// The forest of a model that was trained on the bins of `spec`, one column a feature: its borders lie half-way
    /// between bins, so "bin > k + 0.5" is the feature's thermometer bit `k`.
    ///
    /// - Parameter fractionBits: of the leaves, 0 to 30.
    package func forest(trainedOnBinsOf spec: BinnedSpec, fractionBits: Int = 14) throws(Failure) -> Forest {
        try check(spec.spec)
        return try forest(bits: spec.bits, fractionBits: fractionBits) { split, tree throws(Failure) in
            let edge = split.border - 0.5
            guard edge >= 0, edge < Float(spec.edges[split.feature].count), edge == edge.rounded() else {
                throw .border(tree: tree)
            }
            return spec.firstBit[split.feature] + Int(edge)
        }
    }

    /// The forest of a model that was trained on raw values of `spec`'s features, with the edges that its borders make.
    /// Features that no tree asks about have no edges; edges of the spec itself are put aside, since a model has its own.
    package func model(
        trainedOnValuesOf spec: FeatureSpec, fractionBits: Int = 14
    ) throws(Failure) -> (binned: BinnedSpec, forest: Forest) {
        try check(spec)
        var borders = [Set<Float>](repeating: [], count: spec.features.count)
        for (index, tree) in trees.enumerated() {
            for split in tree.splits {
                guard split.border < .greatestFiniteMagnitude else { throw .border(tree: index) }
                borders[split.feature].insert(split.border)
            }
        }
        let sorted = borders.map { $0.sorted() }
        for (feature, borders) in zip(spec.features, sorted) where borders.count > BinnedSpec.mostEdges {
            throw .borders(borders.count, feature: feature.name)
        }
        let binned: BinnedSpec
        do {
            binned = try BinnedSpec(spec: spec.withoutEdges, edges: sorted.map { $0.map(Self.edge(border:)) })
        } catch { throw .edges(error) }
        let forest = try forest(bits: binned.bits, fractionBits: fractionBits) { split, tree throws(Failure) in
            guard let edge = sorted[split.feature].firstIndex(of: split.border) else { throw .border(tree: tree) }
            return binned.firstBit[split.feature] + edge
        }
        return (binned, forest)
    }

    /// The least double that CatBoost finds above a border. It rounds a value to the nearest float before it compares
    /// (ties to the even significand), so this is the middle between the border and the next float, or the next double
    /// where that tie goes down.
    private static func edge(border: Float) -> Double {
        let middle = (Double(border) + Double(border.nextUp)) / 2
        return Float(middle) > border ? middle : middle.nextUp
    }

    /// Refuses a spec with another number of features, or with other names where the export has names.
    private func check(_ spec: FeatureSpec) throws(Failure) {
        guard spec.features.count == featureNames.count else {
            throw .featureCount(model: featureNames.count, spec: spec.features.count)
        }
        // A model that was trained without names has none, or the column's number.
        for (index, name) in featureNames.enumerated()
        where !name.isEmpty && name != String(index) && name != spec.features[index].name {
            throw .featureName(name, index: index, spec: spec.features[index].name)
        }
    }

    /// Pads every tree to the deepest one by repeating its first condition; the leaves that then can't be reached
    /// repeat those that can. The bias goes into the first tree, before rounding.
    private func forest(
        bits: Int, fractionBits: Int, bit: (Split, Int) throws(Failure) -> Int
    ) throws(Failure) -> Forest {
        guard (0...30).contains(fractionBits) else { throw .leaf(tree: 0) }
        let depth = trees.map(\.splits.count).max() ?? 0
        let unit = Double(1 << fractionBits)
        var made: [Forest.Tree] = []
        for (index, tree) in trees.enumerated() {
            var conditions: [Int] = []
            for split in tree.splits { conditions.append(try bit(split, index)) }
            let padding = conditions.first ?? 0
            while conditions.count < depth { conditions.append(padding) }
            var leaves: [Int32] = []
            for leaf in 0..<1 << depth {
                let value = tree.leaves[leaf & (tree.leaves.count - 1)] + (index == 0 ? bias : 0)
                guard let fixed = Int32(exactly: (value * unit).rounded()) else { throw .leaf(tree: index) }
                leaves.append(fixed)
            }
            made.append(Forest.Tree(conditions: conditions, leaves: leaves))
        }
        do { return try Forest(trees: made, bits: bits, fractionBits: fractionBits) } catch { throw .forest(error) }
    }
}
