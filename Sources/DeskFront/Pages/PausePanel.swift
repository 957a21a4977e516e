import Desk
import Records

extension Pause.Awaited {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .customer: Phrase("the customer", "den Kunden")(language)
        case .partner: Phrase("a partner", "einen Partner")(language)
        }
    }
}

extension Phrase {
    static let stopClock = Phrase("Stop the clock", "Uhr anhalten")
    static let goOnClock = Phrase("Let the clock go on", "Uhr weiterlaufen lassen")
    static let clockStands = Phrase("The clock stands: it waits for", "Die Uhr steht; gewartet wird auf")
    static let waitsFor = Phrase("It waits for", "Gewartet wird auf")
    static let dueSoon = Phrase("nearly late", "bald überfällig")
}

/// What an alert's page has to stop the clock while others have to answer, or to let it go on.
struct PausePanel {
    let page: AlertPage
    let act: ActID

    private var frame: PageFrame { page.frame }

    private func form(_ deed: String, _ content: HTML) -> HTML {
        """
        <form class="act" method="post" action="/alerts/\(page.facts.item.hex)/\(deed)">\(frame.tokenField)
        <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="version" value="\(page.work.version)">
        <input type="hidden" name="filter" value="\(page.query)">\(content)</form>
        """
    }

    var html: HTML? {
        guard page.work.state == .open else { return nil }
        if let pause = page.work.pause(at: frame.now) {
            let resume: HTML? =
                frame.may(.work) ? form("resume", "<button>\(frame.text(.goOnClock))</button>") : nil
            return """
                <section><h2>\(frame.text(.clockStands)) \(pause.waitsFor.phrase(page.language))</h2>
                <p>\(frame.text(.untilThen)) \(frame.time(micros: pause.until))</p>\(resume)</section>
                """
        }
        guard frame.may(.work) else { return nil }
        if let holder = page.work.holder(at: frame.now), holder != frame.me { return nil }
        let times = SnoozePanel.hours.map { hours in
            "<option value=\"\(hours)\">\(hours < 48 ? "\(hours) h" : "\(hours / 24) d")</option>" as HTML
        }
        let all = Pause.Awaited.allCases.map {
            "<option value=\"\($0.rawValue)\">\($0.phrase(page.language))</option>" as HTML
        }
        return """
            <section class="case"><details><summary>\(frame.text(.stopClock))</summary>\(form("pause", """
            <label>\(frame.text(.waitsFor))<select name="waits_for">\(all)</select></label>
            <label>\(frame.text(.untilThen))<select name="hours">\(times)</select></label>
            <label>\(frame.text(.note))<input name="remark" maxlength="500"></label><button>\(frame.text(.stopClock))</button>
            """))</details></section>
            """
    }
}
