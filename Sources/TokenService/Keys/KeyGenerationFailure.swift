package import Records
package import Tokens

/// Why an attempt at a key ended without one. It stays so: the next attempt is another one.
package enum KeyGenerationFailure: Error, Sendable, Hashable {
    /// This party found that the one named departs from the protocol.
    case cheated(PartyID, TokenError)
    /// The party named goes on as if it had seen another course of the log than this one: it departs from the protocol,
    /// or the third party does, which showed the two different records.
    case disagreed(PartyID)
    /// Another party says so; one of the two departs from the protocol, or the third, where they disagree.
    case accused(PartyID, by: PartyID, code: String)
    /// This party committed to what it does not have any more.
    case seedLost
}

extension KeyGenerationFailure {
    /// What the others are told; nil for what they said, or can see.
    var complaint: (accused: PartyID, code: String)? {
        switch self {
        case .cheated(let party, let error): (party, error.code)
        case .disagreed(let party): (party, TokenError.keyInconsistent.code)
        case .accused, .seedLost: nil
        }
    }
}

extension KeyGenerationFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cheated(let party, let error): "\(party) departs from the protocol (\(error.code))"
        case .disagreed(let party): "\(party) has seen other records than this party, or says so"
        case .accused(let party, let by, let code): "\(by) says that \(party) departs from the protocol (\(code))"
        case .seedLost: "this party has lost what it committed to"
        }
    }
}
