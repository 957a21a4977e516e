import Records
import Support
import Testing
import Tokens

/// The three parties of a test, with a key that they made without a dealer.
final class Consortium: Sendable {
    let zero: TokenKeyShare
    let one: TokenKeyShare
    let two: TokenKeyShare
    let context: TokenContext

    var publicKey: TokenPublicKey { zero.publicKey }

    convenience init(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let first = KeyDealing(dealer: .zero, using: &generator)
        let second = KeyDealing(dealer: .one, using: &generator)
        let third = KeyDealing(dealer: .two, using: &generator)
        func side(_ party: PartyID) throws -> TokenKeyShare {
            try assemble(KeyGeneration(party: party), first, second, third)
        }
        self.init(
            zero: try side(.zero), one: try side(.one), two: try side(.two),
            context: TokenContext(consortium: Array("test".utf8), epoch: TokenEpoch(1)))
    }

    init(
        zero: consuming TokenKeyShare, one: consuming TokenKeyShare, two: consuming TokenKeyShare, context: TokenContext
    ) {
        self.zero = zero
        self.one = one
        self.two = two
        self.context = context
    }

    func refreshed(seed: UInt64) throws -> Consortium {
        var generator = SplitMix64(seed)
        let first = KeyDealing(refreshBy: .zero, using: &generator)
        let second = KeyDealing(refreshBy: .one, using: &generator)
        let third = KeyDealing(refreshBy: .two, using: &generator)
        return Consortium(
            zero: try assemble(KeyGeneration(refreshing: zero), first, second, third),
            one: try assemble(KeyGeneration(refreshing: one), first, second, third),
            two: try assemble(KeyGeneration(refreshing: two), first, second, third), context: context)
    }

    func answer(_ party: PartyID, _ blinded: [GroupElement], seed: UInt64 = 9) throws -> PartialEvaluation {
        var generator = SplitMix64(seed + UInt64(party.rawValue))
        switch party {
        case .zero: return try zero.evaluate(blinded, in: context, using: &generator)
        case .one: return try one.evaluate(blinded, in: context, using: &generator)
        case .two: return try two.evaluate(blinded, in: context, using: &generator)
        }
    }

    /// The whole way for some inputs by the parties named.
    func tokens(
        _ inputs: [[UInt8]], by parties: [PartyID] = [.zero, .one], blindSeed: UInt64 = 77
    ) throws -> [EntityToken] {
        var generator = SplitMix64(blindSeed)
        let blinds = TokenScalars(count: inputs.count, using: &generator)
        let blinded = try TokenContext.tokens.blind(inputs, by: blinds)
        var answers: [PartialEvaluation] = []
        for party in parties { answers.append(try answer(party, blinded)) }
        return try publicKey.combine(answers, of: blinded, blinds: blinds, in: context).tokens
    }

    /// The key that nobody has: the shares' line at zero.
    func wholeKey() -> TokenScalar {
        secret(number(zero) * Scalar(2) - number(one))
    }
}

private func assemble(
    _ generation: consuming KeyGeneration, _ first: borrowing KeyDealing, _ second: borrowing KeyDealing,
    _ third: borrowing KeyDealing
) throws -> TokenKeyShare {
    let party = generation.party
    try generation.receive(third.commitments, subShare: third.subShare(for: party))
    try generation.receive(first.commitments, subShare: first.subShare(for: party))
    try generation.receive(second.commitments, subShare: second.subShare(for: party))
    return try generation.finish()
}

let pairs: [[PartyID]] = [
    [.zero, .one], [.zero, .two], [.one, .two], [.one, .zero], [.two, .zero], [.two, .one], [.zero, .one, .two],
]

let inputs: [[UInt8]] = [[], [0], Array("card".utf8), Array("payee".utf8)]

extension TokenEvaluator {
    /// Charges a request and evaluates it.
    mutating func evaluate(
        _ request: TokenRequest, of member: MemberID, at now: Int64, using generator: inout some RandomNumberGenerator
    ) throws(TokenError) -> PartialEvaluation {
        try charge(request, to: member, at: now)
        return try evaluate(request, using: &generator)
    }
}

extension TokenUpdate {
    /// The update from a context's key, of what the three parties draw from a generator.
    init(contributedBy generator: inout SplitMix64, context: TokenContext) throws {
        let zero = RotationContribution(party: .zero, using: &generator)
        let one = RotationContribution(party: .one, using: &generator)
        let two = RotationContribution(party: .two, using: &generator)
        try self.init(
            zero, one, two,
            commitments: [zero.commitment(for: context), one.commitment(for: context), two.commitment(for: context)],
            context: context)
    }
}
