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

extension OIDCFlow.Refusal {
    var phrase: Phrase {
        switch self {
        case .state:
            Phrase(
                "This is no sign-in that this browser has begun, or it took longer than ten minutes, or was used.",
                "Diese Anmeldung hat dieser Browser nicht begonnen, oder sie dauerte über zehn Minuten oder wurde schon benutzt."
            )
        case .provider: Phrase("The provider did not let you in.", "Der Anbieter hat Sie nicht eingelassen.")
        case .unreachable:
            Phrase(
                "The provider can't be reached, or answers what no provider does.",
                "Der Anbieter ist nicht erreichbar oder antwortet, wie es kein Anbieter tut.")
        case .token(let refusal): refusal.phrase
        case .name:
            Phrase(
                "The provider's name for you can't be one here.",
                "Der Name, den der Anbieter für Sie hat, ist hier nicht möglich.")
        case .noRole:
            Phrase("The provider gives you no role at this desk.", "Der Anbieter gibt Ihnen hier keine Rolle.")
        case .twoRoles:
            Phrase(
                "The provider gives you more than one role at this desk.",
                "Der Anbieter gibt Ihnen hier mehr als eine Rolle.")
        case .team:
            Phrase(
                "The provider gives you a team that the desk does not have, or more than one.",
                "Der Anbieter gibt Ihnen ein Team, das es hier nicht gibt, oder mehr als eines.")
        }
    }
}

extension IDToken.Refusal {
    var phrase: Phrase {
        switch self {
        case .malformed: Phrase("The provider's token can't be read.", "Das Token des Anbieters ist nicht lesbar.")
        case .algorithm:
            Phrase(
                "The provider's token is signed by neither RS256 nor ES256.",
                "Das Token des Anbieters ist weder mit RS256 noch mit ES256 signiert.")
        case .unknownKey:
            Phrase(
                "The provider has no key that its token names.",
                "Der Anbieter hat den Schlüssel nicht, den sein Token nennt.")
        case .badSignature:
            Phrase(
                "The token was not signed by the provider's key.",
                "Das Token ist nicht mit dem Schlüssel des Anbieters signiert.")
        case .issuer: Phrase("The token is of another provider.", "Das Token ist von einem anderen Anbieter.")
        case .audience:
            Phrase("The token is for another client than this desk.", "Das Token ist nicht für diese Anwendung.")
        case .expired: Phrase("The token has expired.", "Das Token ist abgelaufen.")
        case .notYet:
            Phrase(
                "The token counts only later: a clock is wrong.", "Das Token gilt erst später: eine Uhr geht falsch.")
        case .nonce:
            Phrase("The token is the answer to another sign-in.", "Das Token gehört zu einer anderen Anmeldung.")
        }
    }
}
