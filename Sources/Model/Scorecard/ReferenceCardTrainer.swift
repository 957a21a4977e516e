package import Records

/// The fit of a scorecard in the clear that the fit on shares equals in every point (`CardRule`).
package struct ReferenceCardTrainer: Sendable {
    package let rule: TrainingRule
    package let card: CardRule

    package init(rule: TrainingRule, card: CardRule) {
        self.rule = rule
        self.card = card
    }

    /// Fits points to what a forest says of the rows that it was trained on.
    ///
    /// - Parameters:
    ///   - columns: of `card.bits` thermometer bits.
    ///   - forest: as the same rule grew it on these rows: its constant is their part of frauds.
    /// - Cost: `passes × bits × rows` additions at most.
    package func train(_ columns: BitColumns, forest: Forest) -> Scorecard {
        precondition(columns.bits == card.bits && forest.bits == card.bits, "one column a thermometer bit")
        let table = card.table(rows: columns.count, rule: rule)
        let base = rule.base(rows: columns.count, frauds: columns.fraud.count { $0 })
        var rest = columns.scores(of: forest).map { Int($0) - base }
        let rows = card.held(byBits: columns.ones, all: columns.count)
        var steps = [Int](repeating: 0, count: card.bins)
        var points = steps
        for _ in 0..<card.passes {
            let ones = (0..<columns.bits).map { sum(rest, columns, bit: $0) }
            let sums = card.held(byBits: ones, all: rest.reduce(0, +))
            for bin in steps.indices {
                steps[bin] = CardRule.step(sum: sums[bin], rows: rows[bin], last: steps[bin], table: table)
                points[bin] += steps[bin]
            }
            lower(&rest, by: steps, columns)
        }
        var at = 0
        let byFeature = card.features.map { bits -> [Int32] in
            guard bits > 0 else { return [0] }
            defer { at += bits + 1 }
            return points[at...at + bits].map { Int32($0) }
        }
        return Scorecard(points: byFeature, fractionBits: rule.fraction)
    }

    private func sum(_ rest: [Int], _ columns: BitColumns, bit: Int) -> Int {
        var sum = 0
        columns.forEachRow(ofBit: bit) { sum += rest[$0] }
        return sum
    }

    /// Takes from every row the steps of its bins.
    private func lower(_ rest: inout [Int], by steps: [Int], _ columns: BitColumns) {
        let first = CardRule.firsts(steps, features: card.features).reduce(0, +)
        for row in rest.indices { rest[row] -= first }
        for (bit, more) in CardRule.rises(steps, features: card.features).enumerated() {
            columns.forEachRow(ofBit: bit) { rest[$0] -= more }
        }
    }
}

extension BitColumns {
    /// A forest's score of every row, in its units.
    package func scores(of forest: Forest) -> [Int32] {
        var scores = [Int32](repeating: 0, count: count)
        var leaves = [UInt16](repeating: 0, count: count)
        for tree in forest.trees {
            for row in leaves.indices { leaves[row] = 0 }
            for (level, bit) in tree.conditions.enumerated() {
                forEachRow(ofBit: bit) { leaves[$0] |= 1 << UInt16(level) }
            }
            for row in scores.indices { scores[row] &+= tree.leaves[Int(leaves[row])] }
        }
        return scores
    }
}
