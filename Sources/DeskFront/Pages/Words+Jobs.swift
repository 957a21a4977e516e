import Desk

extension Phrase {
    static let jobs = Phrase("Jobs", "Aufträge")
    static let job = Phrase("Job", "Auftrag")
    static let together = Phrase("Do together", "Zusammen bearbeiten")
    static let withMarked = Phrase("With the marked ones", "Mit den markierten")
    static let withAll = Phrase("With all of this filter", "Mit allen dieses Filters")
    static let mark = Phrase("Mark", "Markieren")
    static let markAll = Phrase("Mark all of the page", "Alle der Seite markieren")
    static let nothingMarked = Phrase(
        "Nothing is marked, or nothing of it is there any more. Go back and mark some rows.",
        "Nichts ist markiert, oder nichts davon ist noch da. Gehen Sie zurück und markieren Sie Zeilen.")
    static let whatToDo = Phrase("What is to be done", "Was zu tun ist")
    static let start = Phrase("Start the job", "Auftrag starten")
    static let tooMany = Phrase(
        "The filter has more; the job takes the first \(BulkOrder.limit).",
        "Der Filter hat mehr; der Auftrag nimmt die ersten \(BulkOrder.limit).")
    static let previewHint = Phrase(
        "Each is done as if by hand. What somebody else changes or claims in the meantime is left as it is, and named.",
        "Jeder wird wie von Hand bearbeitet. Was andere inzwischen ändern oder übernehmen, bleibt, wie es ist, und wird genannt."
    )
    static let done = Phrase("done", "erledigt")
    static let left = Phrase("left", "übrig")
    static let skipped = Phrase("skipped", "übersprungen")
    static let running = Phrase("running", "läuft")
    static let over = Phrase("over", "fertig")
    static let cancelled = Phrase("ended by hand", "abgebrochen")
    static let cancel = Phrase("End the job", "Auftrag abbrechen")
    static let retry = Phrase("Try the skipped ones again", "Übersprungene noch einmal versuchen")
    static let noJobs = Phrase("There is no job yet.", "Es gibt noch keinen Auftrag.")
    static let noJobsHint = Phrase(
        "Mark rows of the queue, or take all of a filter, and say what is to be done with them.",
        "Markieren Sie Zeilen der Liste, oder nehmen Sie alle eines Filters, und sagen Sie, was zu tun ist.")
    static let noJob = Phrase("There is no such job.", "Diesen Auftrag gibt es nicht.")
    static let why = Phrase("Why", "Warum")
    static let giveTo = Phrase("Give to", "Geben an")
    static let house = Phrase("Rules", "Regeln")
    static let houseTitle = Phrase("Rules of the desk", "Regeln des Teams")
    static let houseHint = Phrase(
        "One rule a line. They hold at every desk of the bank from the moment they are set, and stand in its log for ever.",
        "Eine Regel je Zeile. Sie gelten ab dem Setzen überall in der Bank und stehen für immer im Protokoll.")
    static let setRules = Phrase("Set the rules", "Regeln setzen")
    static let save = Phrase("Save", "Speichern")
}
