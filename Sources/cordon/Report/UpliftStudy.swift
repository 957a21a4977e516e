import Foundation
import Model
import ModelSync
import Records

/// Trains every member alone and all together, and compares them over the test days, in the clear: what `cordon demo --compare`
/// and `cordon report uplift` tell.
struct UpliftStudy {
    let uplift: Uplift
    /// The members' own models' scores, by place in the transactions.
    let alone: [Int: Double]

    /// - Parameters:
    ///   - own: features of a member by itself.
    ///   - consortium: the consortium's scores by place in the transactions.
    init(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, own: FeatureSpec,
        consortium: [Int: Double], budget: AlertBudget
    ) throws {
        let alone = try Self.alone(transactions, train: train, test: test, spec: own)
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

    /// Each member's scores by the model that it can train by itself; one without frauds to learn from has none, and scores 0.
    private static func alone(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, spec: FeatureSpec
    ) throws -> [Int: Double] {
        let rows = computeFeatures(transactions, spec) { train.contains($0) || test.contains($0) }
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
                version: "alone-\(member)", spec: spec, rows: training, transactions: transactions)
            for row in tested { scores[row.index] = Double(model.score(values: row.values)) }
        }
        return scores
    }
}

extension Uplift {
    /// The comparison as a table.
    var lines: [String] {
        let every = decimals(budget.perThousand, budget.perThousand.rounded() == budget.perThousand ? 0 : 1)
        var lines = [
            "every member alone (own windows, own model) against the consortium; alerts for \(every) of 1,000 transactions",
            column("", 12, left: true) + column("average precision", 20) + column("card precision@100", 21)
                + column("frauds stopped", 24) + column("of those known to others only", 32),
            column("member", 12, left: true) + column("alone", 10) + column("together", 10) + column("alone", 11)
                + column("together", 10) + column("alone", 14) + column("together", 10) + column("alone", 22)
                + column("together", 10),
        ]
        for (member, comparison) in members.sorted(by: { $0.key < $1.key }) {
            lines.append(Self.line(member.name, comparison))
        }
        return lines + [Self.line("all", overall)]
    }

    private static func line(_ name: String, _ comparison: Comparison) -> String {
        let (alone, together) = (comparison.alone, comparison.consortium)
        func of(_ part: Int, _ all: Int) -> String { "\(part)/\(all)" }
        return column(name, 12, left: true) + column(decimals(alone.quality.averagePrecision), 10)
            + column(decimals(together.quality.averagePrecision), 10)
            + column(decimals(alone.quality.cardPrecision100), 11)
            + column(decimals(together.quality.cardPrecision100), 10)
            + column(of(alone.stopped, alone.quality.frauds), 14)
            + column(of(together.stopped, together.quality.frauds), 10)
            + column(of(alone.stoppedAfterOthers, comparison.afterOthers), 22)
            + column(of(together.stoppedAfterOthers, comparison.afterOthers), 10)
    }

    /// The comparison as JSON.
    var form: UpliftForm { UpliftForm(self) }
}

/// The fields of `cordon report uplift --json`, and of `uplift` in a demo's summary.
struct UpliftForm: Encodable {
    struct Figures: Encodable {
        var auc: Double?
        var ap: Double?
        var card_precision_100: Double?
        var frauds_stopped: Int
        var recall_at_budget: Double?
        var frauds_stopped_known_to_others_only: Int

        init(_ figures: Uplift.Figures) {
            auc = figures.quality.auc
            ap = figures.quality.averagePrecision
            card_precision_100 = figures.quality.cardPrecision100
            frauds_stopped = figures.stopped
            recall_at_budget = figures.recall
            frauds_stopped_known_to_others_only = figures.stoppedAfterOthers
        }
    }

    struct Comparison: Encodable {
        var transactions: Int
        var frauds: Int
        var frauds_known_to_others_only: Int
        var alone: Figures
        var consortium: Figures

        init(_ comparison: Uplift.Comparison) {
            transactions = comparison.consortium.quality.transactions
            frauds = comparison.consortium.quality.frauds
            frauds_known_to_others_only = comparison.afterOthers
            alone = Figures(comparison.alone)
            consortium = Figures(comparison.consortium)
        }
    }

    var alerts_per_thousand: Double
    var all: Comparison
    var members: [String: Comparison]

    init(_ uplift: Uplift) {
        alerts_per_thousand = uplift.budget.perThousand
        all = Comparison(uplift.overall)
        members = Dictionary(uniqueKeysWithValues: uplift.members.map { ($0.key.name, Comparison($0.value)) })
    }
}
