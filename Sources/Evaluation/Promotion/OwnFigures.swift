import Foundation
package import Model
package import Records

/// What champion and challenger are worth to one member, for its operators.
package struct OwnFigures: Sendable {
    private let member: MemberID
    private let versions: (champion: String, challenger: String)
    private let comparison: PairedHistograms
    private let budget: AlertBudget
    package let champion: MemberFigures
    package let challenger: MemberFigures
    package let opinion: MemberOpinion
    /// The challenger's average precision less the champion's; nil without a fraud.
    package let gain: PairedHistograms.Gain?

    /// - Parameters:
    ///   - versions: names for people.
    ///   - comparison: of the member's own transactions.
    ///   - calibrations: of each model's scores; nil where none is known.
    package init(
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
    package var warning: String? {
        guard case .few(let frauds, let least) = opinion else { return nil }
        return "\(frauds) frauds are few: below \(least) these figures say little, and no verdict follows from them"
    }

    // MARK: For people

    /// A table of both models, what they differ by, and what the rule makes of it.
    package var lines: [String] {
        let (windows, rows) = (comparison.windows.count, comparison.champion.rows)
        let every = String(format: "%g", budget.perThousand)
        var lines = [
            "\(member): \(windows) windows, \(rows) transactions, \(comparison.frauds) frauds; with intervals of 95 %",
            row("", names.champion, names.challenger), row("AUC", \.model.aucInterval),
            row("average precision", \.model.averagePrecisionInterval),
            row("frauds among \(every) of 1,000", \.precision), row("frauds found by these alerts", \.recall),
            row("calibration error (by chance)", Self.text(champion.calibration), Self.text(challenger.calibration)),
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

    /// What stands over the columns.
    private var names: (champion: String, challenger: String) {
        ("\(versions.champion) (champion)", "\(versions.challenger) (challenger)")
    }

    private func row(_ name: String, _ figure: (MemberFigures) -> Estimate?) -> String {
        row(name, Self.text(figure(champion)), Self.text(figure(challenger)))
    }

    /// A name on the left, and both models' figures on the right of their columns, which are as wide as their names need.
    private func row(_ name: String, _ champion: String, _ challenger: String) -> String {
        func right(_ text: String, under name: String) -> String {
            String(repeating: " ", count: max(28, name.count + 2) - text.count) + text
        }
        return name + String(repeating: " ", count: 34 - name.count) + right(champion, under: names.champion)
            + right(challenger, under: names.challenger)
    }

    private static func text(_ estimate: Estimate?) -> String {
        guard let estimate else { return "-" }
        return "\(decimal(estimate.value, 4)) (\(decimal(estimate.low, 4)) to \(decimal(estimate.high, 4)))"
    }

    private static func text(_ calibration: CalibrationCheck?) -> String {
        calibration.map { "\(decimal($0.error, 5)) (\(decimal($0.noise, 5)))" } ?? "-"
    }

    // MARK: For programs

    /// The same as JSON.
    package var form: Form { Form(self) }

    package struct Form: Sendable, Encodable {
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
