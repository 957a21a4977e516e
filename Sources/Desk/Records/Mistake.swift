package import Records

/// What is wrong with a field of a form, a part of an address or a line of rules. A raw value is the code; none holds a value of
/// what was typed, so that each can be told in any language and written to a log.
package enum Mistake: String, Error, Sendable, Hashable, CaseIterable {
    // Of fields and addresses.
    case unknownFilter = "unknown_filter"
    case unreadableAddress = "unreadable_address"
    case notListed = "not_listed"
    case repeated
    case tooLong = "too_long"
    case noPlace = "no_place"
    case noCase = "no_case"
    case noPerson = "no_person"
    case noQuarter = "no_quarter"
    case noHalfYear = "no_half_year"
    case notAProbability = "not_a_probability"
    case oneNameAtATime = "one_name_at_a_time"
    case openHasNoVerdict = "open_has_no_verdict"
    case belowLeast = "below_least"
    case wideSearch = "wide_search"
    case noPart = "no_part"
    case notOfATeam = "not_of_a_team"

    // Of amounts.
    case notANumber = "not_a_number"
    case negative
    case tooLarge = "too_large"
    case tooPrecise = "too_precise"
    case outOfRange = "out_of_range"

    // Of verdicts and jobs.
    case noVerdict = "no_verdict"
    case typeWithoutFraud = "type_without_fraud"
    case lossWithoutFraud = "loss_without_fraud"
    case recoveredWithoutFraud = "recovered_without_fraud"
    case longNote = "long_note"
    case emptyNote = "empty_note"
    case noDeed = "no_deed"
    case mayNot = "may_not"

    // Of the desk's rules.
    case unknownRule = "unknown_rule"
    case tooManyBytes = "too_many_bytes"
    case fourEyes = "four_eyes"
    case sample
    case judgedTwice = "judged_twice"
    case zone, hours
    case hoursTwice = "hours_twice"
    case holiday, due, warn, escalate
    case noAmount = "no_amount"
}

extension Mistake: CustomStringConvertible {
    /// A part of a sentence, in English.
    package var description: String {
        switch self {
        case .unknownFilter: "there is no such filter"
        case .unreadableAddress: "the address can't be read"
        case .notListed: "it is none of the list"
        case .repeated: "it is there twice"
        case .tooLong: "it is too long"
        case .noPlace: "it is no place of this list"
        case .noCase: "it is no case"
        case .noPerson: "it is no name of a person"
        case .noQuarter: "it is no quarter, such as 2026-Q1"
        case .noHalfYear: "it is no half-year, such as 2026-H1"
        case .notAProbability: "it is a number from 0 to 1"
        case .oneNameAtATime: "alerts are looked up by one name at a time"
        case .openHasNoVerdict: "open alerts have no verdict yet"
        case .belowLeast: "it is below the least amount"
        case .wideSearch: "a search that names no person, alert or customer goes over 31 days at most"
        case .noPart: "each part is NAME=VALUE"
        case .notOfATeam: "a team has band, kind, channel, at_least and at_most"
        case .notANumber: "\(MinorUnits.ParseError.notANumber)"
        case .negative: "\(MinorUnits.ParseError.negative)"
        case .tooLarge: "\(MinorUnits.ParseError.tooLarge)"
        case .tooPrecise: "\(MinorUnits.ParseError.tooPrecise)"
        case .outOfRange: "the amount is out of range"
        case .noVerdict: "a verdict is one of the four"
        case .typeWithoutFraud: "only a fraud has a type"
        case .lossWithoutFraud: "only a fraud has a loss"
        case .recoveredWithoutFraud: "only of a fraud something is recovered"
        case .longNote: "it has more than \(Act.noteLimit) bytes"
        case .emptyNote: "a note has a text"
        case .noDeed: "say what is to be done"
        case .mayNot: "your role may not do that"
        case .unknownRule: "there is no such rule"
        case .tooManyBytes: "there are more than \(HouseRules.limit) bytes"
        case .fourEyes: "four_eyes AMOUNT, such as `four_eyes 10000`"
        case .sample: "sample STRATUM PER_MILLE, such as `sample approved 5`; strata: approved, declined, snoozed"
        case .judgedTwice: "judged_twice PER_MILLE, such as `judged_twice 50`"
        case .zone: "zone NAME, such as `zone Europe/Berlin`"
        case .hours: "hours DAYS FROM-UNTIL, such as `hours mon-fri 08:00-18:00`"
        case .hoursTwice: "a day has hours twice"
        case .holiday: "holiday DATE, such as `holiday 2026-12-25`"
        case .due: "due held|stopped MINUTES [AMOUNT], such as `due held 15 10000`"
        case .warn: "warn MINUTES, such as `warn 10`"
        case .escalate: "escalate stands alone"
        case .noAmount: "it is no amount"
        }
    }
}

extension Mistake {
    /// What is wrong with an amount.
    package init(_ error: MinorUnits.ParseError) {
        self =
            switch error {
            case .notANumber: .notANumber
            case .negative: .negative
            case .tooLarge: .tooLarge
            case .tooPrecise: .tooPrecise
            }
    }
}
