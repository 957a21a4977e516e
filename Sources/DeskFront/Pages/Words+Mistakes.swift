import Desk

extension Mistake {
    var phrase: Phrase { Phrase(description, german) }

    private var german: String {
        switch self {
        case .unknownFilter: "diesen Filter gibt es nicht"
        case .unreadableAddress: "die Adresse lässt sich nicht lesen"
        case .notListed: "das steht nicht in der Liste"
        case .repeated: "das steht zweimal da"
        case .tooLong: "das ist zu lang"
        case .noPlace: "diese Stelle gibt es in der Liste nicht"
        case .noCase: "das ist kein Fall"
        case .noPerson: "das ist kein Name einer Person"
        case .noQuarter: "das ist kein Quartal, wie 2026-Q1 eines ist"
        case .noHalfYear: "das ist kein Halbjahr, wie 2026-H1 eines ist"
        case .notAProbability: "hier steht eine Zahl von 0 bis 1"
        case .oneNameAtATime: "gesucht wird nach einem Namen auf einmal"
        case .openHasNoVerdict: "offene Alarme haben noch kein Urteil"
        case .belowLeast: "das ist weniger als der kleinste Betrag"
        case .wideSearch: "eine Suche ohne Person, Alarm oder Kunden geht über höchstens 31 Tage"
        case .noPart: "jeder Teil ist NAME=WERT"
        case .notOfATeam: "ein Team hat band, kind, channel, at_least und at_most"
        case .notANumber: "der Betrag ist keine einfache Dezimalzahl, wie 57.16 eine ist"
        case .negative: "der Betrag ist negativ"
        case .tooLarge: "der Betrag ist größer als hundert Milliarden"
        case .tooPrecise: "der Betrag hat zu viele Nachkommastellen"
        case .outOfRange: "der Betrag liegt außerhalb der Grenzen"
        case .noVerdict: "ein Urteil ist eines der vier"
        case .typeWithoutFraud: "nur ein Betrug hat eine Art"
        case .lossWithoutFraud: "nur ein Betrug hat einen Schaden"
        case .recoveredWithoutFraud: "nur von einem Betrug wird etwas zurückgeholt"
        case .longNote: "das sind mehr als \(Act.noteLimit) Bytes"
        case .emptyNote: "eine Notiz hat einen Text"
        case .noDeed: "es fehlt, was zu tun ist"
        case .mayNot: "Ihre Rolle darf das nicht"
        case .unknownRule: "diese Regel gibt es nicht"
        case .tooManyBytes: "es sind mehr als \(HouseRules.limit) Bytes"
        case .fourEyes: "four_eyes BETRAG, zum Beispiel `four_eyes 10000`"
        case .sample:
            "sample SCHICHT PROMILLE, zum Beispiel `sample approved 5`; Schichten: approved, declined, snoozed"
        case .judgedTwice: "judged_twice PROMILLE, zum Beispiel `judged_twice 50`"
        case .zone: "zone NAME, zum Beispiel `zone Europe/Berlin`"
        case .hours: "hours TAGE VON-BIS, zum Beispiel `hours mon-fri 08:00-18:00`"
        case .hoursTwice: "ein Tag hat zweimal Zeiten"
        case .holiday: "holiday DATUM, zum Beispiel `holiday 2026-12-25`"
        case .due: "due held|stopped MINUTEN [BETRAG], zum Beispiel `due held 15 10000`"
        case .warn: "warn MINUTEN, zum Beispiel `warn 10`"
        case .escalate: "escalate steht allein"
        case .noAmount: "das ist kein Betrag"
        }
    }

    /// The label that a field has where people fill it in; its name where nobody does.
    private static func label(_ field: String) -> Phrase {
        switch field {
        case "finding": .finding
        case "known_by": .knownBy
        case "fraud_type": .fraudType
        case "loss": .loss
        case "recovered": .recovered
        case "remark": .note
        case "at_least": .atLeast
        case "at_most": .atMost
        case "probability": .probabilityFrom
        case "band": .decision
        case "kind": .kind
        case "channel": .channel
        default: Phrase(field, field)
        }
    }

    /// The sentence part behind the label of its field, where it is of one.
    func phrase(of field: String?) -> Phrase {
        guard let field else { return phrase }
        let label = Self.label(field)
        return Phrase("\(label.english): \(phrase.english)", "\(label.german): \(phrase.german)")
    }
}

extension QueueFilter.Fault {
    var phrase: Phrase {
        let what = reason.phrase(of: field)
        return Phrase("Not a filter: \(what.english)", "Kein Filter: \(what.german)")
    }
}

extension HouseRules.Fault {
    var phrase: Phrase {
        Phrase("line \(line): \(reason.phrase.english)", "Zeile \(line): \(reason.phrase.german)")
    }
}
