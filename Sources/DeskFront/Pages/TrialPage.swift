import Desk
import Policy
import Records

/// The page of a rule that is tried on the past.
struct TrialPage {
    var frame: PageFrame
    var trial: RuleTrials.Trial

    static func state(_ state: RuleTrials.State) -> Phrase {
        switch state {
        case .waiting: .waits
        case .running: .running
        case .done: .over
        case .failed: .failedTrial
        case .cancelled: .cancelled
        }
    }

    var html: HTML {
        frame.page(
            title: "\(frame.text(.trials)): \(trial.ids.joined(separator: ", "))", place: "trials",
            """
            <p class="back"><a href="/trials" data-key="Escape">← \(frame.text(.trials))</a></p>
            <div class="top"><div class="sum"><h1>\(trial.ids.joined(separator: ", "))</h1>
            <p>\(trial.by.name) · \(frame.time(micros: trial.at))</p></div></div>
            <div id="job" data-polled="1" data-running="\(trial.state.isOver ? "" : "1")" aria-live="polite">
            <p class="strong">\(frame.text(Self.state(trial.state)))\(trial.took.map { " · \($0 / 1_000_000) s" })</p>
            \(progress)\(report)</div>
            <pre>\(trial.text)</pre>
            \(form)
            """)
    }

    private var progress: HTML? {
        guard case .running(let done, let all) = trial.state else { return nil }
        return """
            <progress max="\(max(1, all))" value="\(done)" aria-label="\(frame.text(.trials))"></progress><p>\(done) / \(all)</p>
            """
    }

    private var form: HTML? {
        guard !trial.state.isOver else { return nil }
        return """
            <form class="act" method="post" action="/trials/\(trial.id.hex)/cancel">\(frame.tokenField)
            <button>\(frame.text(.endTrial))</button></form>
            """
    }

    private var report: HTML? {
        guard case .done(let report) = trial.state else { return nil }
        let total = report.total
        let heads = [
            Phrase.state, .matchedRows, .perDay, .caught, .amount, .falseAlarms, .unknownRows, .precision,
        ].enumerated().map { place, words in
            "<th scope=\"col\"\(place > 0 ? " class=\"number\"" as HTML : "")>\(frame.text(words))</th>" as HTML
        }
        let sides = [(Phrase.inForce, total.present), (.withRule, total.candidate), (.byRule, report.tried)].map {
            row($0, $1, days: report.days.count)
        }
        return """
            <p>\(total.rows) \(frame.text(.trialRows)) \(report.days.count) \(frame.text(.trialDays))\(
                report.differing > 0 ? "; \(report.differing) \(frame.text(.differingRows))" : "")</p>
            \(frame.scrolling(frame.text(.trials)))<table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(sides)</tbody></table></div>
            \(overlap(report))\(examples(report))
            """
    }

    private func row(_ name: Phrase, _ side: BacktestReport.Side, days: Int) -> HTML {
        let judged = side.caught + side.falseAlarms
        let cells = [
            "\(side.alerts)", days == 0 ? "" : frame.decimal(Double(side.alerts) / Double(days)), "\(side.caught)",
            frame.amount(MinorUnits(side.caughtValue)), "\(side.falseAlarms)", "\(side.unknown)",
            judged == 0 ? "" : frame.percent(Double(side.caught) / Double(judged)),
        ].map { "<td class=\"number\">\($0)</td>" as HTML }
        return "<tr><th scope=\"row\">\(frame.text(name))</th>\(cells)</tr>\n"
    }

    private func overlap(_ report: BacktestReport) -> HTML? {
        guard report.tried.alerts > 0 else { return nil }
        let rules =
            [(frame.text(.overlapAlerted), report.alertedBefore)]
            + report.overlap.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
        let rows = rules.map { name, count in
            """
            <tr><th scope="row">\(name)</th><td class="number">\(count)</td><td class="number">\(
                frame.percent(Double(count) / Double(report.tried.alerts)))</td></tr>

            """ as HTML
        }
        return """
            <section><h2>\(frame.text(.overlap))</h2>\(frame.scrolling(frame.text(.overlap)))<table class="facts"><tbody>
            \(rows)</tbody></table></div></section>
            """
    }

    private func examples(_ report: BacktestReport) -> HTML? {
        guard !report.examples.isEmpty else { return nil }
        let rows = report.examples.map { example in
            let known =
                example.fraud.map { ($0 ? Finding.fraud : .legitimate).phrase(frame.language) }
                ?? frame.text(.unknownRows)
            return """
                <tr><td><a href="/payments/\(PaymentPage.place(example.source))">\(
                    frame.isMasked ? "…" : example.transaction)</a></td>
                <td class="number">\(frame.amount(example.amount))</td><td>\(example.band.phrase(frame.language))</td>
                <td>\(known)</td></tr>

                """ as HTML
        }
        return """
            <section><h2>\(frame.text(.trialExamples))</h2><div class="scroll"><table class="queue"><tbody>
            \(rows)</tbody></table></div></section>
            """
    }
}

/// The page where rules are tried, with the latest trials.
struct TrialsPage {
    var frame: PageFrame
    var trials: [RuleTrials.Trial]
    var act: ActID
    var trouble: String?
    var typed: String

    private static let example = """
        - id: cash-at-night
          mode: live
          reason: Much cash at night
          when: { kind: cash_out, amount: { at_least: 800 } }
          at_least: review
        """

    var html: HTML {
        let rows = trials.map { trial in
            """
            <tr><td><a href="/trials/\(trial.id.hex)">\(trial.ids.joined(separator: ", "))</a></td><td>\(trial.by.name)</td>
            <td>\(frame.time(micros: trial.at))</td><td>\(frame.text(TrialPage.state(trial.state)))</td></tr>

            """ as HTML
        }
        let list: HTML =
            trials.isEmpty
            ? "<div class=\"empty\"><p class=\"strong\">\(frame.text(.noTrials))</p></div>"
            : "<div class=\"scroll\"><table class=\"queue\"><tbody>\n\(rows)</tbody></table></div>"
        return frame.page(
            title: frame.text(.trials), place: "trials",
            """
            <div class="head"><h1>\(frame.text(.trials))</h1></div><p class="small">\(frame.text(.trialsHint))</p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <section class="note"><form method="post" action="/trials/start">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)"><label>\(frame.text(.ruleText))<textarea class="code" name="rule"
             rows="10" maxlength="\(TriedRule.limit)" spellcheck="false" placeholder="\(Self.example)">\(typed)</textarea></label>
            <button class="main">\(frame.text(.tryIt))</button></form></section>
            \(list)
            """)
    }
}
