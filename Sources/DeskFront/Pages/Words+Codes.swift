import Desk
import Policy
import Records

extension Band {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .approve: Phrase("approved", "genehmigt")(language)
        case .challenge: Phrase("challenged", "nachgefragt")(language)
        case .review: Phrase("held", "angehalten")(language)
        case .decline: Phrase("declined", "abgelehnt")(language)
        }
    }
}

extension Finding {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .fraud: Phrase("fraud", "Betrug")(language)
        case .legitimate: Phrase("legitimate", "in Ordnung")(language)
        case .suspicious: Phrase("suspicious", "verdächtig")(language)
        case .undecidable: Phrase("undecidable", "nicht zu klären")(language)
        }
    }
}

extension FraudType {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .lostOrStolen: Phrase("lost or stolen card", "Karte verloren oder gestohlen")(language)
        case .notReceived: Phrase("card not received", "Karte nicht angekommen")(language)
        case .counterfeit: Phrase("counterfeit card", "gefälschte Karte")(language)
        case .cardDataTheft: Phrase("card data stolen", "Kartendaten gestohlen")(language)
        case .credentialTheft: Phrase("account taken over", "Konto übernommen")(language)
        case .otherUnauthorised:
            Phrase("other, not ordered by the customer", "sonst, nicht vom Kunden beauftragt")(language)
        case .modifiedOrder: Phrase("order changed on its way", "Auftrag unterwegs verändert")(language)
        case .impersonation: Phrase("impersonation", "falsche Person oder Behörde")(language)
        case .purchase: Phrase("purchase of nothing", "Kauf ohne Ware")(language)
        case .romance: Phrase("romance", "Liebesbetrug")(language)
        case .investment: Phrase("investment", "Anlagebetrug")(language)
        case .invoice: Phrase("invoice", "falsche Rechnung")(language)
        case .otherManipulation: Phrase("other deceit", "sonstige Täuschung")(language)
        case .firstParty: Phrase("by the customer", "durch den Kunden selbst")(language)
        case .muleAccount: Phrase("mule account", "Geldesel-Konto")(language)
        }
    }
}

extension FraudType.Group {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .unauthorised: Phrase("Not ordered by the customer", "Nicht vom Kunden beauftragt")(language)
        case .modified: Phrase("Order changed", "Auftrag verändert")(language)
        case .manipulated: Phrase("Customer deceived", "Kunde getäuscht")(language)
        case .unreported: Phrase("Outside of the report", "Außerhalb der Meldung")(language)
        }
    }
}

extension KnowledgeSource {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .analyst: Phrase("own look", "eigene Prüfung")(language)
        case .customerReport: Phrase("the customer", "den Kunden")(language)
        case .chargeback: Phrase("a chargeback", "eine Rückbelastung")(language)
        case .recall: Phrase("a recall", "einen Rückruf")(language)
        case .police: Phrase("the police", "die Polizei")(language)
        case .other: Phrase("others", "andere")(language)
        }
    }
}

extension PaymentKind {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .card: Phrase("card", "Karte")(language)
        case .transfer: Phrase("transfer", "Überweisung")(language)
        case .instantTransfer: Phrase("instant transfer", "Echtzeit")(language)
        case .cashOut: Phrase("cash", "Bargeld")(language)
        }
    }
}

extension PaymentChannel {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .pos: Phrase("till", "Kasse")(language)
        case .atm: Phrase("cash machine", "Geldautomat")(language)
        case .branch: Phrase("branch", "Filiale")(language)
        case .online: Phrase("online", "online")(language)
        case .mobile: Phrase("mobile", "mobil")(language)
        case .phone: Phrase("phone", "Telefon")(language)
        case .file: Phrase("file", "Datei")(language)
        }
    }
}

extension QueueFilter.Whose {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .mineOrFree: Phrase("mine and free", "meine und freie")(language)
        case .mine: Phrase("mine", "meine")(language)
        case .free: Phrase("free", "freie")(language)
        case .anyone: Phrase("everybody's", "alle")(language)
        }
    }
}

extension LinkKind {
    var words: Phrase {
        switch self {
        case .customer: Phrase("Customer", "Kunde")
        case .terminal: Phrase("Terminal", "Terminal")
        case .payee: Phrase("Payee", "Empfänger")
        case .device: Phrase("Device", "Gerät")
        case .card: Phrase("Card", "Karte")
        case .account: Phrase("Account", "Konto")
        case .ip: Phrase("Address", "Adresse")
        }
    }

    func phrase(_ language: DeskLanguage) -> String { words(language) }
}

extension Act {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .claim: Phrase("claimed", "übernommen")(language)
        case .release: Phrase("gave back", "zurückgegeben")(language)
        case .assign(let to, _): Phrase("gave to \(to)", "übergeben an \(to)")(language)
        case .judge(let judgement): Phrase("verdict: ", "Urteil: ")(language) + judgement.finding.phrase(language)
        case .reopen: Phrase("opened again", "wieder geöffnet")(language)
        case .note: Phrase("noted", "notiert")(language)
        case .raise: Phrase("put before the desk", "der Liste hinzugefügt")(language)
        case .late: Phrase("late: the time is over", "überfällig: Die Zeit ist um")(language)
        case .soon: Phrase("nearly late", "bald überfällig")(language)
        case .second: Phrase("second look", "zweite Prüfung")(language)
        case .confirm: Phrase("agreed to the verdict", "dem Urteil zugestimmt")(language)
        case .object: Phrase("did not agree to the verdict", "dem Urteil nicht zugestimmt")(language)
        case .file(let act): act.phrase(language)
        case .bulk(.start(let order)):
            Phrase("job for \(order.items.count): ", "Auftrag für \(order.items.count): ")(language)
                + order.deed.phrase(language)
        case .bulk(.cancel): Phrase("ended the job", "Auftrag abgebrochen")(language)
        case .aside(let act): act.phrase(language)
        case .ruleSnooze(let act): act.phrase(language)
        case .filter(.save): Phrase("saved a filter", "Filter gespeichert")(language)
        case .filter(.drop): Phrase("removed a filter", "Filter entfernt")(language)
        case .house: Phrase("set the rules of the desk", "Regeln gesetzt")(language)
        }
    }
}
