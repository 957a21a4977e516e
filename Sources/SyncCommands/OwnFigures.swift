import Evaluation
import Model
import Records
import Terminal

/// What champion and challenger are worth to one member, for its operators.
struct OwnFigures {
    let member: MemberID
    /// Names for people.
    let versions: (champion: String, challenger: String)
    let comparison: PairedHistograms
    let budget: AlertBudget
    let champion: MemberFigures
    let challenger: MemberFigures
    let opinion: MemberOpinion
    /// The challenger's average precision less the champion's; nil without a fraud.
    let gain: PairedHistograms.Gain?

    init(
        member: MemberID, versions: (champion: String, challenger: String), comparison: PairedHistograms,
        calibrations: (champion: Calibration?, challenger: Calibration?), budget: AlertBudget, rule: MemberRule
    ) {
        self.member = member
        self.versions = versions
        self.comparison = comparison
        self.budget = budget
        champion = MemberFigures(of: comparison.champion, budget: budget, calibration: calibrations.champion)
        challenger = MemberFigures(of: comparison.challenger, budget: budget, calibration: calibrations.challenger)
        opinion = rule.judge(comparison)
        gain = comparison.gain(confidence: (1 + ModelFigures.confidence) / 2)
    }

    /// What is to be kept in mind; nil where nothing is.
    var warning: String? {
        guard case .few(let frauds, let least) = opinion else { return nil }
        return "\(frauds) frauds are few: below \(least) these figures say little, and no verdict follows from them"
    }

    // MARK: For people

    /// A table of both models, what they differ by, and what the rule makes of it.
    var lines: [String] {
        let (windows, rows) = (comparison.windows.count, comparison.champion.rows)
        let every = decimals(budget.perThousand, budget.perThousand.rounded() == budget.perThousand ? 0 : 1)
        var lines = [
            "\(member): \(windows) windows, \(rows) transactions, \(comparison.frauds) frauds; with intervals of 95 %",
            column("", 34, left: true) + column("\(versions.champion) (champion)", 28)
                + column("\(versions.challenger) (challenger)", 28),
            line("AUC", \.model.aucInterval), line("average precision", \.model.averagePrecisionInterval),
            line("frauds among \(every) of 1,000", \.precision), line("frauds found by these alerts", \.recall),
            column("calibration error (by chance)", 34, left: true) + column(Self.text(champion.calibration), 28)
                + column(Self.text(challenger.calibration), 28),
        ]
        if let gain {
            lines.append(
                "average precision of the challenger beside the champion's: \(Self.text(gain.estimate)) (\(gain.basis))"
            )
        }
        if champion.calibration == nil || challenger.calibration == nil {
            lines.append("-: no calibration of the model is known, or its steps begin within the histogram's bins")
        }
        lines.append("rule: \(opinion)")
        if let warning { lines.append("warning: \(warning)") }
        return lines
    }

    private func line(_ name: String, _ figure: (MemberFigures) -> Estimate?) -> String {
        column(name, 34, left: true) + column(Self.text(figure(champion)), 28)
            + column(Self.text(figure(challenger)), 28)
    }

    private static func text(_ estimate: Estimate?) -> String {
        guard let estimate else { return "-" }
        return "\(decimals(estimate.value, 4)) (\(decimals(estimate.low, 4)) to \(decimals(estimate.high, 4)))"
    }

    private static func text(_ calibration: CalibrationCheck?) -> String {
        calibration.map { "\(decimals($0.error, 5)) (\(decimals($0.noise, 5)))" } ?? "-"
    }

    // MARK: For programs

    /// The same as JSON.
    var form: Form { Form(self) }

    struct Form: Encodable {
        struct Figure: Encodable {
            var value: Double
            var low: Double
            var high: Double

            init(_ estimate: Estimate) { (value, low, high) = (estimate.value, estimate.low, estimate.high) }
        }

        struct Figures: Encodable {
            var version: String
            var alerts: Int
            var auc: Figure?
            var ap: Figure?
            var precision_at_budget: Figure?
            var recall_at_budget: Figure?
            var calibration_error: Double?
            var calibration_error_by_chance: Double?

            init(_ version: String, _ figures: MemberFigures) {
                self.version = version
                alerts = figures.model.alerts?.alerts ?? 0
                auc = figures.model.aucInterval.map(Figure.init)
                ap = figures.model.averagePrecisionInterval.map(Figure.init)
                precision_at_budget = figures.precision.map(Figure.init)
                recall_at_budget = figures.recall.map(Figure.init)
                calibration_error = figures.calibration?.error
                calibration_error_by_chance = figures.calibration?.noise
            }
        }

        var member: String
        var windows: Int
        var transactions: Int
        var frauds: Int
        /// Of all intervals, two-sided.
        var confidence: Double
        var champion: Figures
        var challenger: Figures
        var ap_gained: Figure?
        /// worse, no_worse, or nothing where frauds are few.
        var verdict: String?
        var warning: String?

        init(_ own: OwnFigures) {
            member = own.member.name
            windows = own.comparison.windows.count
            transactions = own.comparison.champion.rows
            frauds = own.comparison.frauds
            confidence = ModelFigures.confidence
            champion = Figures(own.versions.champion, own.champion)
            challenger = Figures(own.versions.challenger, own.challenger)
            ap_gained = own.gain.map { Figure($0.estimate) }
            verdict =
                switch own.opinion {
                case .few: nil
                case .worse: "worse"
                case .noWorse: "no_worse"
                }
            warning = own.warning
        }
    }
}
