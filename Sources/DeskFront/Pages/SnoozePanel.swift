import Desk
import Records

extension AsideAct {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .snooze: Phrase("put aside", "zurückgestellt")(language)
        case .pause(_, let awaited):
            Phrase("stopped its clock, for ", "Uhr angehalten, wartet auf ")(language) + awaited.phrase(language)
        case .resume: Phrase("let its clock go on", "Uhr läuft weiter")(language)
        case .wake(nil): Phrase("brought back", "wieder vorgelegt")(language)
        case .wake(let event?):
            Phrase("brought back: ", "wieder vorgelegt: ")(language) + event.phrase(language)
        }
    }
}

extension WakeEvent {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .label:
            Phrase(
                "a label of this payment, such as a recall's answer",
                "ein Label dieser Zahlung, etwa die Antwort auf einen Rückruf")(
                    language)
        case .alert: Phrase("another alert of this customer", "ein weiterer Alarm dieses Kunden")(language)
        }
    }
}

extension Phrase {
    static let snoozed = Phrase("Put aside", "Zurückgestellt")
    static let snooze = Phrase("Put aside", "Zurückstellen")
    static let wake = Phrase("Bring back", "Wieder vorlegen")
    static let untilThen = Phrase("until", "bis")
    static let orUntil = Phrase("or until", "oder bis")
}

/// What an alert's page has to put the alert aside, or to bring it back.
struct SnoozePanel {
    let page: AlertPage
    let act: ActID

    private var frame: PageFrame { page.frame }
    /// Hours that an alert may be put aside for.
    static let hours: [Int64] = [1, 4, 24, 72, 168, 720]

    private func form(_ deed: String, _ content: HTML) -> HTML {
        """
        <form class="act" method="post" action="/alerts/\(page.facts.item.hex)/\(deed)">\(frame.tokenField)
        <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="version" value="\(page.work.version)">
        <input type="hidden" name="filter" value="\(page.query)">\(content)</form>
        """
    }

    var html: HTML? {
        guard page.work.state == .open, frame.may(.work) else { return nil }
        if let snoozed = page.work.snoozed, snoozed.until > frame.now {
            return """
                <section><h2>\(frame.text(.snoozed))</h2><p>\(frame.text(.untilThen)) \(frame.time(micros: snoozed.until))</p>
                \(form("wake", "<button>\(frame.text(.wake))</button>"))</section>
                """
        }
        if let holder = page.work.holder(at: frame.now), holder != frame.me { return nil }
        let times = Self.hours.map { hours in
            "<option value=\"\(hours)\">\(hours < 48 ? "\(hours) h" : "\(hours / 24) d")</option>" as HTML
        }
        let wakes = WakeEvent.allCases.map { event in
            """
            <label class="wide tick"><input type="checkbox" name="wake_\(event.rawValue)" value="1" checked> \(frame.text(.orUntil)) \(
                event.phrase(page.language))</label>
            """ as HTML
        }
        return """
            <section class="case"><details><summary>\(frame.text(.snooze))</summary>\(form("snooze", """
            <label>\(frame.text(.untilThen))<select name="hours">\(times)</select></label>\(wakes)
            <label>\(frame.text(.note))<input name="remark" maxlength="500"></label><button>\(frame.text(.snooze))</button>
            """))</details></section>
            """
    }
}
