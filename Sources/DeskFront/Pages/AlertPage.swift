package import Desk
package import DeskStore
package import Policy
import Records

/// The page of one alert: all that a verdict needs, without a click.
package struct AlertPage: Sendable {
    package var frame: PageFrame
    package var picture: AlertPicture
    /// The alert as its topic has it; nil where that is not there any more.
    package var event: CloudEvent?
    /// The filter that its reader comes from, as a query.
    package var query: String
    package var cursor: FeedCursor
    /// Names for the acts of the page's forms.
    package var acts: [ActID]
    /// What became of the latest thing that was asked for.
    package var notice: Notice?
    /// What somebody filled into the verdict's form, where it could not be taken.
    package var typed: [String: String] = [:]
    /// Whether reasons are shown, where there are any.
    package var showsReasons: Bool
    /// When labels leave; nil where the desk was not told.
    package var labelTerms: LabelTerms?
    /// When people work; nil where time always passes.
    package var calendar: ServiceCalendar?

    package enum Notice: Sendable {
        case refused(String)
        /// A verdict was given on another alert, which can be opened again.
        case judged(ItemID, version: Int64)
        /// A verdict was given on another alert, and waits for a second person.
        case proposed(ItemID)
    }

    package init(
        frame: PageFrame, picture: AlertPicture, event: CloudEvent?, query: String, cursor: FeedCursor, acts: [ActID],
        notice: Notice? = nil, typed: [String: String] = [:], showsReasons: Bool = true, labelTerms: LabelTerms? = nil,
        calendar: ServiceCalendar? = nil
    ) {
        self.calendar = calendar

        self.showsReasons = showsReasons
        self.labelTerms = labelTerms
        self.frame = frame
        self.picture = picture
        self.event = event
        self.query = query
        self.cursor = cursor
        self.acts = acts
        self.notice = notice
        self.typed = typed
    }

    /// How many acts the forms have.
    package static let actCount = 5 + CasePanel.actCount

    var facts: AlertFacts { picture.row.facts }
    var work: Work { picture.row.work }
    var language: DeskLanguage { frame.language }

    package var html: HTML {
        frame.page(
            title: "\(frame.amount(facts.amount)) · \(frame.name(facts.customer, of: .customer))", place: "queue",
            feed: "/feed?\(FormText.query([("cursor", "\(cursor)"), ("whose", "anyone")]))",
            """
            <p class="back"><a href="/queue\(query.isEmpty ? "" : "?\(query)")" data-key="Escape">← \(frame.text(.back))</a></p>
            \(noticeLine)\(keptLine)\(namesForm)
            <div class="alert" data-item="\(facts.item.hex)" data-version="\(work.version)"\(isMine ? " data-mine" : "")>
            <p id="news" class="news" role="status" aria-live="polite"></p>
            \(top)
            <div class="columns"><div>\(ReasonsView(page: self).html)\(ComparisonView(page: self).html)\(LinkedView(page: self).html)</div>
            <div>\(panel.proposal)\(verdict)\(panel.html)\(SnoozePanel(page: self, act: acts[1]).html)\(PausePanel(page: self, act: acts[2]).html)\(paymentTable)\(steps)\(history)</div></div>
            </div>
            """)
    }

    /// That a rule's snooze keeps it back.
    private var keptLine: HTML? {
        guard picture.row.isKept else { return nil }
        return """
            <p class="notice">\(frame.text(.keptBack)): \(facts.rules.joined(separator: ", ")).
            <a href="/rule-snoozes">\(frame.text(.ruleSnoozes))</a></p>
            """
    }

    /// Leads to the form that snoozes a rule for the payment's customer.
    private func snoozeLink(_ rule: String) -> HTML? {
        guard frame.may(.rules), !frame.isMasked else { return nil }
        let target = FormText.query([("rule", rule), ("by", LinkKind.customer.rawValue), ("name", facts.customer)])
        return
            "<a href=\"/rule-snoozes/new?\(target)\" aria-label=\"\(frame.text(.newSnooze)): \(rule)\">\(frame.text(.snoozeIt))</a>"
    }

    /// The way to the names, for who has to give a reason.
    private var namesForm: HTML? {
        guard frame.isMasked, frame.may(.unmask) else { return nil }
        return """
            <form class="notice" method="post" action="/alerts/\(facts.item.hex)/names">\(frame.tokenField)
            <label>\(frame.text(.reason))<input name="reason" required maxlength="200" size="32" autocomplete="off"></label>
            <button class="quiet">\(frame.text(.showNames))</button></form>
            """
    }

    private var panel: CasePanel { CasePanel(page: self, acts: Array(acts.suffix(CasePanel.actCount))) }

    private var noticeLine: HTML? {
        switch notice {
        case nil: nil
        case .refused(let reason): "<p class=\"notice bad\" role=\"alert\">\(reason)</p>"
        case .proposed(let item):
            """
            <p class="notice good">\(Phrase(
                "Verdict given; it waits for a second person.",
                "Urteil gegeben; es wartet auf eine zweite Person.")(language)) <a href="/alerts/\(item.hex)">\(frame.text(.finding))</a></p>
            """
        case .judged(let item, let version):
            """
            <form class="notice good" method="post" action="/alerts/\(item.hex)/reopen">\(frame.tokenField)
            <input type="hidden" name="act" value="\(acts[4].hex)"><input type="hidden" name="version" value="\(version)">
            <input type="hidden" name="filter" value="\(query)">
            \(Phrase("Verdict given; here is the next one.", "Urteil gegeben; hier ist der nächste Alarm.")(language))
            <button class="quiet" data-key="z">\(Phrase("Undo", "Rückgängig")(language)) <kbd>z</kbd></button></form>
            """
        }
    }

    // MARK: The top

    private var top: HTML {
        """
        <div class="top">
        <div class="sum"><span class="band \(facts.band.rawValue)">\(facts.band.phrase(language))</span>
        <h1>\(frame.amount(facts.amount))</h1>
        <p>\(frame.time(facts.paidAt)) · \(frame.name(facts.customer, of: .customer))</p></div>
        <div class="chance"><p class="big">\(frame.percent(facts.probability))</p><p>\(words)</p></div>
        <div class="chance"><p class="big">\(frame.amount(MinorUnits(facts.expectedLoss)))</p>
        <p>\(frame.text(.expectedLoss))</p></div>
        \(work.state == .open ? clock : nil)
        </div>
        """
    }

    /// How much work time is left.
    private var clock: HTML {
        let (due, now) = (picture.row.due, work.pause(at: frame.now)?.until ?? frame.now)
        let left = (calendar ?? ServiceCalendar()).work(from: min(now, due), to: max(now, due)) / 60_000_000
        let words = left < 120 ? "\(left) min" : "\(left / 60) h \(left % 60) min"
        let isLate = due < now
        let rest: HTML? =
            work.pause(at: frame.now).map {
                "<p>\(frame.text(.clockStands)) \($0.waitsFor.phrase(language))</p>"
            }
            ?? (calendar.map { !$0.isOpen(at: now) } == true
                ? "<p>\(Phrase("The clock stands: nobody works now.", "Die Uhr steht: Gerade ist keine Arbeitszeit.")(language))</p>"
                : nil)
        return """
            <div class="chance"><p class="big\(isLate ? " late" as HTML : "")">\(isLate ? frame.text(.late) + " " : "")\(words)</p>
            <p>\(frame.text(.due)) \(frame.time(micros: due))</p>\(rest)</div>
            """
    }

    /// The probability in words: what became of alerts like it here.
    private var words: String {
        let record = picture.record
        guard record.judged >= 20 else {
            return Phrase(
                "probability of fraud; too few alerts like it have a verdict to say what became of them (\(record.judged))",
                "Wahrscheinlichkeit eines Betrugs; zu wenige ähnliche Alarme haben ein Urteil, um zu sagen, was aus ihnen wurde (\(record.judged))"
            )(language)
        }
        let share = (100 * record.frauds + record.judged / 2) / record.judged
        return Phrase(
            "of 100 such alerts, \(share) were fraud (last 30 days, \(record.judged) judged)",
            "von 100 solchen Alarmen waren \(share) Betrug (30 Tage, \(record.judged) mit Urteil)")(language)
    }

    // MARK: Verdict

    private var verdict: HTML {
        if isBlind { return state + VerdictForm(page: self, isSecond: true).html }
        guard frame.may(.work) else { return state }
        if work.state == .closed { return state + closedForm }
        let holder = work.holder(at: frame.now)
        if let holder, holder != frame.me { return state }
        return state + (told ?? "") + VerdictForm(page: self).html
    }

    /// What a verdict would correct, before it is given.
    private var told: HTML? {
        guard let terms = labelTerms, let facts = picture.journey, let fraud = LabelJourney.told(facts, terms: terms)
        else {
            return nil
        }
        let was = (fraud ? Finding.fraud : .legitimate).phrase(language)
        let words = Phrase(
            "The parties know this payment as “\(was)” already, by its label's time. A verdict that says otherwise goes as a correction at once.",
            "Die Parteien kennen diese Zahlung schon als „\(was)“, nach der Zeit ihres Labels. Ein anderes Urteil geht sofort als Korrektur."
        )
        return "<p class=\"notice small\">\(words(language))</p>"
    }

    private var state: HTML {
        let words: HTML
        switch (work.state, work.holder(at: frame.now)) {
        case (.closed, _) where isBlind: words = "\(frame.text(.waitingLooks))"
        case (.closed, _):
            let judgement = work.judgement
            words = """
                <span class="finding \(judgement?.finding.rawValue ?? "")">\(judgement?.finding.phrase(language) ?? "")</span>
                \(judgement?.fraudType?.phrase(language) ?? "") · \(work.holder?.actor.name ?? "")
                """
        case (.open, let holder?) where holder == frame.me:
            words = "\(frame.text(.heldBy)) <strong>\(frame.text(.you))</strong>"
        case (.open, let holder?): words = "\(frame.text(.heldBy)) <strong>\(holder.name)</strong>"
        case (.open, nil): words = "\(frame.text(.free))"
        }
        return "<p class=\"state\">\(frame.text(.state)): \(words)</p>"
    }

    private var isMine: Bool { work.holder(at: frame.now) == frame.me }

    /// Whether the reader may give a second verdict, and is not shown the first until then.
    var isBlind: Bool { frame.isBlind(to: work) }

    private var closedForm: HTML {
        guard frame.may(.reopen) else { return "" }
        return """
            <form class="act" method="post" action="/alerts/\(facts.item.hex)/reopen">\(frame.tokenField)
            <input type="hidden" name="act" value="\(acts[0].hex)"><input type="hidden" name="version" value="\(work.version)">
            <input type="hidden" name="filter" value="\(query)"><button>\(frame.text(.reopen))</button></form>\(recall)
            """
    }

    /// Leads to the draft of a recall, where there is one.
    private var recall: HTML? {
        guard frame.may(.names), let payment = picture.payment?.transaction,
            (try? RecallDraft(
                of: facts.item, payment: payment, judgement: work.judgement, member: frame.member, at: frame.now))
                != nil
        else { return nil }
        return """
            <p><a href="/alerts/\(facts.item.hex)/recall" download>\(frame.text(.recallDraft))</a></p>
            <p class="small">\(frame.text(.recallHint))</p>
            """
    }

    // MARK: What is known

    private var paymentTable: HTML {
        let payment = picture.payment?.transaction
        var rows: [(String, HTML)] = [(frame.text(.transaction), "\(frame.isMasked ? "…" : facts.transaction)")]
        if let original = payment?.original { rows.append((frame.text(.amount), "\(frame.amount(original))")) }
        if let kind = payment?.kind { rows.append((frame.text(.kind), "\(kind.phrase(language))")) }
        if let channel = payment?.channel { rows.append((frame.text(.channel), "\(channel.phrase(language))")) }
        for kind in LinkKind.allCases {
            guard let name = picture.row.entities[kind], !name.isEmpty else { continue }
            let target = "/queue?" + FormText.query([("whose", "anyone"), (kind.rawValue, name)])
            let shown = frame.name(name, of: kind)
            rows.append((kind.phrase(language), frame.isMasked ? "\(shown)" : "<a href=\"\(target)\">\(shown)</a>"))
        }
        for (kind, words) in [
            (EntityKind.merchant, Phrase("Merchant", "Händler")), (.merchantCategory, Phrase("Trade", "Branche")),
            (.country, Phrase("Country", "Land")),
        ] {
            if let name = payment?.entities[kind] { rows.append((words(language), "\(name)")) }
        }
        let cells = rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td></tr>" as HTML }
        return "<section><h2>\(frame.text(.payment))</h2><table class=\"facts\">\(cells)</table></section>"
    }

    /// The policy's way to the decision.
    private var steps: HTML {
        guard let data = event?.data else {
            return """
                <section><h2>\(frame.text(.policy))</h2><p>\(facts.rules.joined(separator: ", "))</p></section>
                """
        }
        var steps: [HTML] = []
        let score = data.scoreDecision.flatMap { Band(rawValue: $0) } ?? facts.band
        let byScore = Phrase("by the score alone: ", "allein nach dem Score: ")(language)
        steps.append("<li>\(frame.percent(data.probability)) · \(byScore)\(score.phrase(language))</li>")
        if let own = data.ownScore, let consortium = data.consortiumProbability {
            let words = Phrase("consortium ", "Konsortium ")(language)
            let ownWords = Phrase("own model ", "eigenes Modell ")(language)
            steps.append(
                "<li>\(words)\(frame.percent(consortium)) · \(ownWords)\(frame.percent(min(1, max(0, own))))</li>")
        }
        for rule in data.rules ?? [] {
            steps.append("<li><strong>\(rule.id)</strong> \(rule.reason) \(snoozeLink(rule.id))</li>")
        }
        steps.append(
            "<li><span class=\"band \(facts.band.rawValue)\">\(facts.band.phrase(language))</span></li>")
        let shadow = (data.shadowRules ?? []).map { rule in
            let would = Phrase("on trial, would have led to ", "auf Probe, hätte ergeben: ")(language)
            return
                "<li class=\"shadow\">\(rule.id): \(would)\(Band(rawValue: rule.decision)?.phrase(language) ?? "")</li>"
                as HTML
        }
        let marks = (data.marks ?? []).joined(separator: ", ")
        return """
            <section><h2>\(frame.text(.policy))</h2><ol class="steps">\(steps)\(shadow)</ol>
            <p class="small">\(frame.text(.model)) \(data.modelVersion)\(marks.isEmpty ? "" : " · \(marks)")</p></section>
            """
    }

    /// How far the verdict has come on its way to the model.
    private var journey: HTML? {
        guard !isBlind else { return nil }
        if let terms = labelTerms, let facts = picture.journey, work.judgement?.finding.label != nil {
            return JourneyView(page: self, journey: LabelJourney(facts, terms: terms)).html
        }
        guard let label = picture.labels.last else {
            guard work.judgement?.finding.label != nil else { return nil }
            let words = Phrase(
                "The verdict is recorded; its label follows.", "Das Urteil ist festgehalten; das Label folgt.")
            return "<p class=\"small\">\(words(language))</p>"
        }
        let finding = (label.fraud ? Finding.fraud : .legitimate)
        let words = Phrase(
            "label on the member's topic; the agent tells the parties at its time",
            "als Label im Topic der Bank; der Agent meldet es zu seiner Zeit")
        return """
            <p class="small"><span class="finding \(finding.rawValue)">\(finding.phrase(language))</span> \
            \(words(language)) · \(frame.time(micros: label.at))</p>
            """
    }

    private var history: HTML {
        let rows = picture.history.filter { !isBlind || !$0.record.act.tellsVerdict }.map { done in
            let text: String
            if case .note(let note) = done.record.act { text = note } else { text = done.record.remark }
            let remark: HTML? = text.isEmpty ? nil : "<p class=\"remark\">\(frame.typed(text))</p>"
            return """
                <li>\(frame.time(micros: done.at)) <strong>\(done.record.actor.name)</strong> \
                \(done.record.act.phrase(language))\(remark)</li>
                """ as HTML
        }
        // The remark of a verdict that can't be given any more, since somebody else gave one, can still be a note.
        let note = typed["text"] ?? (work.state == .closed ? typed["remark"] : nil) ?? ""
        let noteForm: HTML? =
            frame.may(.work)
            ? """
            <form class="note" method="post" action="/alerts/\(facts.item.hex)/note">\(frame.tokenField)
            <input type="hidden" name="act" value="\(acts[1].hex)"><input type="hidden" name="filter" value="\(query)">
            <label>\(frame.text(.note))<textarea name="text" rows="2" maxlength="\(Act.noteLimit)" required>\(note)</textarea></label>
            <button>\(frame.text(.addNote))</button></form>
            """ : nil
        return """
            <section><h2>\(frame.text(.history))</h2>
            \(journey)
            \(rows.isEmpty ? "<p>\(frame.text(.noHistory))</p>" as HTML : "<ol class=\"history\">\(rows)</ol>")
            \(noteForm)</section>
            """
    }
}

extension Act {
    /// Whether it says what somebody found.
    fileprivate var tellsVerdict: Bool {
        switch self {
        case .judge, .confirm, .object, .second: true
        default: false
        }
    }
}
