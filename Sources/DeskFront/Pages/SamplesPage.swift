import Desk
import DeskStore
import Foundation
import Records

/// What random samples and second looks say.
struct SamplesPage {
    var frame: PageFrame
    var days: Int64
    var groups: [SampleGroup]
    var looks: (agreement: Agreement, waiting: Int, apart: [QueueRow])
    var rules: HouseRules

    /// Days that the figures may be of.
    static let days: [Int64] = [30, 90, 365]

    private var language: DeskLanguage { frame.language }

    var html: HTML {
        let times = Self.days.map { days in
            let current: HTML = days == self.days ? " aria-current=\"page\"" : ""
            return "<a href=\"/samples?days=\(days)\"\(current)>\(days) \(frame.text(.days))</a> " as HTML
        }
        return frame.page(
            title: frame.text(.samples), place: "queue",
            """
            <div class="head"><h1>\(frame.text(.samples))</h1></div><nav class="pager" aria-label="\(frame.text(.time))">\(times)</nav>
            <p class="small">\(frame.text(.samplesHint))</p>
            <section><h2>\(frame.text(.missedFraud))</h2>\(missed)</section>
            <section><h2>\(frame.text(.secondLooks))</h2>\(second)</section>
            """)
    }

    private var missed: HTML {
        guard !groups.isEmpty else {
            return "<p>\(frame.text(rules.samples.isEmpty ? .noSampleRule : .noSamples))</p>"
        }
        let heads: [Phrase] = [.stratum, .drawn, .settled, .foundFrauds, .estimatedFrauds, .estimatedValue]
        let rows = Sample.Stratum.allCases.compactMap { stratum -> HTML? in
            let own = groups.filter { $0.sample.stratum == stratum }
            guard !own.isEmpty else { return nil }
            let report = MissedFraud(own)
            return """
                <tr><th scope="row">\(stratum.phrase(language))</th><td class="number">\(report.drawn)</td>
                <td class="number">\(report.settled)</td><td class="number">\(report.frauds)</td>
                <td class="number">\(report.count.map { figure($0, number) } ?? "–")</td>
                <td class="number">\(report.value.map { figure($0, money) } ?? "–")</td></tr>

                """
        }
        let cells = heads.enumerated().map { place, head in
            "<th scope=\"col\"\(place > 0 ? " class=\"number\"" as HTML : "")>\(frame.text(head))</th>" as HTML
        }
        return """
            \(frame.scrolling(frame.text(.missedFraud)))<table class="queue"><thead><tr>\(cells)</tr></thead><tbody>\(rows)</tbody></table></div>
            <p class="small">\(frame.text(.missedHint))</p>
            <p><a href="/queue?origin=sample&amp;whose=anyone">\(frame.text(.openSamples))</a></p>
            """
    }

    private func figure(_ estimate: MissedFraud.Estimate, _ words: (Double) -> String) -> String {
        "\(words(estimate.estimate)) (\(words(estimate.low)) – \(words(estimate.high)))"
    }

    private func number(_ value: Double) -> String {
        String(format: "%.0f", value)
    }

    private func money(_ value: Double) -> String {
        // An estimate has no cents.
        frame.amount(MinorUnits(Int64(clamping: Int((value / 100).rounded())) * 100))
    }

    private var second: HTML {
        let link: HTML =
            """
            <p><a href="/queue?shown=closed&amp;awaits=look">\(frame.text(.waitingLooks)): \(looks.waiting)</a></p>
            """
        let total = looks.agreement.total
        guard total > 0 else {
            return "<p>\(frame.text(rules.judgedTwice == 0 ? .noLookRule : .noLooks))</p>\(link)"
        }
        let kappa = looks.agreement.kappa.map { value in
            String(format: "%.2f", value).replacing(".", with: language == .german ? "," : ".")
        }
        let heads = Finding.allCases.map { finding in
            "<th scope=\"col\" class=\"number\">\(finding.phrase(language))</th>" as HTML
        }
        let rows = zip(Finding.allCases, looks.agreement.counts).map { finding, counts in
            "<tr><th scope=\"row\">\(finding.phrase(language))</th>\(counts.map { "<td class=\"number\">\($0)</td>" as HTML })</tr>"
                as HTML
        }
        // Figures are of no single alert.
        let apart = (frame.may(.look) ? looks.apart : []).map { row in
            """
            <li><a href="/alerts/\(row.facts.item.hex)">\(frame.amount(row.facts.amount))</a> \
            \(row.work.second?.first.finding.phrase(language) ?? "") / \(row.work.second?.second?.finding.phrase(language) ?? "")</li>
            """ as HTML
        }
        return """
            <p>\(frame.text(.agreed)): <strong>\(looks.agreement.agreed) / \(total)</strong> · Cohen κ: <strong>\(kappa ?? "–")</strong></p>
            \(frame.scrolling(frame.text(.secondLooks)))<table class="queue"><thead><tr><th scope="col">\(frame.text(.firstVersusSecond))</th>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></div>
            \(apart.isEmpty ? nil : "<h3>\(frame.text(.apart))</h3><ul>\(apart)</ul>" as HTML)\(link)
            """
    }
}

extension Phrase {
    static let samples = Phrase("What samples say", "Was Stichproben sagen")
    static let samplesHint = Phrase(
        "Alerts are chosen; samples are not. What people find in them says how much fraud no alert has found.",
        "Alarme sind ausgewählt, Stichproben nicht. Was in ihnen gefunden wird, sagt, wie viel Betrug kein Alarm gefunden hat."
    )
    static let missedFraud = Phrase("Fraud by random samples", "Betrug nach Stichproben")
    static let noSampleRule = Phrase(
        "Nothing is drawn: the rules have no line such as sample approved 5.",
        "Es wird nichts gezogen: In den Regeln steht keine Zeile wie sample approved 5.")
    static let noSamples = Phrase("Nothing was drawn in this time.", "In dieser Zeit wurde nichts gezogen.")
    static let stratum = Phrase("Drawn from", "Gezogen aus")
    static let drawn = Phrase("Drawn", "Gezogen")
    static let settled = Phrase("Fraud or legitimate", "Betrug oder in Ordnung")
    static let foundFrauds = Phrase("Frauds", "Betrug")
    static let estimatedFrauds = Phrase("Frauds among all (95 %)", "Betrug insgesamt (95 %)")
    static let estimatedValue = Phrase("Their amount (95 %)", "Ihr Betrag (95 %)")
    static let missedHint = Phrase(
        "Each sample stands for one over the chance that it was drawn with. Those without a verdict are taken to be as those with one.",
        "Jede Stichprobe steht für den Kehrwert ihrer Ziehungswahrscheinlichkeit. Solche ohne Urteil gelten wie die mit einem."
    )
    static let openSamples = Phrase("Samples without a verdict", "Stichproben ohne Urteil")
    static let secondLooks = Phrase("Judged by two people", "Von zwei Personen beurteilt")
    static let secondLook = Phrase("Second look", "Zweite Prüfung")
    static let secondLookHint = Phrase(
        "Somebody else gave a verdict, which is not shown until you have given yours. Yours changes nothing of it.",
        "Jemand anders hat ein Urteil gegeben; es wird erst gezeigt, wenn Sie Ihres gegeben haben. Ihres ändert daran nichts."
    )
    static let waitingLooks = Phrase("Waiting for a second look", "Warten auf die zweite Prüfung")
    static let noLookRule = Phrase(
        "Nothing is judged twice: the rules have no line such as judged_twice 50.",
        "Nichts wird zweimal beurteilt: In den Regeln steht keine Zeile wie judged_twice 50.")
    static let noLooks = Phrase(
        "Nothing was judged twice in this time.", "In dieser Zeit wurde nichts zweimal beurteilt.")
    static let agreed = Phrase("Agreed", "Übereinstimmend")
    static let firstVersusSecond = Phrase("First (rows), second (columns)", "Erstes Urteil (Zeilen), zweites (Spalten)")
    static let apart = Phrase("Judged apart", "Verschieden beurteilt")
}
