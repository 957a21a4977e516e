import Desk
import DeskStore
import Records

/// The page with a list of cases.
struct CasesPage {
    var frame: PageFrame
    var shown: QueueFilter.Shown
    var page: CasePage.List
    var act: ActID
    var trouble: String?
    /// What was typed and could not be taken.
    var typed: [String: String]

    var html: HTML {
        frame.page(
            title: frame.text(.cases), place: "cases",
            """
            <div class="head"><h1>\(frame.text(.cases))</h1></div>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <p class="tabs">\(tab(.open, .openCases))\(tab(.closed, .closedCases))</p>
            \(page.rows.isEmpty ? empty : table)
            \(pager)
            \(frame.may(.work) && shown == .open ? form : nil)
            """)
    }

    private func tab(_ tab: QueueFilter.Shown, _ words: Phrase) -> HTML {
        let current: HTML = tab == shown ? " aria-current=\"page\"" : ""
        return "<a href=\"/cases\(tab == .open ? "" : "?shown=closed")\"\(current)>\(frame.text(words))</a> "
    }

    private var empty: HTML {
        "<div class=\"empty\"><p class=\"strong\">\(frame.text(.noCases))</p><p>\(frame.text(.noCasesHint))</p></div>"
    }

    private var table: HTML {
        let heads = [Phrase.title, .about, .items, .tasks, .owner, .opened, .state].map {
            "<th scope=\"col\">\(frame.text($0))</th>" as HTML
        }
        let rows = page.rows.map { id, file in
            let about = file.about.map { "\($0.kind.phrase(frame.language)) \(frame.name($0.name, of: $0.kind))" } ?? ""
            let left = file.tasks.count { $0.doneBy == nil }
            return """
                <tr><td class="name"><a href="/cases/\(id.hex)">\(frame.typed(file.title))</a></td><td class="name">\(about)</td>
                <td class="number">\(file.items)</td><td class="number">\(left == 0 ? "" : "\(left)")</td>
                <td>\(file.owner?.name ?? frame.text(.nobody))</td><td>\(frame.time(micros: file.openedAt))</td>
                <td>\(CasePage.state(file, frame))</td></tr>

                """ as HTML
        }
        return """
            <div class="scroll"><table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }

    private var pager: HTML? {
        page.next.map { place in
            let query = FormText.query((shown == .open ? [] : [("shown", "closed")]) + [("after", place)])
            return "<nav class=\"pager\"><a href=\"/cases?\(query)\" rel=\"next\">\(frame.text(.nextPage))</a></nav>"
        }
    }

    private var form: HTML {
        """
        <section><h2>\(frame.text(.newCase))</h2><form method="post" action="/cases/open">\(frame.tokenField)
        <input type="hidden" name="act" value="\(act.hex)">\(CaseFields(frame: frame, typed: typed).html)
        <button class="main">\(frame.text(.newCase))</button></form></section>
        """
    }
}

extension CasePage {
    typealias List = DeskStore.CasePage
}

/// What a new case is asked for by.
struct CaseFields {
    var frame: PageFrame
    var typed: [String: String]

    var html: HTML {
        let kinds = LinkKind.allCases.map { kind in
            let mark: HTML = typed["about"] == kind.rawValue ? " selected" : ""
            return "<option value=\"\(kind.rawValue)\"\(mark)>\(kind.phrase(frame.language))</option>" as HTML
        }
        return """
            <div class="fields">
            <label class="wide">\(frame.text(.title))<input name="title" maxlength="\(FileAct.titleLimit)" value="\(
                typed["title"] ?? "")"></label>
            <label>\(frame.text(.about))<select name="about">\(kinds)</select></label>
            <label>\(frame.text(.name))<input name="name" autocomplete="off" value="\(typed["name"] ?? "")"></label>
            <label class="wide tick"><input type="checkbox" name="another" value="1"> \(frame.text(.another))</label></div>
            """
    }
}
