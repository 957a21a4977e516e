package import ThreeParty

/// Why a party refuses a sealed record. The raw value travels between parties, `code` to the member that sent the record.
package enum Refusal: UInt8, Error, Hashable {
    case headerMalformed = 1
    case unknownMember = 2
    case unknownSession = 3
    case wrongFeatureSpec = 4
    case boxMissing = 5
    case boxNotOpened = 6
    case boxMalformed = 7
    case unknownSchema = 8
    case unknownTokenEpoch = 9

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
        case .unknownSchema: "unknown_schema"
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
