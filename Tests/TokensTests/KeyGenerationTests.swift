import Records
import Support
import Testing
import Tokens

@Suite("Making the token key without a dealer")
struct KeyGenerationTests {
    @Test("three parties get shares of one key, any two of which are the key")
    func shares() throws {
        let consortium = try Consortium(seed: 1)
        #expect(consortium.one.publicKey == consortium.publicKey && consortium.two.publicKey == consortium.publicKey)
        #expect(consortium.one.publicKey.digest == consortium.publicKey.digest)
        let key = consortium.publicKey.key
        #expect(GroupElement.generator(times: consortium.wholeKey()) == key)
        let other = number(consortium.one) * Scalar(3) - number(consortium.two) * Scalar(2)
        #expect(GroupElement.generator(times: secret(other)) == key)
    }

    @Test("the key is the sum of what all dealt")
    func contributions() throws {
        var generator = SplitMix64(1)
        var dealt = CurvePoint.identity
        for dealer in PartyID.allCases {
            let dealing = KeyDealing(dealer: dealer, using: &generator)
            dealt = dealt + (try #require(dealing.commitments.constant)).point
        }
        #expect(try GroupElement(dealt) == Consortium(seed: 1).publicKey.key)
        #expect(try Consortium(seed: 1).publicKey.key != Consortium(seed: 2).publicKey.key)
    }

    @Test("a dealer whose sub-share is off its line is named", arguments: PartyID.allCases)
    func lyingDealer(dealer: PartyID) {
        var generator = SplitMix64(3)
        let dealing = KeyDealing(dealer: dealer, using: &generator)
        for party in PartyID.allCases {
            let error = refusal { () throws(TokenError) in
                var generation = KeyGeneration(party: party)
                let wrong = secret(number(dealing.subShare(for: party)) + Scalar(1))
                try generation.receive(dealing.commitments, subShare: wrong)
            }
            #expect(error == .dealingInvalid(dealer))
            let another = PartyID.allCases.first { $0 != party }!
            #expect(
                refusal { () throws(TokenError) in
                    try dealing.commitments.check(dealing.subShare(for: another), of: party)
                } == .dealingInvalid(dealer))
            #expect(
                refusal { () throws(TokenError) in
                    try dealing.commitments.check(dealing.subShare(for: party), of: party)
                } == nil)
        }
    }

    @Test("a second dealing, a dealing of zero for a new key, and of a key for a refresh name their dealer")
    func wrongDealings() throws {
        var generator = SplitMix64(4)
        let fresh = KeyDealing(dealer: .one, using: &generator)
        let zero = KeyDealing(refreshBy: .two, using: &generator)
        #expect(zero.commitments.constant == nil)
        let twice = refusal { () throws(TokenError) in
            var generation = KeyGeneration(party: .zero)
            try generation.receive(fresh.commitments, subShare: fresh.subShare(for: .zero))
            try generation.receive(fresh.commitments, subShare: fresh.subShare(for: .zero))
        }
        #expect(twice == .dealingInvalid(.one))
        let empty = refusal { () throws(TokenError) in
            var generation = KeyGeneration(party: .zero)
            try generation.receive(zero.commitments, subShare: zero.subShare(for: .zero))
        }
        #expect(empty == .dealingInvalid(.two))
        let consortium = try Consortium(seed: 5)
        let full = refusal { () throws(TokenError) in
            var generation = KeyGeneration(refreshing: consortium.zero)
            try generation.receive(fresh.commitments, subShare: fresh.subShare(for: .zero))
        }
        #expect(full == .dealingInvalid(.one))
    }

    @Test("a key that not all have dealt for is refused")
    func incomplete() {
        var generator = SplitMix64(6)
        let dealing = KeyDealing(dealer: .one, using: &generator)
        let error = refusal { () throws(TokenError) in
            var generation = KeyGeneration(party: .zero)
            try generation.receive(dealing.commitments, subShare: dealing.subShare(for: .zero))
            _ = try generation.finish()
        }
        #expect(error == .tooFewParties)
    }

    @Test("a refresh keeps the key, the tokens and their public key, and changes every share")
    func refresh() throws {
        let old = try Consortium(seed: 7)
        let new = try old.refreshed(seed: 8)
        #expect(new.publicKey.key == old.publicKey.key)
        for party in PartyID.allCases { #expect(new.publicKey[party] != old.publicKey[party]) }
        for pair in pairs { #expect(try new.tokens(inputs, by: pair) == old.tokens(inputs)) }
    }

    @Test("an old share is worthless beside a new one, and its party is named")
    func oldShare() throws {
        let old = try Consortium(seed: 7)
        let new = try old.refreshed(seed: 8)
        var generator = SplitMix64(1)
        let blinds = TokenScalars(count: 1, using: &generator)
        let blinded = try TokenContext.tokens.blind([[1]], by: blinds)
        let answers = [try old.answer(.zero, blinded), try new.answer(.one, blinded)]
        let error = refusal { () throws(TokenError) in
            _ = try new.publicKey.combine(answers, of: blinded, blinds: blinds, in: new.context)
        }
        #expect(error == .proofInvalid(.zero))
    }

    @Test("public shares that are not of one key are refused, and a secret that is not of its share")
    func inconsistent() throws {
        let consortium = try Consortium(seed: 9)
        let (key, shares) = (consortium.publicKey.key, consortium.publicKey.shares)
        func refused(_ key: GroupElement, _ shares: [GroupElement]) -> TokenError? {
            refusal { () throws(TokenError) in _ = try TokenPublicKey(key: key, shares: shares) }
        }
        #expect(refused(key, shares) == nil)
        #expect(refused(shares[0], shares) == .keyInconsistent)
        #expect(refused(key, [shares[0], shares[1], key]) == .keyInconsistent)
        #expect(refused(key, [shares[2], shares[1], shares[0]]) == .keyInconsistent)
        #expect(refused(key, [shares[0], shares[1]]) == .malformed)
        let moved = refusal { () throws(TokenError) in
            _ = try TokenKeyShare(party: .one, secret: copied(consortium.zero), publicKey: consortium.publicKey)
        }
        #expect(moved == .keyInconsistent)
    }

    @Test("a share survives its store")
    func stored() throws {
        let consortium = try Consortium(seed: 10)
        let bytes = consortium.two.withSecretBytes { $0 }
        let again = try TokenKeyShare(
            party: .two, secret: TokenScalar(bytes: bytes), publicKey: consortium.publicKey)
        #expect(again.publicKey == consortium.publicKey)
    }
}
