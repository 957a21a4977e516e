import Records
import Support
import Testing
import Tokens

/// A token key that three parties made without a dealer, in memory.
final class SharedKey: Sendable {
    private let secrets: [[UInt8]]
    let publicKey: TokenPublicKey

    init(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let first = KeyDealing(dealer: .zero, using: &generator)
        let second = KeyDealing(dealer: .one, using: &generator)
        let third = KeyDealing(dealer: .two, using: &generator)
        var secrets: [[UInt8]] = []
        var keys: [TokenPublicKey] = []
        for party in PartyID.allCases {
            var generation = KeyGeneration(party: party)
            try generation.receive(first.commitments, subShare: first.subShare(for: party))
            try generation.receive(second.commitments, subShare: second.subShare(for: party))
            try generation.receive(third.commitments, subShare: third.subShare(for: party))
            let share = try generation.finish()
            secrets.append(share.withSecretBytes { $0 })
            keys.append(share.publicKey)
        }
        #expect(Set(keys.map(\.digest)).count == 1)
        self.secrets = secrets
        publicKey = keys[0]
    }

    func share(_ party: PartyID) throws -> TokenKeyShare {
        try TokenKeyShare(
            party: party, secret: TokenScalar(bytes: secrets[party.rawValue]), publicKey: publicKey)
    }

    /// What the protocol must come to, computed without a log.
    func tokens(_ identifiers: [Identifier], context: TokenContext) throws -> [EntityToken] {
        var generator = SplitMix64(99)
        var batch = try TokenRequestBatch(identifiers, key: publicKey, context: context, using: &generator)
        for party in [PartyID.zero, .two] {
            let share = try share(party)
            let answer = try share.evaluate(batch.request.blinded, in: context, using: &generator)
            _ = try batch.receive(.evaluation(answer))
        }
        guard case .tokens(let tokens) = batch.progress else { throw TokenError.tooFewParties }
        return tokens
    }
}

/// The cards 4000000000000000 and on, with Luhn's digit.
func cards(_ count: Int, from first: Int = 0) throws -> [Identifier] {
    try (first..<first + count).map { try IdentifierRules().identifier(.card, cardNumber($0)) }
}

func cardNumber(_ number: Int) -> String {
    let digits = String(400_000_000_000_000 + number).compactMap(\.wholeNumberValue)
    let sum = digits.reversed().enumerated().map { at, digit in
        at % 2 == 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
    }.reduce(0, +)
    return digits.map(String.init).joined() + String((10 - sum % 10) % 10)
}
