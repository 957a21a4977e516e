import Desk

extension FileAct {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .open: Phrase("opened the case", "Fall eröffnet")(language)
        case .link: Phrase("put into a case", "in einen Fall genommen")(language)
        case .unlink: Phrase("took out of the case", "aus dem Fall genommen")(language)
        case .task: Phrase("set a task", "Aufgabe gestellt")(language)
        case .finish(let place): Phrase("done: task \(place + 1)", "erledigt: Aufgabe \(place + 1)")(language)
        case .close(let judgement?):
            Phrase("closed the case: ", "Fall geschlossen: ")(language) + judgement.finding.phrase(language)
        case .close(nil): Phrase("closed the case", "Fall geschlossen")(language)
        }
    }
}

extension Phrase {
    static let cases = Phrase("Cases", "Fälle")
    static let oneCase = Phrase("Case", "Fall")
    static let newCase = Phrase("Open a case", "Fall eröffnen")
    static let openCases = Phrase("Open cases", "Offene Fälle")
    static let closedCases = Phrase("Closed cases", "Geschlossene Fälle")
    static let title = Phrase("Title", "Titel")
    static let about = Phrase("About", "Worum es geht")
    static let items = Phrase("Alerts", "Alarme")
    static let owner = Phrase("Owner", "Zuständig")
    static let opened = Phrase("Opened", "Eröffnet")
    static let tasks = Phrase("Tasks", "Aufgaben")
    static let task = Phrase("Task", "Aufgabe")
    static let addTask = Phrase("Add task", "Aufgabe hinzufügen")
    static let tick = Phrase("Done", "Erledigt")
    static let noTasks = Phrase("Nothing is left to do.", "Nichts ist zu tun.")
    static let nobody = Phrase("nobody", "niemand")
    static let takeOver = Phrase("Take over", "Übernehmen")
    static let noCases = Phrase("There is no such case.", "Es gibt keinen solchen Fall.")
    static let noCasesHint = Phrase(
        "A case holds alerts that belong together: open one here or on an alert's page, and put alerts into it from the queue.",
        "Ein Fall hält zusammen, was zusammengehört: Eröffnen Sie ihn hier oder auf der Seite eines Alarms, und nehmen Sie Alarme aus der Liste auf."
    )
    static let openItems = Phrase("Without a verdict", "Ohne Urteil")
    static let closedItems = Phrase("With a verdict", "Mit Urteil")
    static let noItems = Phrase("No alert is in this case yet.", "Noch ist kein Alarm in diesem Fall.")
    static let allOfThem = Phrase("All of them, to work on", "Alle, zum Bearbeiten")
    static let closeCase = Phrase("Close the case", "Fall schließen")
    static let closeHint = Phrase(
        "The verdict goes to every alert of the case that has none yet; the desk gives it one by one.",
        "Das Urteil bekommt jeder Alarm des Falls, der noch keines hat; sie werden der Reihe nach gesetzt.")
    static let noVerdict = Phrase("none: all have their own", "keines: alle haben ihr eigenes")
    static let sum = Phrase("In all", "Summe")
    static let waitsForSecond = Phrase("waits for a second person", "wartet auf eine zweite Person")
    static let agree = Phrase("Agree", "Zustimmen")
    static let dontAgree = Phrase("Don't agree", "Nicht zustimmen")
    static let withdraw = Phrase("Take it back", "Zurücknehmen")
    static let settling = Phrase("verdicts still to give:", "noch zu setzende Urteile:")
    static let takeOut = Phrase("Take out", "Herausnehmen")
    static let putInto = Phrase("Put into the case", "In den Fall nehmen")
    static let another = Phrase("another one about the same name", "ein anderer zum selben Namen")
    static let caseID = Phrase("Case's number", "Nummer des Falls")
    static let inNoCase = Phrase("It is in no case.", "In keinem Fall.")
    static let addNoteToCase = Phrase("Add note", "Notiz hinzufügen")
}
