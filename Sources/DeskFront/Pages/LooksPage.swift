import Audit
import Desk
import Records

/// The page on which auditors see who looked at what.
struct LooksPage {
    var frame: PageFrame
    var search: AccessLog.Search
    /// The search as its address has it.
    var query: [(name: String, value: String)]
    /// The newest first.
    var entries: [AccessLog.Found]
    var isMore: Bool

    /// Kinds that a desk's log has, in the order of the choice.
    static let kinds: [AuditKind] = [.looked, .changed, .entered, .turnedAway]

    var html: HTML {
        frame.page(
            title: frame.text(.looks), place: "looks",
            """
            <div class="head"><h1>\(frame.text(.looks))</h1></div>
            <p class="small">\(frame.text(.looksHint))</p>
            \(form)
            \(entries.isEmpty ? "<div class=\"empty\"><p class=\"strong\">\(frame.text(.nothingFound))</p></div>" : table)
            \(pager)
            """)
    }

    private func value(_ name: String) -> String { query.last { $0.name == name }?.value ?? "" }

    private var form: HTML {
        let kinds = Self.kinds.map { kind in
            let mark: HTML = search.kinds == [kind] ? " selected" : ""
            return "<option value=\"\(kind.name)\"\(mark)>\(kind.phrase(frame.language))</option>" as HTML
        }
        return """
            <form class="filter" method="get" action="/looks">
            <label>\(frame.text(.what))<select name="what"><option value="">\(frame.text(.any))</option>\(kinds)</select></label>
            <label>\(frame.text(.who))<input name="who" size="12" autocomplete="off" value="\(value("who"))"></label>
            <label>\(frame.text(.item))<input name="item" size="32" autocomplete="off" value="\(value("item"))"></label>
            <label>\(LinkKind.customer.phrase(frame.language))<input name="customer" size="16" autocomplete="off" value="\(
                value("customer"))"></label>
            <label>\(frame.text(.since))<input name="since" type="date" value="\(value("since"))"></label>
            <label>\(frame.text(.until))<input name="until" type="date" value="\(value("until"))"></label>
            <button class="main">\(frame.text(.filter))</button></form>
            """
    }

    private var table: HTML {
        let heads = [Phrase.time, .who, .what, .item, .reason].map {
            "<th scope=\"col\">\(frame.text($0))</th>" as HTML
        }
        return """
            \(frame.scrolling(frame.text(.looks)))<table class="queue"><thead><tr><th scope="col" class="number">#</th>\(heads)</tr></thead><tbody>
            \(entries.map(row))</tbody></table></div>
            """
    }

    private func row(_ found: AccessLog.Found) -> HTML {
        let entry = found.entry
        let fields = entry.event.fields
        let actor = fields[.actor].map { $0.hasPrefix("person:") ? String($0.dropFirst("person:".count)) : $0 }
        let place = [fields[.item], fields[.lookedFor].map { "#" + $0 }].compactMap { $0 }.joined(separator: " ")
        let reason = [fields[.code], fields[.reason]].compactMap { $0 }.joined(separator: ": ")
        return """
            <tr><td class="number">\(found.number)</td><td>\(frame.time(micros: entry.microseconds))</td><td>\(actor ?? "")</td>
            <td>\(entry.event.kind.phrase(frame.language)) <span class="small">\(fields[.route] ?? "")</span></td>
            <td class="name">\(place)</td><td>\(reason)</td></tr>

            """
    }

    private var pager: HTML? {
        guard isMore, let last = entries.last else { return nil }
        let next = FormText.query(query.filter { $0.name != "before" } + [("before", "\(last.number)")])
        return "<p><a class=\"button\" href=\"/looks?\(next)\">\(frame.text(.older))</a></p>"
    }
}

extension AuditKind {
    /// The name of a kind that a desk's log has.
    fileprivate func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .looked: Phrase("look", "Einsicht")(language)
        case .changed: Phrase("change", "Änderung")(language)
        case .entered: Phrase("sign-in", "Anmeldung")(language)
        case .turnedAway: Phrase("turned away", "abgewiesen")(language)
        default: name
        }
    }
}
