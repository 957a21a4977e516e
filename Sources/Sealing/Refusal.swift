package import ThreeParty

/// Why a party refuses a sealed record or a label record. The raw value travels between parties, `code` to the member
/// that sent the record; neither ever changes its meaning.
package enum Refusal: UInt8, Error, Hashable {
    /// The record or its header is not of the schema.
    case headerMalformed = 1
    /// The header names no member of the roster.
    case unknownMember = 2
    /// The member announced no session keys for the header's epoch.
    case unknownSession = 3
    /// The features were quantised by another spec or bins than the model's.
    case wrongFeatureSpec = 4
    /// There are not three boxes.
    case boxMissing = 5
    /// The box is for another party, under another key, or header or box were changed.
    case boxNotOpened = 6
    /// The box opened, and holds no shares of the model's length, or not the tokens that its counts ask for.
    case boxMalformed = 7
    /// The header is of a schema version that the party does not know.
    case unknownSchema = 8
    /// The tokens are of an epoch whose key was never made, or lies too far back.
    case unknownTokenEpoch = 9
    /// The record was sealed for another partition of `consortium.sealed`.
    case wrongPartition = 10
    /// The record is of a partition of its member's topic that a topic does not have.
    case unknownPartition = 11
    /// The record comes behind the closing of the epoch of keys that it is sealed under.
    case epochClosed = 12
    /// The member takes no part any more in the epoch of keys that the record is sealed under.
    case memberLeft = 13
    /// The member has had as many transactions scored on the record's day as its budget allows.
    case overBudget = 20
    /// The event time is further ahead of the record's time in the log than the roster allows.
    case timeAhead = 21
    /// The event time is further behind the record's time in the log than the roster allows.
    case tooLate = 22
    /// A transaction of the member's with this event id came before, from another place.
    case idConflict = 23
    /// The same transaction, from the same place, is in the batch already, or under way: no reason to tell anybody.
    case repeated = 24

    /// So many of its member's records are missing behind this one that the party does not know any more whether it was taken.
    case tooManyGaps = 25

    /// Whether the record could be used, and breaks a limit on what its member may ask.
    package var isOverLimit: Bool { (Refusal.overBudget.rawValue...Refusal.idConflict.rawValue).contains(rawValue) }
    /// The boxes of the three parties do not hold the same (`CheckFailure`; all three find it together, as those that follow).
    case boxesDiffer = 32
    /// A feature's bits are no thermometer's.
    case notThermometer = 33
    /// An outcome is neither 0 nor 1.
    case notABit = 34

    /// The stable code in a rejected record (docs/REJECTIONS.md).
    package var code: String {
        switch self {
        case .headerMalformed: "header_malformed"
        case .unknownMember: "unknown_member"
        case .unknownSession: "unknown_session"
        case .wrongFeatureSpec: "wrong_feature_spec"
        case .boxMissing: "box_missing"
        case .boxNotOpened: "box_not_opened"
        case .boxMalformed: "box_malformed"
        case .unknownTokenEpoch: "unknown_token_epoch"
        case .wrongPartition: "wrong_partition"
        case .unknownPartition: "unknown_partition"
        case .epochClosed: "epoch_closed"
        case .memberLeft: "member_left"
        case .unknownSchema: "unknown_schema"
        case .boxesDiffer: "boxes_differ"
        case .notThermometer: "not_thermometer"
        case .notABit: "not_a_bit"
        case .overBudget: "over_budget"
        case .timeAhead: "time_ahead"
        case .tooLate: "too_late"
        case .idConflict: "id_conflict"
        case .repeated: "repeated"
        case .tooManyGaps: "too_many_gaps"
        }
    }
}

extension Refusal {
    /// Whether the party opened its box before it refused the record: then the header is the member's own.
    package var isOfOpenedBox: Bool {
        switch self {
        case .unknownPartition, .wrongFeatureSpec, .boxMalformed, .unknownTokenEpoch, .overBudget, .timeAhead, .tooLate,
            .idConflict,
            .repeated, .tooManyGaps, .boxesDiffer, .notThermometer, .notABit:
            true
        case .headerMalformed, .unknownMember, .unknownSession, .boxMissing, .boxNotOpened, .unknownSchema,
            .wrongPartition, .epochClosed, .memberLeft:
            false
        }
    }
}

extension AgreedRefusal {
    /// The reason in words of ours; a code that only a newer version knows counts as `boxMalformed`.
    package var refusal: Refusal { Refusal(rawValue: code) ?? .boxMalformed }
}

extension BatchInputs {
    /// Why this party refuses a transaction; nil where it does not. Other parties may differ.
    package func refusal(_ index: Int) -> Refusal? { Refusal(rawValue: codes[index]) }

    /// A transaction that this party can't use, for a reason that goes to its member.
    package mutating func append(refused refusal: Refusal) { append(refused: refusal.rawValue) }
}

extension Refusal: CustomStringConvertible {
    package var description: String { "the record is refused as `\(code)` (docs/REJECTIONS.md)" }
}
