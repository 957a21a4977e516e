/// Words of people and access.
extension Phrase {
    static let role = Phrase("Role", "Rolle")
    static let team = Phrase("Team", "Team")
    static let atProvider = Phrase(
        "Sign in with your organisation's account", "Mit dem Konto Ihrer Organisation anmelden")
    static let unsent = Phrase("Send it again?", "Noch einmal senden?")
    static let unsentHint = Phrase(
        "Your session had ended, and this was not taken. Look at it, and send it again.",
        "Ihre Sitzung war abgelaufen, und dies wurde nicht angenommen. Sehen Sie es an und senden Sie es noch einmal.")
    static let sendAgain = Phrase("Send", "Senden")
    static let dropIt = Phrase("Drop it", "Verwerfen")
    static let signedIn = Phrase("You are signed in: go on", "Sie sind angemeldet: weiter")
}

extension DeskRole.Deed {
    var phrase: Phrase {
        switch self {
        case .look: Phrase("sees alerts", "sieht Alarme")
        case .names:
            Phrase(
                "sees names of customers, cards, accounts and payees in full",
                "sieht Namen von Kunden, Karten, Konten und Empfängern ganz")
        case .unmask: Phrase("may ask for an alert's names, with a reason", "darf Namen mit Begründung aufdecken")
        case .work: Phrase("claims, notes, gives verdicts", "übernimmt, notiert, urteilt")
        case .reopen: Phrase("opens again what is closed", "öffnet Erledigtes wieder")
        case .assign: Phrase("gives alerts to others", "übergibt Alarme an andere")
        case .figures: Phrase("sees figures", "sieht Kennzahlen")
        case .rules: Phrase("tries rules", "erprobt Regeln")
        case .manage: Phrase("keeps receivers of alerts", "verwaltet Empfänger von Alarmen")
        case .audit: Phrase("sees who looked at what", "sieht, wer was angesehen hat")
        }
    }
}

/// Words of who looked at what.
extension Phrase {
    static let looks = Phrase("Who looked at what", "Wer was angesehen hat")
    static let looksHint = Phrase(
        "Every page with a customer's names, every change and every sign-in, in a chain of hashes that can't be changed unseen. The last 24 hours where no date is given.",
        "Jede Seite mit Namen von Kunden, jede Änderung und jede Anmeldung, in einer Kette von Prüfsummen, die sich nicht unbemerkt ändern lässt. Ohne Datum die letzten 24 Stunden."
    )
    static let who = Phrase("Who", "Wer")
    static let what = Phrase("What", "Was")
    static let item = Phrase("Alert", "Alarm")
    static let since = Phrase("From", "Von")
    static let until = Phrase("Until", "Bis")
    static let older = Phrase("Older ones", "Ältere")
    static let reason = Phrase("Reason", "Grund")
    static let reasonNeeded = Phrase(
        "Names are shown for a reason of 1 to 200 bytes.",
        "Namen werden mit einer Begründung von 1 bis 200 Bytes gezeigt.")
    static let showNames = Phrase("Show names", "Namen zeigen")
}
