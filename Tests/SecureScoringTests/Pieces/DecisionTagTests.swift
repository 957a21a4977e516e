import Records
import SecureScoring
import Testing
import ThreeParty

@Suite("A decision's tags")
struct DecisionTagTests {
    private let digest = Digest32(of: [[1, 2, 3]])
    private let epoch = KeyEpoch(1)

    private func tags(_ party: PartyID, of digest: Digest32, _ epoch: KeyEpoch? = nil) throws -> [[UInt8]] {
        try #require(try PartySeeds.decisionTag(party).tags(of: digest, epoch: epoch ?? self.epoch))
    }

    private func isLeaders(_ party: PartyID, _ tags: [[UInt8]], _ epoch: KeyEpoch? = nil) throws -> Bool {
        try PartySeeds.decisionTag(party).isLeaders(tags, of: digest, epoch: epoch ?? self.epoch)
    }

    @Test("that the leader made are known to all three parties", arguments: PartyID.allCases)
    func leaders(party: PartyID) throws {
        let made = try tags(.zero, of: digest)
        #expect(made.map(\.count) == [16, 16])
        #expect(Set(made).count == 2)
        #expect(try isLeaders(party, made))
        #expect(try tags(.zero, of: digest) == made)
    }

    @Test("are of one digest", arguments: PartyID.allCases)
    func otherDigest(party: PartyID) throws {
        #expect(try !isLeaders(party, tags(.zero, of: Digest32(of: [[1, 2, 4]]))))
    }

    @Test(
        "are of one epoch of keys, and nobody's where a party has no keys of it any more", arguments: PartyID.allCases)
    func epochs(party: PartyID) throws {
        let made = try tags(.zero, of: digest, KeyEpoch(2))
        #expect(try isLeaders(party, made, KeyEpoch(2)) && !isLeaders(party, made))
        let ring = PartySeeds.pairs(party)
        let tag = DecisionTag(party: party, keys: ring)
        #expect(try tag.isLeaders(made, of: digest, epoch: KeyEpoch(2)))
        ring.forget(KeyEpoch(2))
        #expect(try !tag.isLeaders(made, of: digest, epoch: KeyEpoch(2)))
        #expect(try tag.tags(of: digest, epoch: KeyEpoch(2)) == nil)
    }

    @Test("that a follower made convince the other one of nothing", arguments: [PartyID.one, .two])
    func followers(party: PartyID) throws {
        let made = try tags(party, of: digest)
        let other: PartyID = party == .one ? .two : .one
        for tags in [made, made.reversed()] {
            #expect(try !isLeaders(other, tags))
            #expect(try !isLeaders(.zero, tags))
        }
    }

    @Test("that are too few, cut off or changed are nobody's", arguments: PartyID.allCases)
    func malformed(party: PartyID) throws {
        let made = try tags(.zero, of: digest)
        for bad in [
            [], [made[0]], made + [made[0]], made.map { Array($0.dropLast()) }, [[], []],
            made.map { [$0[0] ^ 1] + $0.dropFirst() }, made.reversed(),
        ] as [[[UInt8]]] {
            #expect(try !isLeaders(party, bad))
        }
    }
}
