/// Gradient boosting of oblivious trees on squared loss over thermometer bits, in the clear (DESIGN sections 4.2 and 6;
/// Friedman 2001; symmetric trees as CatBoost's, Prokhorenkova et al. 2018).
///
/// The forest starts from the mean outcome, which the first tree's leaves carry. Residuals follow the rounded leaves,
/// so the rounding of one tree is made good by the next and does not add up. Everything up to the gains is integer
/// arithmetic, and the same set and options give the same forest.
package struct PlainTrainer: Sendable {
    package let options: TrainingOptions

    /// Why nothing can be trained.
    package enum Failure: Error, Sendable, Hashable {
        /// An option is outside its range; see `TrainingOptions`.
        case options
        case noRows
        /// The trees do not make a forest, for instance because scores would not fit 32 bits.
        case forest(Forest.Invalid)
    }

    /// - Throws: `options` where one is out of range. Trees are at most 8 deep here, since nodes are numbered in a
    ///   byte.
    package init(options: TrainingOptions = TrainingOptions()) throws(Failure) {
        guard options.trees >= 1, (1...8).contains(options.depth), (1...20).contains(options.fractionBits),
            options.learningRate > 0, options.learningRate <= 1,
            options.leafRegularisation >= 0, options.leafRegularisation.isFinite
        else { throw .options }
        self.options = options
    }

    /// Boosts a forest.
    ///
    /// - Parameter progress: called after every tree with the trees grown so far.
    /// - Cost: `trees × depth × features × rows` additions.
    /// - Returns: a forest of exactly `options.trees` trees. Where no split is better than none, a level repeats its
    ///   tree's last condition, or asks for bit 0 at the top.
    package func train(_ set: TrainingSet, progress: (Int) -> Void = { _ in }) throws(Failure) -> Forest {
        guard set.count > 0 else { throw .noRows }
        let one = Int32(1) << options.fractionBits
        let frauds = set.fraud.reduce(0) { $0 + ($1 ? 1 : 0) }
        let mean = Int32((Double(frauds) / Double(set.count) * Double(one)).rounded())
        var residuals = set.fraud.map { ($0 ? one : 0) - mean }
        var histogram = Histogram()
        var trees: [Forest.Tree] = []
        for index in 0..<options.trees {
            var tree = grow(set, &residuals, &histogram)
            if index == 0 { for leaf in tree.leaves.indices { tree.leaves[leaf] += mean } }
            trees.append(tree)
            progress(trees.count)
        }
        do {
            return try Forest(trees: trees, bits: set.spec.bits, fractionBits: options.fractionBits)
        } catch { throw .forest(error) }
    }

    /// One tree over the residuals, which it then lowers by its leaves.
    private func grow(_ set: TrainingSet, _ residuals: inout [Int32], _ histogram: inout Histogram) -> Forest.Tree {
        var nodes = [UInt8](repeating: 0, count: set.count)
        var conditions: [Int] = []
        for level in 0..<options.depth {
            let bit = condition(level: level, set, nodes, residuals, &histogram) ?? conditions.last ?? 0
            split(set, by: bit, level: level, &nodes)
            conditions.append(bit)
        }
        let leaves = values(nodes, residuals)
        let values = leaves.span
        let place = nodes.span
        var rest = residuals.mutableSpan
        for row in rest.indices { rest[row] &-= values[Int(place[row])] }
        return Forest.Tree(conditions: conditions, leaves: leaves)
    }

    /// The most useful condition, nil where none is better than no split.
    private func condition(
        level: Int, _ set: TrainingSet, _ nodes: [UInt8], _ residuals: [Int32], _ histogram: inout Histogram
    ) -> Int? {
        let nodeCount = 1 << level
        var search = SplitSearch(regularisation: options.leafRegularisation)
        var unsplit: Double?
        for feature in set.columns.indices where !set.spec.edges[feature].isEmpty {
            histogram.fill(
                column: set.columns[feature], bins: set.spec.edges[feature].count + 1, nodes: nodes,
                nodeCount: nodeCount, residuals: residuals)
            if unsplit == nil { unsplit = search.score(unsplit: histogram, nodeCount: nodeCount) }
            search.consider(histogram, nodeCount: nodeCount, firstBit: set.spec.firstBit[feature])
        }
        guard let unsplit, let best = search.best, best.score > unsplit else { return nil }
        return best.bit
    }

    /// Sends the rows where thermometer bit `bit` is set to the upper half of the level's nodes.
    private func split(_ set: TrainingSet, by bit: Int, level: Int, _ nodes: inout [UInt8]) {
        let (feature, edge) = set.spec.meaning(ofBit: bit)
        let bins = set.columns[feature]
        let column = bins.span
        var nodes = nodes.mutableSpan
        for row in column.indices where Int(column[row]) > edge { nodes[row] |= 1 << UInt8(level) }
    }

    /// Shrunken means of the residuals in every leaf, in units of 2^-fractionBits.
    private func values(_ nodes: [UInt8], _ residuals: [Int32]) -> [Int32] {
        var sums = [Int64](repeating: 0, count: 1 << options.depth)
        var counts = [Int64](repeating: 0, count: 1 << options.depth)
        for row in nodes.indices {
            sums[Int(nodes[row])] += Int64(residuals[row])
            counts[Int(nodes[row])] += 1
        }
        return zip(sums, counts).map { sum, count in
            guard count > 0 else { return 0 }
            let mean = Double(sum) / (Double(count) + options.leafRegularisation)
            return Int32((options.learningRate * mean).rounded())
        }
    }
}

extension PlainTrainer.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .options: "a training option is outside its range"
        case .noRows: "there are no transactions to train on"
        case .forest(let invalid): "the trees make no forest: \(invalid)"
        }
    }
}
