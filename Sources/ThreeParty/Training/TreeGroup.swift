import Records

/// The rows of a training at one party, in a ring: what all groups read.
///
/// Columns are `RowVectors` of Z_2^32, one a thermometer bit.
struct TrainingColumns: Sendable, Unprinted {
    let bits: AdditiveShares<UInt32>
    /// Elements of a column in memory.
    let stride: Int
    /// Rows that are frauds, which the parties open.
    let frauds: Int
    /// Residuals before anything is learnt.
    let residuals: AdditiveShares<UInt32>
}

/// What a group of trees came to at one party.
struct GrownGroup: Sendable, Unprinted {
    /// By tree and condition, one bit a candidate: which of them it is.
    var conditions: XORShares<UInt8>
    /// By tree and leaf, in units of 2^-f.
    var leaves: AdditiveShares<UInt32>
    /// Of all rows, for the next group.
    var residuals: AdditiveShares<UInt32>
}

/// A group of trees as one party grows it, all in the same messages (docs/design/secure-training.md): stage by stage, histograms,
/// scores, comparisons, the chosen condition, and the rows' nodes; then leaves, and the residuals that they leave.
struct TreeGroup: Unprinted {
    private let steps: SecureSteps
    private let plan: TrainingPlan
    private let columns: TrainingColumns
    private let residuals: AdditiveShares<UInt32>
    private let table: PublicTable
    /// Of the group's first.
    private let firstTree: Int

    /// - Parameters:
    ///   - residuals: what the groups before left.
    ///   - group: from 0.
    init(
        steps: SecureSteps, plan: TrainingPlan, columns: TrainingColumns, table: PublicTable,
        residuals: AdditiveShares<UInt32>, group: Int
    ) {
        self.steps = steps
        self.plan = plan
        self.columns = columns
        self.table = table
        self.residuals = residuals
        firstTree = group * plan.rule.group
    }

    private var trees: Int { plan.rule.group }
    private var stride: Int { columns.stride }

    /// Trees between two stages. Vectors are by tree and node; node v has a row where bit l of v is what condition l says of it.
    private struct Grown: Unprinted {
        /// Conditions that are chosen.
        var level = 0
        /// 1 where a node has the row; nil at the root, which has them all.
        var members: AdditiveShares<UInt32>?
        /// Residuals where a node has the row, 0 elsewhere. Nobody needs them after the last condition.
        var residuals: AdditiveShares<UInt32>?
        /// By condition and tree, one element a candidate.
        var chosen: [[AdditiveShares<UInt32>]] = []

        var nodes: Int { 1 << level }
    }

    func grow() -> Interaction<GrownGroup> {
        var root = Grown()
        root.residuals = residuals.map { residuals in (0..<trees).flatMap { _ in residuals } }
        return stages(plan.rule.stages[...], root).then { grown in
            leafValues(grown).then { leaves in
                remaining(grown, leaves).map { residuals in
                    GrownGroup(conditions: conditions(grown), leaves: leaves, residuals: residuals)
                }
            }
        }
    }

    private func stages(_ rest: ArraySlice<Int>, _ grown: Grown) -> Interaction<Grown> {
        guard let together = rest.first else { return .finished(grown) }
        return stage(Stage(plan, firstTree: firstTree, level: grown.level, together: together), grown).then {
            stages(rest.dropFirst(), $0)
        }
    }

    private func stage(_ stage: Stage, _ grown: Grown) -> Interaction<Grown> {
        histograms(stage, grown).then { scores(stage, $0, nodes: grown.nodes) }
            .then { choose(stage, $0) }
            .then { chosen in
                chosenBits(stage, chosen).then { bits in
                    divide(grown, bits[...]).map { divided in
                        var divided = divided
                        for part in 0..<stage.together {
                            divided.chosen.append(chosen.map { $0[part] })
                        }
                        return divided
                    }
                }
            }
    }

    // MARK: Which condition

    /// A node's sum of residuals, over its rows and over those where each candidate is set: by tree and node, the candidates and
    /// then all. Three rounds.
    private func histograms(_ stage: Stage, _ grown: Grown) -> Interaction<AdditiveShares<UInt64>> {
        guard let residuals = grown.residuals else { preconditionFailure("the last condition is followed by none") }
        let (nodes, count) = (grown.nodes, stage.candidates[0].count)
        let own = [UInt32](unsafeUninitializedCapacity: trees * nodes * count) { out, filled in
            for tree in 0..<trees {
                RowVectors.inner(
                    residuals, vectors: tree * nodes, count: nodes, columns.bits, columns: stage.candidates[tree],
                    stride: stride,
                    into: UnsafeMutableBufferPointer(rebasing: out[tree * nodes * count..<(tree + 1) * nodes * count]))
            }
            filled = out.count
        }
        let all = residuals.map { RowVectors.sums($0, stride: stride) }
        return steps.reshare(own, in: Addition.self, .histograms).then { ones in
            let sums = ones.zip(all) { ones, all in
                (0..<trees * nodes).flatMap { ones[$0 * count..<($0 + 1) * count] + [all[$0]] }
            }
            return steps.lift(sums, .histograms)
        }
    }

    /// Σ over nodes of (A · ones − C · all)², by tree and candidate. One round.
    private func scores(
        _ stage: Stage, _ sums: AdditiveShares<UInt64>, nodes: Int
    ) -> Interaction<AdditiveShares<UInt64>> {
        let count = stage.candidates[0].count
        var own = [UInt64](repeating: 0, count: trees * count)
        for tree in 0..<trees {
            for (place, bit) in stage.candidates[tree].enumerated() {
                let weights = plan.weights[bit]
                let (a, c) = (UInt64(weights.ones), UInt64(weights.all))
                var score: UInt64 = 0
                for node in 0..<nodes {
                    let at = (tree * nodes + node) * (count + 1)
                    let first = a &* sums.first[at + place] &- c &* sums.first[at + count]
                    let second = a &* sums.second[at + place] &- c &* sums.second[at + count]
                    score &+= first &* (first &+ 2 &* second)
                }
                own[tree * count + place] = score
            }
        }
        return steps.reshare(own, .scores)
    }

    /// The first candidate of the largest score of each part, as a one-hot of ring elements: by tree and part. Nine rounds.
    private func choose(
        _ stage: Stage, _ scores: AdditiveShares<UInt64>
    ) -> Interaction<[[AdditiveShares<UInt32>]]> {
        let pairs = stage.pairs
        let differences = scores.map { scores in pairs.map { scores[$0.lower] &- scores[$0.higher] } }
        return steps.negative(differences, .comparisons)
            .then { steps.toRing($0, as: UInt8.self, .losses) }
            .then { losses in
                // Candidate i loses to a later one of a larger score, and to an earlier one of no smaller score.
                var counts = losses.map { losses in
                    var counts = [UInt8](repeating: 0, count: scores.count)
                    for (loss, pair) in zip(losses, pairs) {
                        counts[pair.lower] &+= loss
                        counts[pair.higher] &-= loss
                    }
                    return counts
                }
                counts.withComponentZero(of: steps.party) { for pair in pairs { $0[pair.higher] &+= 1 } }
                return steps.isZero(counts, domain: stage.domain, .chosen)
            }
            .map { hot in
                let count = stage.candidates[0].count
                return (0..<trees).map { tree in
                    stage.parts.map { hot[tree * count + $0.lowerBound..<tree * count + $0.upperBound] }
                }
            }
    }

    /// What each chosen condition says of every row: by part, a vector a tree. One round.
    private func chosenBits(
        _ stage: Stage, _ chosen: [[AdditiveShares<UInt32>]]
    ) -> Interaction<[AdditiveShares<UInt32>]> {
        var own = [UInt32](repeating: 0, count: stage.together * trees * stride)
        own.withUnsafeMutableBufferPointer { out in
            for (part, range) in stage.parts.enumerated() {
                for tree in 0..<trees {
                    let begin = (part * trees + tree) * stride
                    RowVectors.combine(
                        columns.bits, columns: Array(stage.candidates[tree][range]), factors: chosen[tree][part],
                        stride: stride, into: UnsafeMutableBufferPointer(rebasing: out[begin..<begin + stride]))
                }
            }
        }
        let size = trees * stride
        return steps.reshare(own, .chosenBits).map { bits in
            (0..<stage.together).map { bits[$0 * size..<($0 + 1) * size] }
        }
    }

    // MARK: Which node

    /// Divides all nodes by one condition after the other. One round each.
    private func divide(_ grown: Grown, _ bits: ArraySlice<AdditiveShares<UInt32>>) -> Interaction<Grown> {
        guard let bit = bits.first else { return .finished(grown) }
        return divide(grown, by: bit).then { divide($0, bits.dropFirst()) }
    }

    /// A node's upper half is its vectors times the condition's bit, its lower half the rest. Of each tree's memberships the last
    /// node's is the bit less the others.
    private func divide(_ grown: Grown, by bit: AdditiveShares<UInt32>) -> Interaction<Grown> {
        let nodes = grown.nodes
        let isLast = grown.level + 1 == plan.rule.depth
        let memberVectors = grown.members == nil ? 0 : nodes - 1
        let vectors = memberVectors + (isLast ? 0 : nodes)
        var own = [UInt32](repeating: 0, count: trees * vectors * stride)
        own.withUnsafeMutableBufferPointer { out in
            for tree in 0..<trees {
                let begin = tree * vectors * stride
                func product(_ value: AdditiveShares<UInt32>, _ count: Int, at place: Int) {
                    RowVectors.multiply(
                        value, tree * nodes..<tree * nodes + count, by: bit, tree, stride: stride,
                        into: UnsafeMutableBufferPointer(rebasing: out[(begin + place * stride)...]))
                }
                if let members = grown.members { product(members, memberVectors, at: 0) }
                if !isLast, let residuals = grown.residuals { product(residuals, nodes, at: memberVectors) }
            }
        }
        return steps.reshare(own, .nodes).map { upper in
            var next = Grown(level: grown.level + 1, chosen: grown.chosen)
            let members = grown.members ?? everyone
            next.members = halves(of: members, nodes: nodes, upper: upper, vectors: vectors, from: 0, bit: bit)
            if !isLast, let residuals = grown.residuals {
                next.residuals = halves(
                    of: residuals, nodes: nodes, upper: upper, vectors: vectors, from: memberVectors, bit: nil)
            }
            return next
        }
    }

    /// The root's memberships: 1 for every row of each tree.
    private var everyone: AdditiveShares<UInt32> {
        var out = AdditiveShares<UInt32>(zeros: trees * stride)
        out.withComponentZero(of: steps.party) { all in
            for tree in 0..<trees {
                for row in 0..<plan.rows { all[tree * stride + row] = 1 }
            }
        }
        return out
    }

    /// Lower halves of a tree's nodes, then their upper halves.
    ///
    /// - Parameters:
    ///   - upper: of each tree `vectors` upper halves, those of these nodes from `place` on.
    ///   - bit: where the last node's upper half is not among them: what all upper halves add up to.
    private func halves(
        of whole: AdditiveShares<UInt32>, nodes: Int, upper: AdditiveShares<UInt32>, vectors: Int, from place: Int,
        bit: AdditiveShares<UInt32>?
    ) -> AdditiveShares<UInt32> {
        func halves(_ whole: [UInt32], _ upper: [UInt32], _ bit: [UInt32]?) -> [UInt32] {
            [UInt32](unsafeUninitializedCapacity: trees * 2 * nodes * stride) { out, filled in
                for tree in 0..<trees {
                    let (low, high) = (tree * 2 * nodes * stride, (tree * 2 + 1) * nodes * stride)
                    let given = (bit == nil ? nodes : nodes - 1) * stride
                    let source = (tree * vectors + place) * stride
                    upper.withUnsafeBufferPointer { upper in
                        for at in 0..<given { out[high + at] = upper[source + at] }
                    }
                    if let bit {
                        for row in 0..<stride { out[high + given + row] = bit[tree * stride + row] }
                        for vector in 0..<nodes - 1 {
                            for row in 0..<stride { out[high + given + row] &-= out[high + vector * stride + row] }
                        }
                    }
                    whole.withUnsafeBufferPointer { whole in
                        for at in 0..<nodes * stride {
                            out[low + at] = whole[tree * nodes * stride + at] &- out[high + at]
                        }
                    }
                }
                filled = out.count
            }
        }
        return AdditiveShares(
            first: halves(whole.first, upper.first, bit?.first),
            second: halves(whole.second, upper.second, bit?.second))
    }

    // MARK: Leaves

    /// ⌊(sum of residuals · T[rows] + 2^(s-1)) / 2^s⌋ of every leaf, by tree. Eleven rounds.
    private func leafValues(_ grown: Grown) -> Interaction<AdditiveShares<UInt32>> {
        guard let members = grown.members else { preconditionFailure("a tree has a condition") }
        let leaves = trees * grown.nodes
        let own = [UInt32](unsafeUninitializedCapacity: leaves) { out, filled in
            RowVectors.inner(
                members, vectors: 0, count: leaves, residuals, columns: [0], stride: stride, into: out)
            filled = leaves
        }
        let sums = steps.reshare(own, in: Addition.self, .leafSums).then { steps.lift($0, .leafSums) }
        let rows = members.map { RowVectors.sums($0, stride: stride) }
        let reciprocals = steps.numbers(at: rows, in: table, .reciprocals)
        let half: UInt64 = 1 << UInt64(plan.rule.tableBits - 1)
        return sums.beside(reciprocals)
            .then { sums, reciprocals in steps.product(sums, reciprocals, .leaves) }
            .then { steps.truncate($0.adding(half, at: steps.party), by: plan.rule.tableBits, .leaves) }
    }

    /// Residuals less all trees' leaves. One round.
    private func remaining(
        _ grown: Grown, _ leaves: AdditiveShares<UInt32>
    ) -> Interaction<AdditiveShares<UInt32>> {
        guard let members = grown.members else { preconditionFailure("a tree has a condition") }
        var own = [UInt32](repeating: 0, count: stride)
        own.withUnsafeMutableBufferPointer {
            RowVectors.combine(
                members, columns: Array(0..<leaves.count), factors: leaves, stride: stride, into: $0)
        }
        return steps.reshare(own, .residuals).map { residuals - $0 }
    }

    /// The one-hots' lowest bits, whose XOR is that of the whole element: by tree and condition.
    private func conditions(_ grown: Grown) -> XORShares<UInt8> {
        var out = XORShares<UInt8>(zeros: 0)
        for tree in 0..<trees {
            for condition in grown.chosen {
                out.first += condition[tree].first.map { UInt8($0 & 1) }
                out.second += condition[tree].second.map { UInt8($0 & 1) }
            }
        }
        return out
    }
}

/// What is public of one stage of a group's trees.
private struct Stage {
    /// Conditions that are chosen at the same nodes.
    let together: Int
    /// By tree, which bits; as many for each.
    let candidates: [[Int]]
    /// Which of a tree's candidates are for each condition.
    let parts: [Range<Int>]
    /// Places in all trees' candidates, by tree and part.
    let pairs: [(lower: Int, higher: Int)]
    /// Above all losses of a candidate.
    let domain: Int

    init(_ plan: TrainingPlan, firstTree: Int, level: Int, together: Int) {
        self.together = together
        candidates = (0..<plan.rule.group).map {
            plan.candidates(tree: firstTree + $0, level: level, together: together)
        }
        let count = candidates[0].count
        let parts = plan.parts(together: together)
        self.parts = parts
        pairs = candidates.indices.flatMap { tree in
            parts.flatMap { part in
                part.flatMap { lower in
                    (lower + 1..<max(part.upperBound, lower + 1)).map {
                        (tree * count + lower, tree * count + $0)
                    }
                }
            }
        }
        var domain = 2
        while domain < parts[0].count { domain *= 2 }
        self.domain = domain
    }
}
