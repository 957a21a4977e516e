import Foundation
package import Model
package import Records

/// Why there is no model.
package enum TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
    case noFraud

    package var description: String { "the training days hold no fraud, so there is nothing to learn from" }
}

/// Features of the wanted days, with progress. Computed in the clear, over all members' transactions: for simulations
/// and replays only.
///
/// - Parameters:
///   - transactions: by time.
///   - wanted: whether the transactions of a day (`EventTime.dayNumber`) are wanted; all others only fill windows.
/// - Returns: one row a wanted transaction, in their order.
package func computeFeatures(
    _ transactions: [LabelledTransaction], _ spec: FeatureSpec, progress: ProgressFactory,
    where wanted: (Int) -> Bool
) -> [FeatureRow] {
    let progress = progress("computing features")
    let rows = offlineFeatures(transactions, spec: spec, where: wanted) { done in
        progress.show("\(done * 100 / max(transactions.count, 1)) %")
    }
    progress.done("\(rows.count) transactions, \(spec.features.count) features each")
    return rows
}

/// Trains a model in the clear, with progress.
///
/// - Parameters:
///   - bins: published bins to train on; nil learns them from the rows.
///   - method: the trainer.
///   - rows: features of the training days' transactions.
///   - transactions: all of them; a row's outcome is found by its index here.
/// - Throws: `noFraud` where no row is a fraud, and what training finds wrong with spec and bins.
package func trainModel(
    version: String, spec: FeatureSpec, bins: BinnedSpec? = nil,
    by method: TrainingMethod = .gains(TrainingOptions()), rows: [FeatureRow], transactions: [LabelledTransaction],
    progress: ProgressFactory
) throws -> ClearModel {
    let progress = progress("training")
    let labelled = rows.map { (values: $0.values, fraud: transactions[$0.index].fraud) }
    let frauds = labelled.count { $0.fraud }
    guard frauds > 0 else { throw TrainingError.noFraud }
    let model = try trainClearModel(version: version, spec: spec, bins: bins, rows: labelled, by: method) {
        trees in
        progress.show("\(trees) of \(method.trees) trees")
    }
    let explained = model.card?.explained(
        of: rows.lazy.map { (model.score(values: $0.values), model.binned.bins($0.values)) })
    progress.done(
        "\(method.trees) trees of depth \(method.depth) on \(labelled.count) transactions, \(frauds) frauds"
            + (explained.map { "; a scorecard explains \(String(format: "%.3f", $0)) of their scores" } ?? ""))
    return model
}

/// What a model in the clear scores.
///
/// - Returns: by a row's index, its score as the leaves add up: about the probability of fraud.
package func scores(of rows: some Sequence<FeatureRow>, by model: ClearModel) -> [Int: Double] {
    let unit = Double(1 << model.forest.fractionBits)
    var scores: [Int: Double] = [:]
    for row in rows { scores[row.index] = Double(model.score(values: row.values)) / unit }
    return scores
}

/// The test days' outcomes as the handbook (Le Borgne et al.) takes them: customers already known to be defrauded are
/// left out. Outcomes are taken to be known seven days after a transaction.
///
/// - Parameters:
///   - train: days whose frauds are known from the start.
///   - test: days that count.
///   - scores: by place in `transactions`; those without a score are left out.
package func testOutcomes(
    _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, scores: [Int: Double]
) -> [ScoredOutcome] {
    var known = KnownDefrauded(trainingDays: train)
    for labelled in transactions where labelled.fraud {
        known.add(
            Card(member: labelled.member, customer: labelled.transaction.customer),
            fraudOn: labelled.transaction.time.dayNumber)
    }
    var outcomes: [ScoredOutcome] = []
    for (index, labelled) in transactions.enumerated() {
        let day = labelled.transaction.time.dayNumber
        let card = Card(member: labelled.member, customer: labelled.transaction.customer)
        guard test.contains(day), let score = scores[index], !known.isKnown(card, on: day) else { continue }
        outcomes.append(ScoredOutcome(card: card, day: day, fraud: labelled.fraud, score: score))
    }
    return outcomes
}

/// Quality on the test days (`testOutcomes`).
package func measure(
    _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, scores: [Int: Double]
) -> ConsortiumQuality {
    ConsortiumQuality(of: testOutcomes(transactions, train: train, test: test, scores: scores))
}
