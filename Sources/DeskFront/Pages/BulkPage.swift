import Desk
import DeskStore
import Records

/// The page that says what many alerts are about to get.
struct BulkPage {
    var frame: PageFrame
    var selection: BulkSelection
    var act: ActID
    var trouble: String?
    /// What was typed and could not be taken.
    var typed: [String: String]

    private var query: String { FormText.query(selection.filter.parameters) }

    var html: HTML {
        let marks = (selection.marked ?? []).map { "<input type=\"hidden\" name=\"item\" value=\"\($0.hex)\">" as HTML }
        return frame.page(
            title: frame.text(.together), place: "queue",
            """
            <p class="back"><a href="/queue\(query.isEmpty ? "" : "?\(query)")" data-key="Escape">← \(frame.text(.back))</a></p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <div class="top"><div class="sum"><h1>\(selection.items.count) \(frame.text(.items))</h1>
            <p>\(selection.marked == nil ? frame.text(.withAll) : frame.text(.withMarked))</p></div>
            <div class="chance"><p class="big">\(frame.amount(selection.sum))</p><p>\(frame.text(.sum))</p></div></div>
            \(selection.isCut ? "<p class=\"notice\">\(frame.text(.tooMany))</p>" as HTML : nil)
            <section class="verdict"><form method="post" action="/bulk/start">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="filter" value="\(query)">
            <input type="hidden" name="scope" value="\(selection.marked == nil ? "all" : "marked")">
            <input type="hidden" name="until" value="\(selection.until)">\(marks)
            <fieldset class="deeds"><legend>\(frame.text(.whatToDo))</legend>\(deeds)</fieldset>
            <div class="fields"><label class="wide">\(frame.text(.note))<textarea name="remark" rows="2" maxlength="\(
                Act.noteLimit)">\(typed["remark"] ?? "")</textarea></label></div>
            <p class="small">\(frame.text(.previewHint))</p>
            <button class="main" data-key="Enter">\(frame.text(.start))</button></form></section>
            """)
    }

    private var deeds: [HTML] {
        let isOpen = selection.filter.shown == .open
        let findings = Finding.allCases.map { finding in
            let mark: HTML = typed["finding"] == finding.rawValue ? " selected" : ""
            return "<option value=\"\(finding.rawValue)\"\(mark)>\(finding.phrase(frame.language))</option>" as HTML
        }
        let verdict: HTML = """
            <div class="fields"><label>\(frame.text(.finding))<select name="finding">\(findings)</select></label>
            \(JudgementFields(frame: frame, typed: typed).html)</div>
            """
        let link: HTML = """
            <div class="fields"><label class="wide">\(frame.text(.caseID))<input name="case" autocomplete="off" value="\(
                typed["case"] ?? "")"></label></div>
            """
        let to: HTML = """
            <div class="fields"><label>\(frame.text(.name))<input name="to" autocapitalize="none" value="\(
                typed["to"] ?? "")"></label></div>
            """
        var all: [(String, Phrase, HTML?)] = []
        if isOpen { all += [("verdict", .giveVerdict, verdict), ("claim", .claim, nil), ("release", .release, nil)] }
        if isOpen, frame.may(.assign) { all.append(("assign", .giveTo, to)) }
        if !isOpen, frame.may(.reopen) { all.append(("reopen", .reopen, nil)) }
        all += [("link", .putInto, link), ("unlink", .takeOut, nil), ("note", .addNote, nil)]
        return all.map { name, words, fields in
            let mark: HTML = typed["deed"] == name ? " checked" : ""
            return """
                <div class="deed"><label class="choice"><input type="radio" name="deed" value="\(name)" required\(mark)> \(
                    frame.text(words))</label>\(fields)</div>
                """
        }
    }
}
