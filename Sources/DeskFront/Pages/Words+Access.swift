/// Words of people and access.
extension Phrase {
    static let role = Phrase("Role", "Rolle")
    static let team = Phrase("Team", "Team")
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
