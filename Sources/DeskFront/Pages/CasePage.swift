import Desk
import DeskStore
import Records

/// The page of one case.
struct CasePage {
    var frame: PageFrame
    var picture: CasePicture
    /// Gives each form's act its name.
    var acts: () -> ActID
    var trouble: String?
    /// What was typed and could not be taken.
    var typed: [String: String]
    var cursor: FeedCursor

    private var file: CaseFile { picture.file }
    private var isOpen: Bool { file.state == .open }
    private var language: DeskLanguage { frame.language }
    private var mayWork: Bool { frame.may(.work) }

    static func state(_ file: CaseFile, _ frame: PageFrame) -> HTML {
        if file.state == .open {
            guard file.proposal != nil else { return "\(frame.text(.openCases))" }
            return "<span class=\"finding suspicious\">\(frame.text(.waitsForSecond))</span>"
        }
        guard let finding = file.judgement?.finding else { return "\(frame.text(.closed))" }
        return "<span class=\"finding \(finding.rawValue)\">\(finding.phrase(frame.language))</span>"
    }

    var html: HTML {
        let about = file.about.map { "\($0.kind.phrase(language)) \(frame.name($0.name, of: $0.kind)) · " } ?? ""
        return frame.page(
            title: frame.typed(file.title), place: "cases",
            feed: "/feed?\(FormText.query([("cursor", "\(cursor)"), ("whose", "anyone")]))",
            """
            <p class="back"><a href="/cases" data-key="Escape">← \(frame.text(.cases))</a></p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <div class="alert" data-item="\(picture.id.hex)" data-version="\(file.version)">
            <p id="news" class="news" role="status" aria-live="polite"></p>
            <div class="top"><div class="sum"><h1>\(frame.typed(file.title))</h1>
            <p>\(about)\(frame.text(.owner)): \(file.owner?.name ?? frame.text(.nobody)) · \(frame.time(micros: file.openedAt))</p>
            <p>\(Self.state(file, frame)) \(settling)\(frame.may(.names)
                ? " <a href=\"/cases/\(picture.id.hex)/file\">\(frame.text(.caseDocument))</a>" as HTML : nil)</p></div>
            <div class="chance"><p class="big">\(file.items)</p><p>\(frame.text(.items))</p></div>
            <div class="chance"><p class="big">\(frame.amount(MinorUnits(picture.sum)))</p><p>\(frame.text(.sum))</p></div></div>
            <div class="columns"><div>\(lists)</div><div>\(mayWork ? ending : nil)\(tasks)\(history)</div></div></div>
            """)
    }

    private var settling: HTML? {
        guard !isOpen, file.judgement != nil, picture.openCount > 0 else { return nil }
        return "<span class=\"small\">\(frame.text(.settling)) \(picture.openCount)</span>"
    }

    private func form(_ deed: String, _ content: HTML, expects: Bool = true) -> HTML {
        let version: HTML? =
            expects ? "<input type=\"hidden\" name=\"version\" value=\"\(file.version)\">" : nil
        return """
            <form method="post" action="/cases/\(picture.id.hex)/\(deed)">\(frame.tokenField)
            <input type="hidden" name="act" value="\(acts().hex)">\(version)\(content)</form>
            """
    }

    // MARK: Alerts

    private var lists: HTML {
        guard file.items > 0 else {
            return """
                <section><h2>\(frame.text(.items))</h2><p>\(frame.text(.noItems))</p>
                <p class="small">\(frame.text(.caseID)): <code>\(picture.id.hex)</code></p></section>
                """
        }
        return """
            \(list(.openItems, picture.open, picture.openCount, [("case", picture.id.hex), ("whose", "anyone")]))
            \(list(.closedItems, picture.closed, Int(file.items) - picture.openCount, [("shown", "closed"), ("case", picture.id.hex)]))
            <p class="small">\(frame.text(.caseID)): <code>\(picture.id.hex)</code></p>
            """
    }

    private func list(_ title: Phrase, _ rows: [QueueRow], _ count: Int, _ filter: [(name: String, value: String)])
        -> HTML?
    {
        guard count > 0 else { return nil }
        let cells = rows.map { row in
            let facts = row.facts
            return """
                <tr><td class="number"><a href="/alerts/\(facts.item.hex)?case=\(picture.id.hex)">\(frame.amount(facts.amount))</a></td>
                <td class="number">\(frame.percent(facts.probability))</td><td>\(frame.time(facts.paidAt))</td>
                <td class="name">\(frame.name(facts.customer, of: .customer))</td>
                <td>\(row.work.state == .closed ? frame.finding(row.work) : nil)</td></tr>

                """ as HTML
        }
        let rest = count - rows.count
        let more: HTML =
            """
            <p><a href="/queue?\(FormText.query(filter))">\(frame.text(.allOfThem))</a>\(
                rest > 0 ? " (\(rest) \(frame.text(.moreOf)))" : "")</p>
            """
        return """
            <section><h2>\(frame.text(title)) (\(count))</h2><div class="scroll"><table class="queue"><tbody>
            \(cells)</tbody></table></div>\(more)</section>
            """
    }

    // MARK: What is left to do

    private var tasks: HTML {
        let rows = file.tasks.enumerated().map { place, task in
            let end: HTML? =
                task.doneBy.map { " <span class=\"small\">✓ \($0.name)</span>" }
                ?? (mayWork && isOpen
                    ? form(
                        "tick",
                        "<input type=\"hidden\" name=\"task\" value=\"\(place)\"><button class=\"quiet\">\(frame.text(.tick))</button>"
                    )
                    : nil)
            return "<li class=\"task\">\(frame.typed(task.text))\(end)</li>" as HTML
        }
        let add: HTML? =
            mayWork && isOpen
            ? form(
                "task",
                """
                <label>\(frame.text(.task))<input name="text" maxlength="\(FileAct.titleLimit)" required></label>
                <button>\(frame.text(.addTask))</button>
                """, expects: false) : nil
        return """
            <section class="tasks"><h2>\(frame.text(.tasks))</h2>
            \(rows.isEmpty ? "<p>\(frame.text(.noTasks))</p>" as HTML : "<ol class=\"history\">\(rows)</ol>")\(add)</section>
            """
    }

    private var ending: HTML {
        if !isOpen {
            guard frame.may(.reopen) else { return "" }
            return "<section>\(form("reopen", "<button>\(frame.text(.reopen))</button>"))</section>"
        }
        if let proposal = file.proposal {
            let words = proposal.judgement?.finding.phrase(language) ?? frame.text(.noVerdict)
            let isMine = proposal.by == frame.me
            return """
                <section class="verdict"><h2>\(frame.text(.waitsForSecond))</h2><p>\(proposal.by.name): \(words)</p>
                \(isMine ? nil : form("confirm", "<button class=\"main\">\(frame.text(.agree))</button>"))
                \(form("object", "<button>\(frame.text(isMine ? .withdraw : .dontAgree))</button>"))</section>
                """
        }
        let findings = Finding.allCases.map { finding in
            let mark: HTML = typed["finding"] == finding.rawValue ? " selected" : ""
            return "<option value=\"\(finding.rawValue)\"\(mark)>\(finding.phrase(language))</option>" as HTML
        }
        let owner: HTML? =
            file.owner == frame.me
            ? nil
            : form("owner", "<button class=\"quiet\" data-key=\"c\">\(frame.text(.takeOver)) <kbd>c</kbd></button>")
        return """
            <section class="verdict"><h2>\(frame.text(.closeCase))</h2><p class="small">\(frame.text(.closeHint))</p>
            \(form("close", """
            <div class="fields"><label>\(frame.text(.finding))<select name="finding">
            <option value="none">\(frame.text(.noVerdict))</option>\(findings)</select></label>
            \(JudgementFields(frame: frame, typed: typed).html)
            <label class="wide">\(frame.text(.note))<textarea name="remark" rows="2" maxlength="\(Act.noteLimit / 4)">\(
                typed["remark"] ?? "")</textarea></label></div>
            <button class="main">\(frame.text(.closeCase))</button>
            """))\(owner)</section>
            """
    }

    private var history: HTML {
        let rows = picture.history.map { done in
            let text =
                switch done.record.act {
                case .note(let note): note
                case .file(.task(let task)): task
                default: done.record.remark
                }
            let remark: HTML? = text.isEmpty ? nil : "<p class=\"remark\">\(frame.typed(text))</p>"
            return """
                <li>\(frame.time(micros: done.at)) <strong>\(done.record.actor.name)</strong> \
                \(done.record.act.phrase(language))\(remark)</li>
                """ as HTML
        }
        let note: HTML? =
            mayWork
            ? form(
                "note",
                """
                <label>\(frame.text(.note))<textarea name="text" rows="2" maxlength="\(Act.noteLimit)" required>\(
                    typed["text"] ?? "")</textarea></label><button>\(frame.text(.addNoteToCase))</button>
                """, expects: false) : nil
        return """
            <section><h2>\(frame.text(.history))</h2><ol class="history">\(rows)</ol>\(note)</section>
            """
    }
}

/// Fields of a verdict beside what was found.
struct JudgementFields {
    var frame: PageFrame
    var typed: [String: String]

    var html: HTML {
        let types = FraudType.allCases.map { type in
            let mark: HTML = typed["fraud_type"] == type.rawValue ? " selected" : ""
            return "<option value=\"\(type.rawValue)\"\(mark)>\(type.phrase(frame.language))</option>" as HTML
        }
        let sources = KnowledgeSource.allCases.map { source in
            let mark: HTML = typed["known_by"] == source.rawValue ? " selected" : ""
            return "<option value=\"\(source.rawValue)\"\(mark)>\(source.phrase(frame.language))</option>" as HTML
        }
        return """
            <label>\(frame.text(.fraudType))<select name="fraud_type"><option value="">\(frame.text(.unknownYet))</option>\(
                types)</select></label>
            <label>\(frame.text(.knownBy))<select name="known_by">\(sources)</select></label>
            """
    }
}
