import Desk
import DeskStore
import Foundation
import Records

/// The five looks at the customer's past.
struct ComparisonView {
    let page: AlertPage

    private var frame: PageFrame { page.frame }
    private var language: DeskLanguage { page.language }

    var html: HTML {
        guard let payment = page.picture.payment?.transaction else { return section("<p>\(frame.text(.noPast))</p>") }
        let past = page.picture.past.compactMap(\.transaction)
        let comparison = PastComparison(payment, past: past)
        guard comparison.count > 0 else { return section("<p>\(frame.text(.noPast))</p>") }
        let since: HTML? = comparison.since.map { " · \(frame.time($0))" }
        return section(
            """
            <p class="small">\(comparison.count) \(frame.text(.earlier))\(since)</p>
            <div class="looks">
            \(look(.amount, comparison.amount.isUnusual, amountWords(comparison.amount), strip(comparison.amount, past)))
            \(look(.hour, comparison.hour.isUnusual, hourWords(comparison.hour), bars(comparison.hour)))
            \(look(comparison.payee))
            \(look(comparison.place))
            \(look(.velocity, comparison.velocity.isUnusual, velocityWords(comparison.velocity), nil))
            </div>
            """)
    }

    private func section(_ body: HTML) -> HTML { "<section><h2>\(frame.text(.past))</h2>\(body)</section>" }

    private func look(_ title: Phrase, _ isUnusual: Bool, _ words: String, _ picture: HTML?) -> HTML {
        look(frame.text(title), isUnusual, words, picture)
    }

    private func look(_ title: String, _ isUnusual: Bool, _ words: String, _ picture: HTML?) -> HTML {
        """
        <div class="look\(isUnusual ? " odd" as HTML : "")"><h3>\(title) <span class="mark">\(
            frame.text(isUnusual ? .unusual : .usual))</span></h3>\(picture)<p>\(words)</p></div>
        """
    }

    private func look(_ known: PastComparison.KnownLook) -> HTML {
        let name = known.name.isEmpty ? "–" : frame.name(known.name, of: known.kind)
        let words: String
        if known.name.isEmpty {
            words = Phrase("The payment names none.", "Die Zahlung nennt nichts.")(language)
        } else if known.times == 0 {
            words = Phrase("\(name): never before.", "\(name): noch nie.")(language)
        } else {
            let first = known.first.map { String($0.rfc3339.prefix(10)) } ?? ""
            words = Phrase(
                "\(name): \(known.times) times since \(first).", "\(name): \(known.times)-mal seit \(first).")(language)
        }
        return look(known.kind.phrase(language), known.isUnusual, words, nil)
    }

    private func amountWords(_ look: PastComparison.AmountLook) -> String {
        guard let median = look.median, let largest = look.largest else { return "" }
        let (half, most) = (frame.amount(MinorUnits(median)), frame.amount(MinorUnits(largest)))
        let times = median > 0 ? Double(look.own) / Double(median) : 0
        let factor = String(format: times < 10 ? "%.1f" : "%.0f", times).replacing(
            ".", with: language == .german ? "," : ".")
        return Phrase(
            "\(factor) times the middle one (\(half)); the largest was \(most).",
            "Das \(factor)-fache des mittleren (\(half)); der größte war \(most).")(language)
    }

    private func hourWords(_ look: PastComparison.HourLook) -> String {
        let count = look.counts[look.own]
        return Phrase(
            "At \(look.own):00 UTC \(count) of \(look.counts.reduce(0, +)).",
            "Um \(look.own) Uhr UTC \(count) von \(look.counts.reduce(0, +)).")(language)
    }

    private func velocityWords(_ look: PastComparison.VelocityLook) -> String {
        let sum = frame.amount(MinorUnits(look.sum))
        return Phrase(
            "\(look.count) payments, \(sum) in all; at most \(look.mostCount) before.",
            "\(look.count) Zahlungen, zusammen \(sum); bisher höchstens \(look.mostCount).")(language)
    }

    /// Earlier amounts as dots on a line, by orders of magnitude, and this one above them.
    private func strip(_ look: PastComparison.AmountLook, _ past: [Transaction]) -> HTML {
        func place(_ units: Int64) -> Double { log10(Double(max(100, units))) }
        let all = past.map { place($0.amount.value) } + [place(look.own)]
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        func x(_ value: Double) -> String { String(format: "%.1f", 6 + (value - low) / max(0.1, high - low) * 208) }
        let dots = past.prefix(120).map { "<circle cx=\"\(x(place($0.amount.value)))\" cy=\"20\" r=\"3\"/>" as HTML }
        return """
            <svg viewBox="0 0 220 30" role="img" aria-label="\(amountWords(look))"><g class="dots">\(dots)</g>
            <circle class="own" cx="\(x(place(look.own)))" cy="9" r="5"/></svg>
            """
    }

    private func bars(_ look: PastComparison.HourLook) -> HTML {
        let most = max(1, look.counts.max() ?? 1)
        let bars = look.counts.enumerated().map { hour, count in
            let height = count == 0 ? 1 : max(2, 28 * count / most)
            return """
                <rect\(hour == look.own ? " class=\"own\"" as HTML : "") x="\(9 * hour + 2)" y="\(30 - height)" width="7" height="\(
                    height)"/>
                """ as HTML
        }
        return
            "<svg viewBox=\"0 0 220 30\" role=\"img\" aria-label=\"\(hourWords(look))\"><g class=\"bars\">\(bars)</g></svg>"
    }
}

/// Other alerts with the same names.
struct LinkedView {
    let page: AlertPage

    private var frame: PageFrame { page.frame }
    private var language: DeskLanguage { page.language }

    var html: HTML {
        let groups = page.picture.links.map(group)
        return """
            <section><h2>\(frame.text(.linked))</h2>
            \(groups.isEmpty ? "<p>\(frame.text(.noLinks))</p>" as HTML : "\(groups)")</section>
            """
    }

    private func group(_ links: LinkedAlerts) -> HTML {
        let target = "/queue?" + FormText.query([("whose", "anyone"), (links.kind.rawValue, links.name)])
        let more: HTML? =
            links.rest > 0
            ? "<p class=\"small\"><a href=\"\(target)\">\(links.rest)\(links.isMore ? "+" : "") \(frame.text(.moreOf))</a></p>"
            : nil
        return """
            <h3>\(links.kind.phrase(language)) <span class="name">\(frame.name(links.name, of: links.kind))</span></h3>
            <div class="scroll"><table class="links"><tbody>\(links.rows.map(row))</tbody></table></div>\(frame.isMasked ? nil : more)
            """
    }

    private func row(_ row: QueueRow) -> HTML {
        let finding: HTML =
            frame.finding(row.work)
            ?? "\(row.work.holder(at: frame.now)?.name ?? frame.text(.free))"
        return """
            <tr><td>\(frame.time(row.facts.paidAt))</td><td class="number"><a href="/alerts/\(row.facts.item.hex)">\(
                frame.amount(row.facts.amount))</a></td><td class="number">\(frame.percent(row.facts.probability))</td>
            <td>\(row.facts.band.phrase(language))</td><td>\(finding)</td></tr>
            """
    }
}
