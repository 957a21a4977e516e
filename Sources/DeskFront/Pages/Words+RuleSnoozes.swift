import Desk

extension SnoozeAct {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .start(let order):
            Phrase("snoozed the rule \(order.rule)", "Regel \(order.rule) stummgeschaltet")(language)
        case .end: Phrase("ended the rule's snooze", "Stummschaltung der Regel beendet")(language)
        case .over: Phrase("the rule's snooze is over", "Stummschaltung der Regel abgelaufen")(language)
        }
    }
}

extension Phrase {
    static let snoozeIt = Phrase("snooze", "stummschalten")
    static let kept = Phrase("Kept back", "Zurückgehalten")
    static let ruleSnoozes = Phrase("Snoozed rules", "Stumme Regeln")
    static let ruleSnoozesHint = Phrase(
        "Alerts that only snoozed rules made are kept back: they stand in a list of their own, and payments are decided as before. What the score or another rule found is not touched.",
        "Alarme, die allein von stummen Regeln kommen, werden zurückgehalten: Sie stehen in einer eigenen Liste, und Zahlungen werden wie bisher entschieden. Was der Score oder eine andere Regel fand, bleibt unberührt."
    )
    static let newSnooze = Phrase("Snooze a rule", "Regel stummschalten")
    static let snoozeOf = Phrase("Whose alerts", "Wessen Alarme")
    static let wholeRule = Phrase("all of the rule's (7 days at most)", "alle der Regel (höchstens 7 Tage)")
    static let itsName = Phrase("Its name", "Name dazu")
    static let forDays = Phrase("For how many days", "Für wie viele Tage")
    static let showPreview = Phrase("Show what it would keep back", "Zeigen, was zurückgehalten würde")
    static let startSnooze = Phrase("Snooze it", "Stummschalten")
    static let previewed = Phrase(
        "Of the last 30 days it would have kept back", "Von den letzten 30 Tagen wären zurückgehalten")
    static let ofLooked = Phrase("of the rule's latest", "von den letzten der Regel:")
    static let payingWait = Phrase(
        "payments among them that wait for a person", "darunter Zahlungen, die auf eine Person warten")
    static let fraudsAmong = Phrase("frauds among them", "darunter Betrug")
    static let runningSnoozes = Phrase("Running", "Laufen")
    static let heldOnes = Phrase("Waiting payments", "Wartende Zahlungen")
    static let overSnoozes = Phrase("Over", "Abgelaufen")
    static let noSnoozes = Phrase("No rule is snoozed.", "Keine Regel ist stumm.")
    static let endSnooze = Phrase("End it", "Beenden")
    static let askedBy = Phrase("By", "Von")
    static let endsAt = Phrase("Until", "Bis")
    static let noSuchSnooze = Phrase("There is no such snooze.", "Diese Stummschaltung gibt es nicht.")
    static let badSnooze = Phrase(
        "A snooze needs a rule's id, a name where it is about one, and a reason of 1 to 200 bytes.",
        "Eine Stummschaltung braucht die Kennung einer Regel, einen Namen, wenn sie um einen geht, und einen Grund von 1 bis 200 Bytes."
    )
    static let keptBack = Phrase("Kept back by a snoozed rule", "Durch eine stumme Regel zurückgehalten")
    static let nothingKept = Phrase("Nothing is kept back.", "Nichts ist zurückgehalten.")
}
