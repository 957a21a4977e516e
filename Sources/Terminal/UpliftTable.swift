package import Evaluation
import Records

extension Uplift {
    /// The comparison as a table.
    package var lines: [String] {
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
        lines.append(Self.line("all", overall))
        guard overall.beside != nil else { return lines }
        lines += [
            "",
            "with each member's own score beside the consortium's, by its own labels of the newest week with known ones",
            column("member", 12, left: true) + column("average precision", 20) + column("card precision@100", 21)
                + column("frauds stopped", 24) + column("of those known to others only", 32),
        ]
        for (member, comparison) in members.sorted(by: { $0.key < $1.key }) {
            lines.append(Self.besideLine(member.name, comparison))
        }
        return lines + [Self.besideLine("all", overall)]
    }

    private static func besideLine(_ name: String, _ comparison: Comparison) -> String {
        guard let figures = comparison.beside else { return name }
        return column(name, 12, left: true) + column(decimals(figures.quality.averagePrecision), 20)
            + column(decimals(figures.quality.cardPrecision100), 21)
            + column("\(figures.stopped)/\(figures.quality.frauds)", 24)
            + column("\(figures.stoppedAfterOthers)/\(comparison.afterOthers)", 32)
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
    package var form: UpliftForm { UpliftForm(self) }
}

/// The fields of `cordon report uplift --json`, and of `uplift` in a demo's summary.
package struct UpliftForm: Encodable {
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
        var beside: Figures?

        init(_ comparison: Uplift.Comparison) {
            transactions = comparison.consortium.quality.transactions
            frauds = comparison.consortium.quality.frauds
            frauds_known_to_others_only = comparison.afterOthers
            alone = Figures(comparison.alone)
            consortium = Figures(comparison.consortium)
            beside = comparison.beside.map { Figures($0) }
        }
    }

    var alerts_per_thousand: Double
    var all: Comparison
    var members: [String: Comparison]

    package init(_ uplift: Uplift) {
        alerts_per_thousand = uplift.budget.perThousand
        all = Comparison(uplift.overall)
        members = Dictionary(uniqueKeysWithValues: uplift.members.map { ($0.key.name, Comparison($0.value)) })
    }
}
