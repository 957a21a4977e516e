import Records
import SecureScoring
import Testing

@Suite("A decision's tags")
struct DecisionTagTests {
    private let digest = Digest32(of: [[1, 2, 3]])

    @Test("that the leader made are known to all three parties", arguments: PartyID.allCases)
    func leaders(party: PartyID) throws {
        let tags = PartySeeds.decisionTag(.zero).tags(of: digest)
        #expect(tags.map(\.count) == [16, 16])
        #expect(Set(tags).count == 2)
        #expect(PartySeeds.decisionTag(party).isLeaders(tags, of: digest))
        #expect(PartySeeds.decisionTag(.zero).tags(of: digest) == tags)
    }

    @Test("are of one digest", arguments: PartyID.allCases)
    func otherDigest(party: PartyID) {
        let tags = PartySeeds.decisionTag(.zero).tags(of: Digest32(of: [[1, 2, 4]]))
        #expect(!PartySeeds.decisionTag(party).isLeaders(tags, of: digest))
    }

    @Test("that a follower made convince the other one of nothing", arguments: [PartyID.one, .two])
    func followers(party: PartyID) {
        let tags = PartySeeds.decisionTag(party).tags(of: digest)
        let other: PartyID = party == .one ? .two : .one
        for tags in [tags, tags.reversed()] {
            #expect(!PartySeeds.decisionTag(other).isLeaders(tags, of: digest))
            #expect(!PartySeeds.decisionTag(.zero).isLeaders(tags, of: digest))
        }
    }

    @Test("that are too few, cut off or changed are nobody's", arguments: PartyID.allCases)
    func malformed(party: PartyID) {
        let tag = PartySeeds.decisionTag(party)
        let tags = PartySeeds.decisionTag(.zero).tags(of: digest)
        #expect(!tag.isLeaders([], of: digest))
        #expect(!tag.isLeaders([tags[0]], of: digest))
        #expect(!tag.isLeaders(tags + [tags[0]], of: digest))
        #expect(!tag.isLeaders(tags.map { Array($0.dropLast()) }, of: digest))
        #expect(!tag.isLeaders([[], []], of: digest))
        #expect(!tag.isLeaders(tags.map { [$0[0] ^ 1] + $0.dropFirst() }, of: digest))
        #expect(!tag.isLeaders(tags.reversed(), of: digest))
    }
}
