import Desk
import DeskStore

extension Phrase {
    static let payments = Phrase("Payments", "Zahlungen")
    static let findPayment = Phrase("Find a payment", "Zahlung finden")
    static let findHint = Phrase(
        "Any payment of the bank, also one that never alerted: for what a customer reports, and for frauds that were missed.",
        "Jede Zahlung der Bank, auch ohne Alarm: für das, was Kunden melden, und für übersehenen Betrug.")
    static let find = Phrase("Find", "Suchen")
    static let findBy = Phrase("By", "Nach")
    static let nothingFound = Phrase("No payment has this name.", "Keine Zahlung hat diesen Namen.")
    static let nothingFoundHint = Phrase(
        "Names are looked up whole. Look at its spelling, or look by another name of the payment.",
        "Namen werden als Ganzes gesucht. Prüfen Sie die Schreibweise, oder suchen Sie nach einem anderen Namen der Zahlung."
    )
    static let putBefore = Phrase("Put it before the desk", "In die Liste nehmen")
    static let putBeforeHint = Phrase(
        "Nothing alerted on this payment. Put before the desk, it gets a page, a verdict and a label like any alert.",
        "Zu dieser Zahlung gab es keinen Alarm. In die Liste genommen, bekommt sie Seite, Urteil und Label wie jeder Alarm."
    )
    static let undecided = Phrase(
        "This payment has no decision: it came twice, or the agent has not decided yet. It can't be put before the desk.",
        "Diese Zahlung hat keine Entscheidung: Sie kam doppelt, oder der Agent hat noch nicht entschieden. Sie kann nicht in die Liste."
    )
    static let itsAlert = Phrase("It is before the desk.", "Sie liegt vor.")
    static let noPayment = Phrase("There is no such payment.", "Diese Zahlung gibt es nicht.")
    static let remark = Phrase("What is known", "Was bekannt ist")
    static let origin = Phrase("From", "Woher")
}

extension PaymentName {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .transaction: Phrase.transaction(language)
        case .customer: LinkKind.customer.phrase(language)
        case .account: LinkKind.account.phrase(language)
        case .card: LinkKind.card.phrase(language)
        }
    }
}

extension Origin {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .alert: Phrase("alerts", "Alarme")(language)
        case .reported: Phrase("reported", "gemeldet")(language)
        case .sample: Phrase("random sample", "Stichprobe")(language)
        }
    }
}

extension Sample.Stratum {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .approved: Phrase("of approved payments", "aus genehmigten Zahlungen")(language)
        case .declined: Phrase("of declined payments", "aus abgelehnten Zahlungen")(language)
        case .snoozed: Phrase("of alerts of snoozed rules", "aus Alarmen stummer Regeln")(language)
        }
    }
}
