import Desk
import DeskStore
import Records

/// What an alert's page says of its case, and of a verdict that waits for a second person.
struct CasePanel {
    let page: AlertPage
    /// Names for the acts of its forms.
    let acts: [ActID]

    static let actCount = 3
    private var frame: PageFrame { page.frame }

    private func form(_ deed: String, _ act: ActID, _ content: HTML) -> HTML {
        """
        <form class="act" method="post" action="/alerts/\(page.facts.item.hex)/\(deed)">\(frame.tokenField)
        <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="version" value="\(page.work.version)">
        <input type="hidden" name="filter" value="\(page.query)">\(content)</form>
        """
    }

    /// The verdict that waits; nil where none does.
    var proposal: HTML? {
        guard let proposal = page.work.proposal, page.work.state == .open else { return nil }
        let isMine = proposal.by == frame.me
        let finding = proposal.judgement?.finding
        let forms: HTML? =
            frame.may(.work)
            ? """
            \(isMine ? nil : form("confirm", acts[0], "<button class=\"main\">\(frame.text(.agree))</button>"))
            \(form("object", acts[1], "<button>\(frame.text(isMine ? .withdraw : .dontAgree))</button>"))
            """ : nil
        return """
            <section class="verdict"><h2>\(frame.text(.waitsForSecond))</h2>
            <p>\(proposal.by.name): <span class="finding \(finding?.rawValue ?? "")">\(finding?.phrase(page.language) ?? "")</span>
            \(proposal.judgement?.fraudType?.phrase(page.language) ?? "")</p>\(forms)</section>
            """
    }

    var html: HTML {
        let own: HTML =
            page.picture.file.map { id, file in
                """
                <p><a href="/cases/\(id.hex)">\(frame.typed(file.title))</a> \(CasePage.state(file, frame))</p>
                \(frame.may(.work) && file.state == .open
                    ? form("case", acts[2], "<button class=\"quiet\">\(frame.text(.takeOut))</button>") : nil)
                """ as HTML
            } ?? "<p>\(frame.text(.inNoCase))</p>"
        return
            "<section class=\"case\"><h2>\(frame.text(.oneCase))</h2>\(own)\(frame.may(.work) ? ways : nil)</section>"
    }

    /// The ways into a case: those that are open about its names, one by its number, and a new one.
    private var ways: HTML {
        let known = page.picture.cases.filter { $0.id != page.work.file }.map { id, file in
            form(
                "case", acts[2],
                """
                <input type="hidden" name="case" value="\(id.hex)">
                <button>\(frame.text(.putInto)): \(file.title)</button>
                """)
        }
        let typed = page.typed
        let customer = page.facts.customer
        var fields = typed
        if typed["title"] == nil { (fields["about"], fields["name"]) = ("customer", frame.isMasked ? "" : customer) }
        return """
            \(known)
            <details\(typed["title"] != nil || typed["case"] != nil ? " open" as HTML : "")><summary>\(frame.text(.putInto))</summary>
            \(form("case", acts[2], """
            <label>\(frame.text(.caseID))<input name="case" size="34" required autocomplete="off" value="\(
                typed["case"].map { $0 == "new" ? "" : $0 } ?? "")"></label><button>\(frame.text(.putInto))</button>
            """))
            <h3>\(frame.text(.newCase))</h3>
            \(form("case", acts[2], """
            <input type="hidden" name="case" value="new"><input type="hidden" name="opening" value="\(acts[0].hex)">
            \(CaseFields(frame: frame, typed: fields).html)<button>\(frame.text(.newCase))</button>
            """))</details>
            """
    }
}
