import Records
import Support
import Testing
import Tokens

@Suite("Rotation of the token key")
struct RotationTests {
    let consortium: Consortium

    init() throws { consortium = try Consortium(seed: 30) }

    private func update(seed: UInt64 = 31, from epoch: UInt64 = 1) throws -> TokenUpdate {
        var generator = SplitMix64(seed)
        let context = TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(epoch))
        return try TokenUpdate(contributedBy: &generator, context: context)
    }

    private func rotated(_ update: borrowing TokenUpdate) -> Consortium {
        Consortium(
            zero: update.moved(consortium.zero), one: update.moved(consortium.one), two: update.moved(consortium.two),
            context: TokenContext(consortium: consortium.context.consortium, epoch: update.to))
    }

    @Test("a moved token is the token under the new key, by any two parties", arguments: pairs)
    func moved(parties: [PartyID]) throws {
        let update = try update()
        let old = try consortium.tokens(inputs)
        let new = update.moved(old)
        #expect(try rotated(update).tokens(inputs, by: parties) == new)
        #expect(Set(old + new).count == 2 * inputs.count)
        #expect(update.moved([]) == [])
    }

    @Test("the new public key is one key's, and each new share is its own")
    func consistent() throws {
        let update = try update()
        let new = rotated(update)
        let key = new.publicKey
        #expect(key != consortium.publicKey && key == update.moved(consortium.publicKey))
        #expect(try TokenPublicKey(key: key.key, shares: key.shares) == key)
        _ = try TokenKeyShare(party: .two, secret: copied(new.two), publicKey: key)
        #expect(update.from == TokenEpoch(1) && update.to == TokenEpoch(2))
    }

    @Test("all parties get the same factor of what they showed each other")
    func agreed() throws {
        let token = try consortium.tokens([[1]])
        #expect(try update(seed: 31).moved(token) == update(seed: 31).moved(token))
        #expect(try update(seed: 31).moved(token) != update(seed: 32).moved(token))
    }

    @Test("a party that shows another contribution than it committed to is named", arguments: PartyID.allCases)
    func broken(liar: PartyID) throws {
        var generator = SplitMix64(33)
        let context = consortium.context
        let zero = RotationContribution(party: .zero, using: &generator)
        let one = RotationContribution(party: .one, using: &generator)
        let two = RotationContribution(party: .two, using: &generator)
        var commitments = [
            zero.commitment(for: context), one.commitment(for: context), two.commitment(for: context),
        ]
        commitments[liar.rawValue][7] ^= 1
        let error = refusal { () throws(TokenError) in
            _ = try TokenUpdate(zero, one, two, commitments: commitments, context: context)
        }
        #expect(error == .contributionInvalid(liar))
    }

    @Test("a commitment is of its party and rotation alone, and a contribution can't be another party's")
    func bound() throws {
        var generator = SplitMix64(34)
        let context = consortium.context
        let zero = RotationContribution(party: .zero, using: &generator)
        let copied = try RotationContribution(party: .one, bytes: zero.withSecretBytes { $0 })
        let two = RotationContribution(party: .two, using: &generator)
        let later = TokenContext(consortium: context.consortium, epoch: TokenEpoch(2))
        let own = zero.commitment(for: context)
        #expect(own != copied.commitment(for: context) && own != zero.commitment(for: later))
        let repeated = refusal { () throws(TokenError) in
            _ = try TokenUpdate(
                zero, copied, two, commitments: [own, own, two.commitment(for: context)], context: context)
        }
        #expect(repeated == .contributionInvalid(.one))
        let unordered = refusal { () throws(TokenError) in
            _ = try TokenUpdate(
                copied, zero, two, commitments: [own, own, two.commitment(for: context)], context: context)
        }
        #expect(unordered == .contributionInvalid(.zero))
        let few = refusal { () throws(TokenError) in
            _ = try TokenUpdate(zero, copied, two, commitments: [own], context: context)
        }
        #expect(few == .malformed)
    }

    @Test("what was kept of a factor is the factor")
    func kept() throws {
        let update = try update()
        let kept = try TokenUpdate(from: .first, bytes: update.withSecretBytes { $0 })
        let old = try consortium.tokens(inputs)
        #expect(kept.moved(old) == update.moved(old) && kept.to == TokenEpoch(2))
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(refusal { () throws(TokenError) in _ = try TokenUpdate(from: .first, bytes: zeros) } == .scalarIsZero)
    }

    @Test("an epoch's key is named by a digest that follows the factors, back and forth")
    func digests() throws {
        let updates = TokenUpdates(newest: .first, key: consortium.publicKey)
        let other = TokenUpdates(newest: .first, key: consortium.publicKey)
        let (one, two) = (TokenEpoch.first, TokenEpoch(2))
        let first = try #require(updates.keyDigest(of: one))
        #expect(other.keyDigest(of: one) == first && updates.keyDigest(of: two) == nil)
        #expect(TokenUpdates(newest: .first).keyDigest(of: one) == nil)
        updates.prepare(try update(seed: 60))
        other.prepare(try update(seed: 61))
        let second = try #require(updates.keyDigest(of: two))
        #expect(second != first && other.keyDigest(of: two) != second)
        // A party that is already in the new epoch, or started in it, says the same of both.
        updates.begin(two)
        #expect(updates.keyDigest(of: one) == first && updates.keyDigest(of: two) == second)
        let later = TokenUpdates(newest: two, key: try update(seed: 60).moved(consortium.publicKey))
        #expect(later.keyDigest(of: two) == second && later.keyDigest(of: one) == nil)
        later.prepare(try update(seed: 60))
        #expect(later.keyDigest(of: one) == first)
        // Another factor, of an attempt that went on, changes what was said before.
        other.prepare(try update(seed: 60))
        #expect(other.keyDigest(of: two) == second)
        later.forget(from: one)
        #expect(later.keyDigest(of: two) == second && later.keyDigest(of: one) == nil)
    }

    @Test("tokens move over several epochs there and back, as far as there are factors")
    func updates() throws {
        let updates = TokenUpdates(newest: .first)
        let old = try consortium.tokens(inputs)
        #expect(updates.move(old, from: .first, to: .first) == old)
        #expect(updates.move(old, from: .first, to: TokenEpoch(2)) == nil)
        updates.prepare(try update(seed: 60))
        // Of an attempt that went on.
        updates.prepare(try update(seed: 61))
        updates.prepare(try update(seed: 62, from: 2))
        #expect(updates.newest == .first)
        let second = try update(seed: 61).moved(old)
        let third = try update(seed: 62, from: 2).moved(second)
        #expect(updates.move(old, from: .first, to: TokenEpoch(2)) == second)
        #expect(updates.move(old, from: .first, to: TokenEpoch(3)) == third)
        #expect(updates.move(third, from: TokenEpoch(3), to: .first) == old)
        #expect(updates.move(third, from: TokenEpoch(3), to: TokenEpoch(2)) == second)
        for epoch in [UInt64(0), 4, .max] {
            #expect(updates.move(old, from: TokenEpoch(epoch), to: .first) == nil)
            #expect(updates.move(old, from: .first, to: TokenEpoch(epoch)) == nil)
        }
        updates.begin(TokenEpoch(3))
        updates.begin(TokenEpoch(2))
        #expect(updates.newest == TokenEpoch(3))
        updates.forget(from: .first)
        #expect(updates.move(old, from: .first, to: TokenEpoch(3)) == nil)
        #expect(updates.move(second, from: TokenEpoch(2), to: TokenEpoch(3)) == third)
    }
}
