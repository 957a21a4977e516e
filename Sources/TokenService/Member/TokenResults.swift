package import Keys
package import Records
package import Tokens

/// The reason why there is no token, with what each party did, so that an operator knows whom to ask.
package enum TokenFailure: Error, Sendable, Hashable {
    /// The deadline passed with fewer than two good answers.
    case timedOut(good: [PartyID], faults: [PartyID: TokenError])
    /// So many parties refused or were found lying that two can't answer any more.
    case impossible(faults: [PartyID: TokenError])
    /// Nobody was asked: the member's identity does not sign now.
    case unsigned(SigningError)
}

extension TokenFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .timedOut(let good, let faults):
            "fewer than two parties gave a good answer in time (good: \(Self.names(good)); \(Self.list(faults)))"
        case .impossible(let faults): "two parties can't answer any more (\(Self.list(faults)))"
        case .unsigned(let error): "\(error)"
        }
    }

    private static func names(_ parties: [PartyID]) -> String {
        parties.isEmpty ? "none" : parties.sorted().map(\.name).joined(separator: " and ")
    }

    private static func list(_ faults: [PartyID: TokenError]) -> String {
        let list = faults.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.code)" }
        return list.isEmpty ? "no faults" : list.joined(separator: ", ")
    }
}

/// The results of a call, of a list of identifiers.
package struct TokenResults: Sendable {
    /// In the order of the identifiers that were asked for.
    package let outcomes: [Result<EntityToken, TokenFailure>]
    /// The faults of parties whose answers were of no use, whether or not the tokens are there.
    package let faults: [PartyID: TokenError]

    /// All tokens, in order.
    ///
    /// - Throws: the first failure.
    package func tokens() throws(TokenFailure) -> [EntityToken] {
        var tokens: [EntityToken] = []
        for outcome in outcomes { tokens.append(try outcome.get()) }
        return tokens
    }
}
