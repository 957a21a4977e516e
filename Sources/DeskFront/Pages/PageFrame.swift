import Desk
import Foundation
package import Records

/// Who a page is for, and how it is written.
package struct PageFrame: Sendable {
    package var member: MemberID
    package var language: DeskLanguage
    /// Nil on pages before the sign-in.
    package var session: DeskSessions.Session?
    /// By the log's clock, in microseconds since 1970.
    package var now: Int64

    package init(member: MemberID, language: DeskLanguage, session: DeskSessions.Session?, now: Int64) {
        self.member = member
        self.language = language
        self.session = session
        self.now = now
    }

    var me: Actor? { session?.user.actor }
    /// Whether names of customers, cards, accounts and payees are shown with their last characters alone.
    var isMasked: Bool { !may(.names) && !isUnmasked }
    /// Whether this page alone has names in full, for a reason that is written down.
    var isUnmasked = false
    /// Whether people may sign in at a provider.
    var hasProvider = false
    /// What the reader's team works on; nothing is kept from pages that nobody is signed in at, which show no alert.
    var scope: TeamScope { session?.user.scope ?? .everything }

    func may(_ deed: DeskRole.Deed) -> Bool { session?.may(deed) ?? false }

    /// The filter of an address or form, within the reader's team.
    func filter(_ parameters: [(name: String, value: String)]) throws(QueueFilter.Fault) -> QueueFilter {
        var filter = try QueueFilter(parameters)
        filter.team = scope
        return filter
    }

    /// The beginning of a part that scrolls by itself, and has nothing in it that the keyboard could reach (WCAG 2.1.1).
    func scrolling(_ label: String) -> HTML {
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(label)\">"
    }

    func text(_ phrase: Phrase) -> String { phrase(language) }

    /// A page as a whole.
    ///
    /// - Parameters:
    ///   - place: which entry of the navigation it belongs to.
    ///   - feed: what the page listens to; nil for a page that stands still.
    func page(title: String, place: String = "", feed: String? = nil, _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) · Cordon</title>
        <link rel="stylesheet" href="\(DeskAssets.stylePath)">
        <link rel="icon" href="\(DeskAssets.iconPath)">
        <script src="\(DeskAssets.scriptPath)" defer></script>
        </head>
        <body\(feed.map { " data-feed=\"\($0)\"" as HTML })>
        <a class="skip" href="#content">\(text(.skip))</a>
        \(session.map { header(place, $0) })
        <main id="content" tabindex="-1">
        \(body)
        </main>
        </body>
        </html>

        """
    }

    private func header(_ place: String, _ session: DeskSessions.Session) -> HTML {
        func link(_ name: String, _ target: String, _ words: String) -> HTML {
            let current: HTML = place == name ? " aria-current=\"page\"" : ""
            return "<a href=\"\(target)\"\(current)>\(words)</a>"
        }
        var lists: [HTML] = []
        if may(.look) {
            lists += [
                link("queue", "/queue", text(.queue)), link("closed", "/queue?shown=closed", text(.closed)),
                link("cases", "/cases", text(.cases)), link("jobs", "/jobs", text(.jobs)),
            ]
        }
        if may(.figures) { lists.append(link("dashboard", "/dashboard", text(.dashboard))) }
        if may(.audit) { lists.append(link("looks", "/looks", text(.looks))) }
        if may(.work) { lists.append(link("payments", "/payments", text(.payments))) }
        if may(.manage) { lists.append(link("webhooks", "/webhooks", text(.webhooks))) }
        if may(.rules) { lists.append(link("trials", "/trials", text(.trials))) }
        if may(.look) { lists.append(link("snoozes", "/rule-snoozes", text(.ruleSnoozes))) }
        if may(.look) { lists.append(link("house", "/house", text(.house))) }
        return """
            <header class="bar">
            <span class="brand">Cordon <span class="member">\(member.name)</span></span>
            <nav aria-label="Cordon">\(lists)</nav>
            <span class="who">\(link("account", "/account", session.user.actor.name)) <span class="role">\(session.user.role.rawValue)</span></span>
            <form method="post" action="/sign-out">\(tokenField)<button class="quiet">\(text(.signOut))</button></form>
            </header>
            """
    }

    /// What a form has so that it is known to be of this session's page.
    var tokenField: HTML { "<input type=\"hidden\" name=\"token\" value=\"\(session?.formToken ?? "")\">" }

    // MARK: How values are written

    /// An amount with groups, in the language's marks.
    func amount(_ units: MinorUnits) -> String { grouped(units.decimal) }

    func amount(_ money: Money) -> String { "\(money.currency.code) \(grouped(money.decimal))" }

    private func grouped(_ decimal: String) -> String {
        let halves = decimal.split(separator: ".", maxSplits: 1)
        let (group, point) = language == .german ? (".", ",") : (",", ".")
        let whole = String(halves[0].drop { $0 == "-" })
        var out = ""
        for (place, digit) in whole.enumerated() {
            if place > 0, (whole.count - place) % 3 == 0 { out += group }
            out.append(digit)
        }
        return (decimal.hasPrefix("-") ? "−" : "") + out + (halves.count == 2 ? point + halves[1] : "")
    }

    /// A count with groups.
    func count(_ number: Int64) -> String { grouped(String(number)) }

    /// A number with one decimal.
    func decimal(_ value: Double) -> String { grouped(String(format: "%.1f", value)) }

    /// A probability in percent.
    ///
    /// - Parameter decimals: nil for none, and one near 0 and 1.
    func percent(_ part: Double, decimals: Int? = nil) -> String {
        let decimals = decimals ?? (part < 0.1 || part > 0.99 ? 1 : 0)
        let number = String(format: "%.\(decimals)f", part * 100)
        return (language == .german ? number.replacing(".", with: ",") + " " : number) + "%"
    }

    /// A moment, which the page's script writes in the reader's own zone.
    func time(_ time: EventTime) -> HTML {
        let text = time.rfc3339
        return
            "<time datetime=\"\(text)\">\(String(text.prefix(10))) \(String(text.dropFirst(11).prefix(5))) UTC</time>"
    }

    /// - Parameter micros: microseconds since 1970.
    func time(micros: Int64) -> HTML { time(EventTime(seconds: micros / 1_000_000)) }

    /// How long until then or since then, in the largest unit that fits.
    func distance(to micros: Int64) -> String {
        let minutes = abs(micros - now) / 60_000_000
        return minutes < 120 ? "\(minutes) min" : minutes < 2880 ? "\(minutes / 60) h" : "\(minutes / 1440) d"
    }

    /// Whether the reader may give a second verdict, and is not shown the first until then.
    func isBlind(to work: Work) -> Bool { may(.work) && work.isBlind(to: me) }

    /// The verdict of an item as its reader may see it: who may still give a second one does not see the first.
    func finding(_ work: Work) -> HTML? {
        if isBlind(to: work) { return "<span class=\"finding\">\(text(.secondLook))</span>" }
        return work.judgement.map {
            "<span class=\"finding \($0.finding.rawValue)\">\($0.finding.phrase(language))</span>"
        }
    }

    /// What somebody typed, as its reader may see it: there may be names in it.
    func typed(_ text: String) -> String {
        guard isMasked, !text.isEmpty else { return text }
        return Phrase("… (\(text.count) characters)", "… (\(text.count) Zeichen)")(language)
    }

    /// A name as its reader may see it.
    func name(_ name: String, of kind: LinkKind) -> String {
        guard isMasked, kind != .terminal else { return name }
        return "…" + String(name.suffix(name.count > 6 ? 3 : 1))
    }
}
