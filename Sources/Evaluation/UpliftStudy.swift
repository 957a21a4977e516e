import Foundation
package import Model
package import Records

/// Trains every member's own model, and compares its scores with the consortium's over the test days, in the clear:
/// what `cordon demo --compare` and `cordon report uplift` tell.
package struct UpliftStudy {
    package let uplift: Uplift
    /// The members' own models' scores of the test days, by place in the transactions.
    package let alone: [Int: Double]
    /// How each member sets its own score beside the consortium's; empty where that was not asked for.
    package let blends: [MemberID: ScoreBlend]

    /// The consortium's scores by place in the transactions.
    package struct Consortium {
        /// Of the test days; transactions without one are left out.
        package var test: [Int: Double]
        /// Of the plan's `blend` days, by a model of its `trainBefore` days and about probabilities, as those of the test then
        /// are; empty where no own scores are to be set beside.
        package var blend: [Int: Double]

        package init(test: [Int: Double], blend: [Int: Double] = [:]) {
            self.test = test
            self.blend = blend
        }
    }

    /// - Parameters:
    ///   - transactions: of all members, by time.
    ///   - own: features of a member by itself.
    ///   - budget: what each member can look at.
    ///   - method: the trainer of the members' own models.
    ///   - progress: shows how far training is.
    package init(
        _ transactions: [LabelledTransaction], _ plan: UpliftPlan, own: FeatureSpec, consortium: Consortium,
        budget: AlertBudget, by method: TrainingMethod = .gains(TrainingOptions()), progress: ProgressFactory
    ) throws {
        let isBlended = !consortium.blend.isEmpty
        let rows = computeFeatures(transactions, own, progress: progress) {
            plan.train.contains($0) || plan.test.contains($0)
                || isBlended && (plan.trainBefore.contains($0) || plan.blend.contains($0))
        }
        func alone(_ train: ClosedRange<Int>, _ test: ClosedRange<Int>) throws -> [Int: Double] {
            try Self.alone(transactions, rows, train: train, test: test, spec: own, by: method, progress: progress)
        }
        self.alone = try alone(plan.train, plan.test)
        blends =
            isBlended
            ? Self.blends(transactions, own: try alone(plan.trainBefore, plan.blend), consortium: consortium.blend)
            : [:]
        uplift = Uplift(
            of: Self.compared(transactions, plan, alone: self.alone, consortium: consortium.test, blends: blends),
            budget: budget)
    }

    /// The transactions of the test with all their scores, without those of customers known to be defrauded.
    private static func compared(
        _ transactions: [LabelledTransaction], _ plan: UpliftPlan, alone: [Int: Double], consortium: [Int: Double],
        blends: [MemberID: ScoreBlend]
    ) -> [Uplift.Row] {
        var known = KnownDefrauded(trainingDays: plan.known, labelDelayDays: UpliftPlan.labelDelay)
        var terminals = KnownTerminals(delayDays: UpliftPlan.labelDelay)
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
            guard plan.test.contains(day), let score = consortium[index], let own = alone[index],
                !known.isKnown(card, on: day)
            else { continue }
            rows.append(
                Uplift.Row(
                    outcome: ScoredOutcome(card: card, day: day, fraud: labelled.fraud, score: score), alone: own,
                    beside: blends[labelled.member]?.probability(own: own, consortium: score),
                    isAfterOthers: terminals.isKnownToOthersAlone(
                        labelled.transaction.terminal, labelled.member, on: day)))
        }
        return rows
    }

    /// Each member's scores by the model that it can train by itself; one without frauds to learn from has none, and
    /// scores 0.
    private static func alone(
        _ transactions: [LabelledTransaction], _ rows: [FeatureRow], train: ClosedRange<Int>, test: ClosedRange<Int>,
        spec: FeatureSpec, by method: TrainingMethod, progress: ProgressFactory
    ) throws -> [Int: Double] {
        func day(_ row: FeatureRow) -> Int { transactions[row.index].transaction.time.dayNumber }
        var all: [Int: Double] = [:]
        for (member, rows) in Dictionary(grouping: rows, by: { transactions[$0.index].member }).sorted(by: {
            $0.key < $1.key
        }) {
            let training = rows.filter { train.contains(day($0)) }
            let tested = rows.filter { test.contains(day($0)) }
            guard training.contains(where: { transactions[$0.index].fraud }) else {
                for row in tested { all[row.index] = 0 }
                continue
            }
            let model = try trainModel(
                version: "alone-\(member)", spec: spec, by: method, rows: training, transactions: transactions,
                progress: progress)
            all.merge(scores(of: tested, by: model)) { $1 }
        }
        return all
    }

    /// What each member learns from its own transactions that have both scores.
    private static func blends(
        _ transactions: [LabelledTransaction], own: [Int: Double], consortium: [Int: Double]
    ) -> [MemberID: ScoreBlend] {
        var rows: [MemberID: [ScoreBlend.Row]] = [:]
        for (index, labelled) in transactions.enumerated() {
            rows[labelled.member, default: []] += []
            guard let own = own[index], let consortium = consortium[index] else { continue }
            rows[labelled.member, default: []].append(
                ScoreBlend.Row(own: own, consortium: consortium, fraud: labelled.fraud))
        }
        return rows.mapValues { ScoreBlend.fit($0) }
    }
}
