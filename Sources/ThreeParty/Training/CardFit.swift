import Records

/// The fit of a scorecard to the scores of a forest that was just trained, as one party computes it (`CardRule`): from the same
/// columns in the ring, and from the residuals that the last group left. Nothing is opened.
///
/// Four rounds for the reciprocals of bins' rows, then eleven a pass.
struct CardFit: Unprinted {
    let steps: SecureSteps
    let plan: TrainingPlan
    let card: CardRule
    let columns: TrainingColumns

    /// Points between two passes, by feature and bin.
    private struct Progress: Unprinted {
        /// What is left of every row's score.
        var rest: AdditiveShares<UInt32>
        /// What the last pass added.
        var last: AdditiveShares<UInt32>
        var points: AdditiveShares<UInt32>
    }

    /// - Parameter residuals: after the last group: what they lack of those at first is the score without the forest's constant.
    func fit(residuals: AdditiveShares<UInt32>) -> Interaction<CardShares> {
        let ones = columns.bits.map { Array(RowVectors.sums($0, stride: columns.stride).prefix(card.bits)) }
        let rows = bins(of: ones, all: everyone)
        let table = PublicTable(card.table(rows: plan.rows, rule: plan.rule).reciprocals)
        let none = AdditiveShares<UInt32>(zeros: card.bins)
        let begin = Progress(rest: columns.residuals - residuals, last: none, points: none)
        return steps.numbers(at: rows, in: table, .cardCounts).then { reciprocals in
            passes(card.passes, reciprocals, begin).map { CardShares(features: card.features, points: $0) }
        }
    }

    private func passes(
        _ count: Int, _ reciprocals: AdditiveShares<UInt64>, _ progress: Progress
    ) -> Interaction<AdditiveShares<UInt32>> {
        guard count > 0 else { return .finished(progress.points) }
        return pass(reciprocals, progress).then { passes(count - 1, reciprocals, $0) }
    }

    /// Sums of what is left, times reciprocals, and half of the pass before: its quotient is the step, which all rows give up.
    private func pass(_ reciprocals: AdditiveShares<UInt64>, _ progress: Progress) -> Interaction<Progress> {
        let (bits, half) = (card.bits, UInt64(1) << UInt64(plan.rule.tableBits - 1))
        let own = [UInt32](unsafeUninitializedCapacity: bits) { out, filled in
            RowVectors.inner(
                progress.rest, vectors: 0, count: 1, columns.bits, columns: Array(0..<bits), stride: columns.stride,
                into: out)
            filled = bits
        }
        let all = progress.rest.map { RowVectors.sums($0, stride: columns.stride) }
        return steps.reshare(own, in: Addition.self, .cardSums)
            .then { ones in steps.lift(joined(bins(of: ones, all: all), progress.last), .cardSums) }
            .then { lifted in
                let (sums, last) = (lifted[0..<card.bins], lifted[card.bins..<2 * card.bins])
                return steps.product(sums, reciprocals, .cardSteps).map { parts in
                    (parts + last.map { $0.map { $0 &* half } }).adding(half, at: steps.party)
                }
            }
            .then { steps.truncate($0, by: plan.rule.tableBits, .cardSteps) }
            .then { step in
                steps.reshare(taken(from: step), in: Addition.self, .cardRows).map { taken in
                    Progress(rest: progress.rest - taken, last: step, points: progress.points + step)
                }
            }
    }

    /// This party's share of what a step takes from each row.
    private func taken(from step: AdditiveShares<UInt32>) -> [UInt32] {
        var out = [UInt32](repeating: 0, count: columns.stride)
        let rises = step.map { CardRule.rises($0, features: card.features) }
        out.withUnsafeMutableBufferPointer {
            RowVectors.combine(
                columns.bits, columns: Array(0..<card.bits), factors: rises, stride: columns.stride, into: $0)
        }
        let first = CardRule.firsts(step.first, features: card.features).reduce(0, &+)
        for row in 0..<plan.rows { out[row] &+= first }
        return out
    }

    private func bins(of ones: AdditiveShares<UInt32>, all: AdditiveShares<UInt32>) -> AdditiveShares<UInt32> {
        ones.zip(all) { card.held(byBits: $0, all: $1[0]) }
    }

    /// The number of rows, which everyone knows.
    private var everyone: AdditiveShares<UInt32> {
        AdditiveShares(zeros: 1).adding(UInt32(plan.rows), at: steps.party)
    }

    private func joined(_ one: AdditiveShares<UInt32>, _ other: AdditiveShares<UInt32>) -> AdditiveShares<UInt32> {
        one.zip(other) { $0 + $1 }
    }
}
