package import Records

/// The trainer in the clear that training on shares equals in every bit: oblivious trees, boosted on squared loss by
/// whole numbers alone, without a division where conditions are chosen (docs/TRAINING.md).
///
/// Trees of a group are grown on the same residuals. For each stage of a tree the coin draws candidates; of those the
/// one of the largest Σ (A · G₁ − C · G)² over the nodes is the condition, and of equal ones the first that was drawn.
/// Conditions of one stage are chosen at the same nodes, each among candidates of its own.
package struct ReferenceTrainer: Sendable {
    package let rule: TrainingRule
    package let frequencies: BitFrequencies
    package let coin: TrainingCoin

    /// Why nothing can be trained.
    package enum Failure: Error, Sendable, Hashable {
        /// There is not one frequency a thermometer bit.
        case frequencies
        /// There are too few thermometer bits for each condition of a stage to have a candidate.
        case bits
        case bounds(TrainingBounds.Exceeded)
        /// Rows' bits spread further than the rule says, so that a score left its ring: on shares it would have wrapped.
        case spread
        case forest(Forest.Invalid)
    }

    /// - Parameters:
    ///   - frequencies: of the population, one a thermometer bit.
    ///   - coin: what the candidates are drawn by.
    package init(rule: TrainingRule = .standard, frequencies: BitFrequencies, coin: TrainingCoin) {
        self.rule = rule
        self.frequencies = frequencies
        self.coin = coin
    }

    /// Boosts a forest of `rule.trees` trees with `rule.fraction` fraction bits. The first tree's leaves carry the
    /// constant.
    ///
    /// - Parameter progress: called after every tree with the trees grown so far.
    /// - Cost: `trees × depth × candidates × rows × (part of ones)` additions.
    package func train(_ columns: BitColumns, progress: (Int) -> Void = { _ in }) throws(Failure) -> Forest {
        guard frequencies.bits.count == columns.bits else { throw .frequencies }
        guard columns.bits > rule.candidates * ((rule.stages.max() ?? 1) - 1) else { throw .bits }
        let frauds = columns.fraud.count { $0 }
        let growth = Growth(
            columns: columns, rule: rule, weights: rule.weights(frequencies), coin: coin,
            table: LeafTable(rows: columns.count, rule: rule))
        do {
            _ = try TrainingBounds(rows: columns.count, frauds: frauds, rule: rule, weights: growth.weights)
        } catch { throw .bounds(error) }
        let base = Int32(rule.base(rows: columns.count, frauds: frauds))
        var residuals = columns.fraud.map { ($0 ? Int32(rule.one) : 0) - base }
        var trees: [Forest.Tree] = []
        for _ in 0..<rule.trees / rule.group {
            var rest = residuals
            for _ in 0..<rule.group {
                let (tree, nodes) = try growth.grow(trees.count, on: residuals)
                lower(&rest, by: tree.leaves, at: nodes)
                trees.append(tree)
                progress(trees.count)
            }
            residuals = rest
        }
        for leaf in trees[0].leaves.indices { trees[0].leaves[leaf] += base }
        do { return try Forest(trees: trees, bits: columns.bits, fractionBits: rule.fraction) } catch {
            throw .forest(error)
        }
    }

    private func lower(_ residuals: inout [Int32], by leaves: [Int32], at nodes: [UInt8]) {
        let leaves = leaves.span
        let nodes = nodes.span
        var rest = residuals.mutableSpan
        for row in rest.indices { rest[row] &-= leaves[Int(nodes[row])] }
    }
}

/// What growing a tree takes, beside the residuals.
private struct Growth {
    let columns: BitColumns
    let rule: TrainingRule
    let weights: [BitWeights]
    let coin: TrainingCoin
    let table: LeafTable

    /// One tree, without the forest's constant, and the leaf of every row.
    func grow(
        _ tree: Int, on residuals: [Int32]
    ) throws(ReferenceTrainer.Failure) -> (Forest.Tree, nodes: [UInt8]) {
        var nodes = [UInt8](repeating: 0, count: columns.count)
        var conditions: [Int] = []
        for together in rule.stages {
            let level = conditions.count
            let drawn = coin.draw(
                tree: tree, level: level, bits: columns.bits, count: min(columns.bits, rule.candidates * together))
            let scores = try scores(drawn, nodes, nodeCount: 1 << level, residuals)
            for stage in 0..<together {
                let part = (stage * rule.candidates..<(stage + 1) * rule.candidates).clamped(to: drawn.indices)
                // The first of the largest: `max` would take the last of equal ones.
                let best = part.dropFirst().reduce(part.lowerBound) { scores[$1] > scores[$0] ? $1 : $0 }
                split(&nodes, by: drawn[best], level: conditions.count)
                conditions.append(drawn[best])
            }
        }
        return (Forest.Tree(conditions: conditions, leaves: leaves(nodes, residuals)), nodes)
    }

    /// The score of every candidate at a level's nodes.
    private func scores(
        _ candidates: [Int], _ nodes: [UInt8], nodeCount: Int, _ residuals: [Int32]
    ) throws(ReferenceTrainer.Failure) -> [UInt128] {
        let all = sums(nodes, residuals, count: nodeCount).residuals
        var scores: [UInt128] = []
        for bit in candidates {
            var ones = [Int](repeating: 0, count: nodeCount)
            add(bit, nodes, residuals, to: &ones)
            var score: UInt128 = 0
            for node in 0..<nodeCount {
                let part = UInt128(weights[bit].covariance(ones: ones[node], all: all[node]).magnitude)
                score += part * part
            }
            guard score < 1 << 62 else { throw .spread }
            scores.append(score)
        }
        return scores
    }

    /// Adds the residuals of the rows where a bit is set to the sums of their nodes.
    private func add(_ bit: Int, _ nodes: [UInt8], _ residuals: [Int32], to sums: inout [Int]) {
        let nodes = nodes.span
        let residuals = residuals.span
        var sums = sums.mutableSpan
        columns.forEachRow(ofBit: bit) { row in sums[Int(nodes[row])] &+= Int(residuals[row]) }
    }

    /// Sends the rows where a bit is set to the upper half of the nodes.
    private func split(_ nodes: inout [UInt8], by bit: Int, level: Int) {
        var nodes = nodes.mutableSpan
        columns.forEachRow(ofBit: bit) { row in nodes[row] |= 1 << UInt8(level) }
    }

    private func leaves(_ nodes: [UInt8], _ residuals: [Int32]) -> [Int32] {
        let sums = sums(nodes, residuals, count: 1 << rule.depth)
        return zip(sums.residuals, sums.rows).map { Int32(table.leaf(sum: $0, rows: $1)) }
    }

    /// The sum of residuals, and the number of rows, of each node.
    private func sums(_ nodes: [UInt8], _ residuals: [Int32], count: Int) -> (residuals: [Int], rows: [Int]) {
        var sums = [Int](repeating: 0, count: count)
        var rows = sums
        for (node, residual) in zip(nodes, residuals) {
            sums[Int(node)] &+= Int(residual)
            rows[Int(node)] &+= 1
        }
        return (sums, rows)
    }
}

extension ReferenceTrainer.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frequencies: "there is not one frequency a thermometer bit: take those that were published with the bins"
        case .bits:
            "the features have too few thermometer bits for a stage's candidates: draw fewer, or choose fewer at once"
        case .bounds(let exceeded): "\(exceeded)"
        case .spread: "the rows' bits spread further than the rule's `spread` says: raise it, or lower the weight bits"
        case .forest(let invalid): "the trees make no forest: \(invalid)"
        }
    }
}
