import Records

/// What a training begins and ends with, as one party computes it.
struct TrainingEnds {
    let steps: SecureSteps
    let plan: TrainingPlan

    // MARK: Before the first group

    /// Bits and labels of all rows in Z_2^32, a piece of the columns after the other, and then the number of frauds, which is
    /// opened. Two rounds a piece, and one.
    func columns(of rows: TrainingRows) -> Interaction<TrainingColumns> {
        let stride = RowVectors.stride(rows: rows.count)
        let width = TrainingRounds.width(rows: rows.count)
        return pieces(of: rows, from: 0, width: width, RingColumns(rows: rows)).then { columns in
            let ring = columns.shares
            let labels = ring[rows.bits * stride..<(rows.bits + 1) * stride]
            let frauds = labels.map { RowVectors.sums($0, stride: stride) }
            return steps.open(frauds).map { frauds in
                let base = plan.rule.base(rows: rows.count, frauds: Int(frauds[0]))
                var residuals = labels.map { $0.map { $0 &* UInt32(plan.rule.one) } }
                residuals.withComponentZero(of: steps.party) {
                    for row in 0..<rows.count { $0[row] &-= UInt32(base) }
                }
                return TrainingColumns(bits: ring, stride: stride, frauds: Int(frauds[0]), residuals: residuals)
            }
        }
    }

    private func pieces(
        of rows: TrainingRows, from column: Int, width: Int, _ columns: RingColumns
    ) -> Interaction<RingColumns> {
        guard column <= rows.bits else { return .finished(columns) }
        let range = column..<min(column + width, rows.bits + 1)
        return steps.toRing(rows.columns(range), as: UInt32.self, .bits).then { ring in
            columns.put(ring, at: column)
            return pieces(of: rows, from: range.upperBound, width: width, columns)
        }
    }

    // MARK: After the last group

    /// The model as it is served: selection rows by XOR and leaves, both with components drawn anew, and whether leaves need 32
    /// bits, the one bit that is opened. Nine rounds, or the card's.
    ///
    /// - Parameters:
    ///   - conditions: by tree and condition, a bit a candidate.
    ///   - leaves: by tree, without the forest's constant.
    ///   - card: what fits the scorecard; nil where the plan has none.
    func model(
        conditions: XORShares<UInt8>, leaves: AdditiveShares<UInt32>, frauds: Int,
        card: Interaction<CardShares>?
    ) -> Interaction<TrainedModel> {
        var leaves = leaves
        let base = UInt32(plan.rule.base(rows: plan.rows, frauds: frauds))
        leaves.withComponentZero(of: steps.party) { for leaf in 0..<1 << plan.rule.depth { $0[leaf] &+= base } }
        let rows = selection(conditions)
        let refreshed = steps.reshare(rows.first, in: ExclusiveOr.self, .rows)
            .beside(steps.reshare(leaves.first, in: Addition.self, .model))
        func model(_ rows: XORShares<UInt8>, _ leaves: AdditiveShares<UInt32>, fits: Bool, card: CardShares?)
            -> TrainedModel
        {
            TrainedModel(
                plan: plan, frauds: frauds, ringBits: fits ? 16 : 32, selection: rows, leaves: leaves, card: card)
        }
        let forest = refreshed.beside(fitsSixteenBits(leaves))
        guard let card else { return forest.map { model($0.0, $0.1, fits: $1, card: nil) } }
        return forest.beside(card).map { model($0.0.0, $0.0.1, fits: $0.1, card: $1) }
    }

    /// Packed selection rows: a condition's candidates at their places, and zeros that everyone knows elsewhere.
    private func selection(_ conditions: XORShares<UInt8>) -> XORShares<UInt8> {
        let rowBytes = (plan.bits + 7) / 8
        var out = XORShares<UInt8>(zeros: plan.rule.trees * plan.rule.depth * rowBytes)
        var (row, place) = (0, 0)
        for tree in 0..<plan.rule.trees {
            var level = 0
            for together in plan.rule.stages {
                let candidates = plan.candidates(tree: tree, level: level, together: together)
                for part in plan.parts(together: together) {
                    for bit in candidates[part] {
                        out.first[row * rowBytes + bit >> 3] |= conditions.first[place] << UInt8(bit & 7)
                        out.second[row * rowBytes + bit >> 3] |= conditions.second[place] << UInt8(bit & 7)
                        place += 1
                    }
                    row += 1
                }
                level += together
            }
        }
        return out
    }

    /// Whether no score can leave Z_2^16 (`TrainingBounds.fitsSixteenBits`): trees · Σ leaf² - 2^30 is negative.
    private func fitsSixteenBits(_ leaves: AdditiveShares<UInt32>) -> Interaction<Bool> {
        steps.lift(leaves, .fit)
            .then { leaves in
                let squares = steps.products(leaves, leaves).reduce(0, &+)
                return steps.reshare([squares], in: Addition.self, .fit)
            }
            .then { squares in
                let scaled = squares.map { $0.map { $0 &* UInt64(plan.rule.trees) } }
                return steps.negative(scaled.adding(0 &- 1 << 30, at: steps.party), .fit)
            }
            .then { steps.open($0) }
            .map { (bit: [UInt8]) in bit == [1] }
    }
}

/// A forest that three parties trained, as one of them holds it: what it would have opened of a model's manifest. It exists in
/// the clear nowhere.
package final class TrainedModel: Sendable, Unprinted {
    package let shape: ForestShape
    /// Bits of leaves after the point.
    package let fraction: Int
    /// Among the rows that it was trained on.
    package let frauds: Int
    package let components: ModelComponents
    /// The scorecard that was fitted to it; nil where the plan has none.
    package let card: CardShares?

    init(
        plan: TrainingPlan, frauds: Int, ringBits: Int, selection: XORShares<UInt8>, leaves: AdditiveShares<UInt32>,
        card: CardShares?
    ) {
        func packed(_ leaves: [UInt32]) -> [UInt8] {
            ringBits == 16 ? UInt16.pack(leaves.map { UInt16(truncatingIfNeeded: $0) }) : UInt32.pack(leaves)
        }
        let rule = plan.rule
        guard let shape = ForestShape(bits: plan.bits, trees: rule.trees, depth: rule.depth, ringBits: ringBits),
            let components = ModelComponents(
                shape: shape, selectionFirst: selection.first, selectionSecond: selection.second,
                leavesFirst: packed(leaves.first), leavesSecond: packed(leaves.second))
        else { preconditionFailure("a plan is of a shape that forests have") }
        self.shape = shape
        self.components = components
        fraction = rule.fraction
        self.frauds = frauds
        self.card = card
    }

    package var description: String { "TrainedModel(\(shape.trees) trees)" }
}

/// Columns of the ring as they come, each with zeros up to whole lanes. In one place, since they are most of a training's memory.
private final class RingColumns: Unprinted {
    private(set) var shares: AdditiveShares<UInt32>
    private let rows: Int

    init(rows: TrainingRows) {
        self.rows = rows.count
        shares = AdditiveShares(zeros: (rows.bits + 1) * RowVectors.stride(rows: rows.count))
    }

    /// - Parameter columns: without zeros between them.
    func put(_ columns: AdditiveShares<UInt32>, at first: Int) {
        copy(columns.first, to: &shares.first, at: first)
        copy(columns.second, to: &shares.second, at: first)
    }

    private func copy(_ columns: [UInt32], to all: inout [UInt32], at first: Int) {
        let stride = RowVectors.stride(rows: rows)
        all.withUnsafeMutableBufferPointer { all in
            columns.withUnsafeBufferPointer { columns in
                for column in 0..<columns.count / rows {
                    let place = (first + column) * stride
                    for row in 0..<rows { all[place + row] = columns[column * rows + row] }
                }
            }
        }
    }
}
