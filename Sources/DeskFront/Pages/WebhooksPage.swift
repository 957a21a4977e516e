import DeskStore
import Webhooks

/// The page of the endpoints that the feed is sent to.
struct WebhooksPage {
    /// An endpoint with the messages that people may have to see to.
    struct Entry {
        var endpoint: WebhookEndpoint
        var waiting: [WebhookMessage]
        var givenUp: [WebhookMessage]
    }

    /// Messages that are listed of each kind.
    static let listed = 10

    var frame: PageFrame
    var entries: [Entry]
    /// A key that was made just now: its endpoint's name, and what its receiver needs.
    var shown: (name: String, key: String)?
    /// Why something could not be done.
    var trouble: String?
    /// What was typed and could not be taken.
    var typed: [String: String] = [:]

    var html: HTML {
        frame.page(
            title: frame.text(.webhooks), place: "webhooks",
            """
            <div class="head"><h1>\(frame.text(.webhooks))</h1></div>
            <p class="small">\(frame.text(.webhookHint))</p>
            \(trouble.map { "<p class=\"trouble\" role=\"alert\">\($0)</p>" as HTML })
            \(shown.map { "<p role=\"status\"><span class=\"strong\">\($0.name)</span>: \(frame.text(.webhookSecret)) <code>\($0.key)</code></p>" as HTML })
            \(entries.isEmpty ? "<div class=\"empty\"><p>\(frame.text(.webhookNone))</p></div>" as HTML : nil)
            \(entries.map(section))
            \(addForm)
            """)
    }

    private func section(_ entry: Entry) -> HTML {
        let endpoint = entry.endpoint
        let failures = endpoint.health.failures
        return """
            <section class="card"><h2>\(endpoint.name)</h2>
            <p class="name">\(endpoint.address.description)</p>
            <p>\(frame.text(.webhookState)): \(frame.text(endpoint.state.phrase))\(
                endpoint.reason.map { ": \(frame.text($0.phrase))" as HTML })\(
                failures > 0 ? ", \(failures) \(frame.text(.webhookFailures))" : "") ·
            \(endpoint.kinds.rawValue) · \(endpoint.keys.map { $0.secret.version }.joined(separator: ", "))</p>
            <div class="actions">
            \(button(endpoint, endpoint.state == .active ? "pause" : "resume", endpoint.state == .active ? .webhookPause : .webhookResume))
            \(button(endpoint, "rotate", .webhookRotate))
            \(entry.givenUp.isEmpty ? nil : button(endpoint, "resend", .webhookResend))
            <form method="post" action="/webhooks/\(endpoint.name)">\(frame.tokenField)<input type="hidden" name="do" value="replay">
            <label>\(frame.text(.webhookReplay)) <input name="since" size="20" placeholder="2026-01-31T00:00:00Z" required></label>
            <button>\(frame.text(.webhookReplay))</button></form>
            \(button(endpoint, "remove", .webhookRemove))
            </div>
            \(list(.webhookGivenUp, entry.givenUp))\(list(.webhookWaiting, entry.waiting.filter { $0.last != nil }))
            </section>
            """
    }

    private func button(_ endpoint: WebhookEndpoint, _ deed: String, _ words: Phrase) -> HTML {
        """
        <form method="post" action="/webhooks/\(endpoint.name)">\(frame.tokenField)<input type="hidden" name="do" value="\(deed)">
        <button>\(frame.text(words))</button></form>
        """
    }

    private func list(_ title: Phrase, _ messages: [WebhookMessage]) -> HTML? {
        guard !messages.isEmpty else { return nil }
        let rows = messages.map { message in
            """
            <tr><td>\(message.id)</td><td>\(message.last ?? "")</td><td>\(message.at.map { frame.time(micros: $0) })</td>
            <td class="number">\(message.attempts)</td></tr>
            """ as HTML
        }
        return
            "<h3>\(frame.text(title))</h3>\(frame.scrolling(frame.text(title)))<table><tbody>\(rows)</tbody></table></div>"
    }

    private var addForm: HTML {
        let kinds = WebhookEndpoint.Kinds.allCases.map { kind in
            let mark: HTML = typed["kinds"] == kind.rawValue ? " selected" : ""
            return "<option value=\"\(kind.rawValue)\"\(mark)>\(kind.rawValue)</option>" as HTML
        }
        return """
            <form class="filter" method="post" action="/add-webhook">\(frame.tokenField)
            <label>\(frame.text(.webhookName))<input name="name" size="16" required value="\(typed["name"] ?? "")"></label>
            <label>\(frame.text(.webhookAddress))<input name="url" size="40" required value="\(typed["url"] ?? "")"></label>
            <label>\(frame.text(.webhookKinds))<select name="kinds">\(kinds)</select></label>
            <label>\(frame.text(.webhookFilter))<input name="query" size="24" value="\(typed["query"] ?? "")"></label>
            <label>\(frame.text(.webhookSigned))<select name="key"><option value="v1">HMAC-SHA256 (v1)</option>
            <option value="v1a">Ed25519 (v1a)</option></select></label>
            <button class="main">\(frame.text(.webhookAdd))</button></form>
            """
    }
}
