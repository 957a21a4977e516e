import Foundation
package import Model
package import Records

/// Trains every member's own model, and compares its scores with the consortium's over the test days, in the clear:
/// what `cordon demo --compare` and `cordon report uplift` tell.
package struct UpliftStudy {
    package let uplift: Uplift
    /// The members' own models' scores, by place in the transactions.
    package let alone: [Int: Double]

    /// - Parameters:
    ///   - transactions: of all members, by time.
    ///   - train: days that the members' own models learn from.
    ///   - test: days that are compared; customers known to be defrauded are left out.
    ///   - own: features of a member by itself.
    ///   - consortium: the consortium's scores by place in the transactions; those without are left out.
    ///   - budget: what each member can look at.
    ///   - method: the trainer of the members' own models.
    ///   - progress: shows how far training is.
    package init(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, own: FeatureSpec,
        consortium: [Int: Double], budget: AlertBudget, by method: TrainingMethod = .gains(TrainingOptions()),
        progress: ProgressFactory
    ) throws {
        let alone = try Self.alone(transactions, train: train, test: test, spec: own, by: method, progress: progress)
        self.alone = alone
        var known = KnownDefrauded(trainingDays: train)
        var terminals = KnownTerminals()
        for labelled in transactions where labelled.fraud {
            let transaction = labelled.transaction
            known.add(
                Card(member: labelled.member, customer: transaction.customer), fraudOn: transaction.time.dayNumber)
            terminals.add(transaction.terminal, of: labelled.member, fraudOn: transaction.time.dayNumber)
        }
        var rows: [Uplift.Row] = []
        for (index, labelled) in transactions.enumerated() {
            let day = labelled.transaction.time.dayNumber
            let card = Card(member: labelled.member, customer: labelled.transaction.customer)
            guard test.contains(day), let score = consortium[index], let own = alone[index],
                !known.isKnown(card, on: day)
            else { continue }
            rows.append(
                Uplift.Row(
                    outcome: ScoredOutcome(card: card, day: day, fraud: labelled.fraud, score: score), alone: own,
                    isAfterOthers: terminals.isKnownToOthersAlone(
                        labelled.transaction.terminal, labelled.member, on: day)))
        }
        uplift = Uplift(of: rows, budget: budget)
    }

    /// Each member's scores by the model that it can train by itself; one without frauds to learn from has none, and
    /// scores 0.
    private static func alone(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, spec: FeatureSpec,
        by method: TrainingMethod, progress: ProgressFactory
    ) throws -> [Int: Double] {
        let rows = computeFeatures(transactions, spec, progress: progress) { train.contains($0) || test.contains($0) }
        var scores: [Int: Double] = [:]
        for (member, rows) in Dictionary(grouping: rows, by: { transactions[$0.index].member }).sorted(by: {
            $0.key < $1.key
        }) {
            let training = rows.filter { train.contains(transactions[$0.index].transaction.time.dayNumber) }
            let tested = rows.filter { test.contains(transactions[$0.index].transaction.time.dayNumber) }
            guard training.contains(where: { transactions[$0.index].fraud }) else {
                for row in tested { scores[row.index] = 0 }
                continue
            }
            let model = try trainModel(
                version: "alone-\(member)", spec: spec, by: method, rows: training, transactions: transactions,
                progress: progress)
            for row in tested { scores[row.index] = Double(model.score(values: row.values)) }
        }
        return scores
    }
}
