import Foundation
import Model
import Plots

/// A version's part of a page.
struct VersionSection {
    private let version: ModelHistory.Version
    private let history: ModelHistory

    init(_ version: ModelHistory.Version, _ history: ModelHistory) {
        self.version = version
        self.history = history
    }

    var html: String {
        var out = "<h2>\(SVG.escape(version.version)): \(version.standing.words)</h2>\n"
        if let decision = version.decision {
            let approvals =
                decision.approvals.isEmpty ? "" : " Approved by \(decision.approvals.joined(separator: ", "))."
            let outcome = decision.outcome.rawValue.replacing("_", with: " ")
            out += "<p>\(SVG.escape("It was \(outcome): \(decision.reason).\(approvals)"))</p>\n"
        }
        out += lineage
        out += version.validations.map(section).joined()
        return out + gains
    }

    private var lineage: String {
        var rows: [[String]] = []
        if let manifest = version.manifest { rows.append(["manifest", manifest]) }
        if let previous = version.previous { rows.append(["trained to replace", previous]) }
        if let training = version.training {
            rows += [
                ["trained on", words(training.window)],
                ["rows, frauds", "\(grouped(training.rows)), \(grouped(training.frauds))"],
                ["feature spec", "\(training.spec) (\(training.specDigest))"], ["coin", training.coin],
                ["rule", training.rule.map { "\($0.name) \($0.value)" }.joined(separator: ", ")],
                ["program", training.codeVersion],
            ]
            if !training.leftOut.isEmpty {
                rows.append(["left out by the caps", training.leftOut.joined(separator: ", ")])
            }
        }
        return rows.isEmpty ? "" : HTMLTable.table(["what", "which"], rows, style: "words")
    }

    private func words(_ window: ModelHistory.Window) -> String {
        "transactions \(grouped(Int(window.from))) to \(grouped(Int(window.until))), labels before \(grouped(Int(window.labels)))"
    }

    private func section(_ validation: ModelHistory.Validation) -> String {
        let heading =
            switch validation.kind {
            case .validation: "On a later window"
            case .shadow: "In shadow, on live transactions"
            case .probation: "In probation, on labels since the promotion"
            }
        var out = "<h3>\(heading)\(validation.beside.map { " beside \(SVG.escape($0))" } ?? "")</h3>\n"
        out += "<p>" + SVG.escape(validation.windows.map { words($0.window) }.joined(separator: "; ")) + "</p>\n"
        guard let own = validation.own, own.rows > 0 else { return out + "<p>No transaction was scored.</p>\n" }
        let bootstrap = HistogramBootstrap(own)
        let other = validation.other.map { HistogramBootstrap($0) }
        out += figures(validation, bootstrap, other)
        out += "<figure>\(ModelCharts.histogram(own, title: "Scores of \(version.version)"))"
        if let other {
            out += ModelCharts.histogram(other.original, title: "Scores of \(Self.name(validation))")
        }
        out += "<figcaption>Scores of \(SVG.escape(version.version))"
        out += other != nil ? ", and below of the version beside it" : ""
        out += ", on a logarithmic scale.</figcaption></figure>\n"
        if own.fraudRows > 0 { out += curves(validation, bootstrap, other) }
        return out + calibration(own) + members(validation.members)
    }

    /// The other version's name.
    private static func name(_ validation: ModelHistory.Validation) -> String {
        validation.beside ?? "the version beside it"
    }

    private func curves(
        _ validation: ModelHistory.Validation, _ own: HistogramBootstrap, _ other: HistogramBootstrap?
    ) -> String {
        var curves = [ModelCharts.Curve(name: version.version, bootstrap: own, colour: ModelCharts.versions.own)]
        if let other {
            curves.append(
                ModelCharts.Curve(name: Self.name(validation), bootstrap: other, colour: ModelCharts.versions.other))
        }
        return "<figure>\(ModelCharts.precisionRecall(curves, title: "Precision over recall"))"
            + "<figcaption>Precision over recall, exact at each threshold and between them as if both classes came evenly; "
            + "the band holds 95 % of what drawing the same transactions anew comes to.</figcaption></figure>\n"
    }

    private func figures(
        _ validation: ModelHistory.Validation, _ own: HistogramBootstrap, _ other: HistogramBootstrap?
    ) -> String {
        let alerts = validation.alerts(aDay: history.alertsADay)
        let all = [ModelFigures(of: own, alerts: alerts)] + (other.map { [ModelFigures(of: $0, alerts: alerts)] } ?? [])
        func row(_ name: String, _ text: (ModelFigures) -> String) -> [String] { [name] + all.map(text) }
        var rows = [
            row("transactions") { grouped($0.rows) }, row("frauds") { grouped($0.frauds) },
            row("base rate") { figures in
                figures.baseRate.map { "\(percent($0.value)) (\(percent($0.low)) to \(percent($0.high)))" } ?? "-"
            },
            row("average precision") { text($0.averagePrecision, $0.averagePrecisionInterval) },
            row("AUC") { text($0.auc, $0.aucInterval) },
        ]
        if let alerts {
            rows += [
                row("frauds among \(grouped(alerts)) alerts") { decimal($0.alerts?.found.value, 1) },
                row("recall at these alerts") { text($0.alerts?.recall, nil) },
                row("precision at these alerts") { text($0.alerts?.precision, nil) },
            ]
        }
        var out = HTMLTable.table(
            ["figure", version.version] + (other != nil ? [Self.name(validation)] : []), rows)
        out +=
            "<p>In brackets: what 95 % of drawings of the same transactions come to; in square ones, between what the figure "
        out +=
            "lies whatever the order within a bin is. Frauds of one terminal or card come together, so another week may "
        out += "differ by more.</p>\n"
        if let gain = validation.comparison?.gain(confidence: 0.9) {
            let estimate = gain.estimate
            out +=
                "<p>Average precision beside the other: <b>\(signed(estimate.value))</b>, with 90 % confidence above "
            out += "\(signed(estimate.low)), and with 90 % below \(signed(estimate.high)) (\(gain.basis)).</p>\n"
        }
        return out
    }

    private func text(_ figure: Binned?, _ interval: Estimate?) -> String {
        guard let figure else { return "-" }
        let drawn = interval.map { " (\(decimal($0.low)) to \(decimal($0.high)))" } ?? ""
        return "\(decimal(figure.value))\(drawn) [\(decimal(figure.least)) to \(decimal(figure.most))]"
    }

    private func calibration(_ own: ScoreHistogram) -> String {
        let points = version.calibration.map { Calibration.Point(score: $0.score, probability: $0.probability) }
        guard !points.isEmpty else { return "" }
        let calibration: Calibration
        do { calibration = try Calibration(points: points) } catch {
            return "<p>\(SVG.escape("The calibration is none: \(error)."))</p>\n"
        }
        guard let check = CalibrationCheck(of: calibration, by: own, confidence: ModelFigures.confidence) else {
            return "<p>The calibration's steps begin within bins: these counts can't check it.</p>\n"
        }
        return "<figure>\(ModelCharts.calibration(check, title: "Calibration of \(version.version)"))"
            + "<figcaption>Each step of the calibration beside what came of its transactions; on the line they are equal, and "
            + "what lies below 0.01 % is drawn there. On average they are \(percent(check.error)) apart, of which "
            + "\(percent(check.noise)) is what chance brings about. The calibration foretells "
            + "\(decimal(check.foretold, 1)) frauds, and there were \(grouped(own.fraudRows)).</figcaption></figure>\n"
    }

    private func members(_ told: [ModelHistory.Told]) -> String {
        guard !told.isEmpty else { return "" }
        let rows = told.sorted { $0.member < $1.member }.map {
            [
                $0.member, $0.isWorse ? "does worse" : "does no worse", decimal($0.averagePrecision),
                decimal($0.otherAveragePrecision),
            ]
        }
        return "<p>Members that told what they see in their own counts:</p>\n"
            + HTMLTable.table(
                ["member", "says that it", "average precision", "of the version beside it"], rows, style: "words")
    }

    private var gains: String {
        guard let gains = version.gains, !gains.isEmpty else { return "" }
        let rows = gains.sorted { $0.gain > $1.gain }.map { [$0.feature, percent($0.gain)] }
        return "<h3>Gain by feature</h3>\n<p>As far as the consortium opened it.</p>\n"
            + HTMLTable.table(["feature", "part of the gain"], rows)
    }
}
