import Desk
import Policy
import Records

/// The languages of the desk. A raw value is the language's tag (BCP 47).
package enum DeskLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"

    /// The first of a browser's languages that there is; English where there is none.
    package init(acceptLanguage: String?) {
        let wanted = (acceptLanguage ?? "").split(separator: ",").map { part in
            part.prefix { $0 != ";" && $0 != "-" }.trimmingPrefix(" ").lowercased()
        }
        self = wanted.lazy.compactMap { DeskLanguage(rawValue: $0) }.first ?? .english
    }
}

/// A text of the pages, in each language.
struct Phrase: Sendable {
    let english: String
    let german: String

    init(_ english: String, _ german: String) {
        self.english = english
        self.german = german
    }

    func callAsFunction(_ language: DeskLanguage) -> String {
        switch language {
        case .english: english
        case .german: german
        }
    }
}

extension Phrase {
    static let queue = Phrase("Queue", "Arbeitsliste")
    static let closed = Phrase("Closed", "Erledigt")
    static let signOut = Phrase("Sign out", "Abmelden")
    static let signIn = Phrase("Sign in", "Anmelden")
    static let name = Phrase("Name", "Name")
    static let password = Phrase("Password", "Passwort")
    static let signInWrong = Phrase(
        "Name and password don't belong together. Try again, or ask whoever keeps the users' file.",
        "Name und Passwort gehören nicht zusammen. Versuchen Sie es noch einmal oder fragen Sie, wer die Benutzerdatei pflegt."
    )
    static let signInWait = Phrase("Too many tries. Seconds to wait:", "Zu viele Versuche. Wartezeit in Sekunden:")
    static let linkGone = Phrase(
        "This link was used, or is older than ten minutes. Sign in with name and password, or start the demo again for a new link.",
        "Dieser Link wurde schon benutzt oder ist älter als zehn Minuten. Melden Sie sich mit Namen und Passwort an, oder starten Sie die Demo neu."
    )
    static let linkReady = Phrase("You come by a one-time link, as", "Sie kommen mit einem Einmal-Link, als")
    static let takeNext = Phrase("Take the next one", "Nächsten nehmen")
    static let filter = Phrase("Filter", "Filtern")
    static let clear = Phrase("Clear", "Zurücksetzen")
    static let more = Phrase("More filters", "Weitere Filter")
    static let any = Phrase("any", "alle")
    static let decision = Phrase("Decision", "Entscheidung")
    static let whose = Phrase("Whose", "Wessen")
    static let amount = Phrase("Amount", "Betrag")
    static let atLeast = Phrase("Amount from", "Betrag ab")
    static let atMost = Phrase("Amount to", "Betrag bis")
    static let probability = Phrase("Probability", "Wahrscheinlichkeit")
    static let probabilityFrom = Phrase("Probability from", "Wahrscheinlichkeit ab")
    static let expectedLoss = Phrase("Expected loss", "Erwarteter Schaden")
    static let customer = Phrase("Customer", "Kunde")
    static let rule = Phrase("Rule", "Regel")
    static let rules = Phrase("Rules", "Regeln")
    static let kind = Phrase("Kind", "Art")
    static let channel = Phrase("Channel", "Weg")
    static let due = Phrase("Due", "Fällig")
    static let late = Phrase("late", "überfällig")
    static let state = Phrase("State", "Stand")
    static let finding = Phrase("Verdict", "Urteil")
    static let free = Phrase("free", "frei")
    static let you = Phrase("you", "Sie")
    static let nextPage = Phrase("Next page", "Nächste Seite")
    static let firstPage = Phrase("First page", "Erste Seite")
    static let goOn = Phrase("Search further", "Weitersuchen")
    static let cut = Phrase(
        "The search ended here, so that the page stays quick: nothing of this filter so far.",
        "Die Suche endet hier, damit die Seite schnell bleibt.")
    static let nothingOpen = Phrase("Nothing waits for you.", "Für Sie wartet nichts.")
    static let nothingOpenHint = Phrase(
        "New alerts are announced here as they come. With a filter set, clear it to see what others work on.",
        "Neue Alarme werden hier angekündigt. Ist ein Filter gesetzt, heben Sie ihn auf, um zu sehen, woran andere arbeiten."
    )
    static let nothingClosed = Phrase(
        "No alert of this filter has a verdict yet.", "Kein Alarm dieses Filters hat schon ein Urteil.")
    static let nothingClosedHint = Phrase(
        "Alerts come here once somebody has given their verdict.",
        "Alarme stehen hier, sobald jemand ein Urteil gegeben hat.")
    static let newAlerts = Phrase("new: show them", "neu: anzeigen")
    static let skip = Phrase("Skip to the content", "Zum Inhalt")
    static let claim = Phrase("Claim", "Übernehmen")
    static let release = Phrase("Give back", "Zurückgeben")
    static let reopen = Phrase("Open again", "Wieder öffnen")
    static let note = Phrase("Note", "Notiz")
    static let addNote = Phrase("Add note", "Notiz hinzufügen")
    static let giveVerdict = Phrase("Give verdict", "Urteil geben")
    static let fraudType = Phrase("Kind of fraud", "Art des Betrugs")
    static let knownBy = Phrase("Known by", "Bekannt durch")
    static let loss = Phrase("Loss", "Schaden")
    static let recovered = Phrase("Recovered", "Zurückgeholt")
    static let unknownYet = Phrase("not known yet", "noch nicht bekannt")
    static let past = Phrase("Against this customer's past", "Gegen die Vergangenheit des Kunden")
    static let usual = Phrase("usual", "üblich")
    static let unusual = Phrase("unusual", "ungewöhnlich")
    static let noPast = Phrase(
        "The desk knows no earlier payment of this customer.", "Es ist keine frühere Zahlung dieses Kunden bekannt.")
    static let policy = Phrase("How it was decided", "Wie entschieden wurde")
    static let linked = Phrase("Other alerts with the same names", "Andere Alarme mit denselben Namen")
    static let noLinks = Phrase("No other alert has a name of this one.", "Kein anderer Alarm hat einen dieser Namen.")
    static let history = Phrase("History", "Verlauf")
    static let noHistory = Phrase("Nobody did anything to it yet.", "Noch hat niemand etwas daran getan.")
    static let payment = Phrase("Payment", "Zahlung")
    static let transaction = Phrase("Transaction", "Transaktion")
    static let time = Phrase("Time", "Zeit")
    static let hour = Phrase("Time of day", "Uhrzeit")
    static let velocity = Phrase("Within a day", "Binnen eines Tages")
    static let model = Phrase("Model", "Modell")
    static let back = Phrase("Back to the queue", "Zurück zur Liste")
    static let keys = Phrase("Keys", "Tasten")
    static let moreOf = Phrase("more", "weitere")
    static let earlier = Phrase("earlier payments", "frühere Zahlungen")
    static let heldBy = Phrase("worked on by", "in Arbeit bei")
}
