import Keys
import Manifests
import Records
import Testing
import ThreeParty

@Suite("A party's share of a model, as it keeps it")
struct KeptShareTests {
    private func share(_ party: PartyID, _ dealt: Dealt) throws -> ModelShare {
        try ModelShare(opening: dealt.verified(), for: party, key: dealt.key(party))
    }

    private func dealt(ring: Int, card: Bool) throws -> Dealt {
        try Dealt(ringBits: ring) { $0.card = card }
    }

    private static let key = RefreshKey(
        generation: ShareGeneration(1), base: .zero,
        parts: (0..<3).map { [UInt8](repeating: UInt8($0), count: RefreshKey.keyBytes) })

    @Test("comes back as it was, with a card and without, in both rings", arguments: [16, 32], [false, true])
    func kept(ring: Int, card: Bool) throws {
        let dealt = try dealt(ring: ring, card: card)
        let share = try share(.one, dealt)
        let again = try #require(ModelShare(kept: share.kept))
        #expect(again.kept == share.kept && again.shape == dealt.shape && (again.card != nil) == card)
        let components = try dealt.verified().components(for: .one, key: dealt.key(.one))
        #expect(again.components.selectionFirst == components.selectionFirst)
        #expect(again.components.leavesSecond == components.leavesSecond)
        #expect("\(again)" == "ModelShare")
    }

    @Test("that is cut off or longer, of another version or shape, is none", arguments: [false, true])
    func damaged(card: Bool) throws {
        let bytes = try share(.two, dealt(ring: 16, card: card)).kept
        for count in bytes.indices { #expect(ModelShare(kept: Array(bytes.prefix(count))) == nil, "\(count) bytes") }
        #expect(ModelShare(kept: bytes + [0]) == nil)
        for at in [0, 1, 5, 8, 9, 10, 11, 14] {
            var changed = bytes
            changed[at] &+= 1
            #expect(ModelShare(kept: changed) == nil, "byte \(at)")
        }
    }

    @Test("of a generation is of the same model: what parties' shares add up to", arguments: [16, 32])
    func refreshed(ring: Int) throws {
        let dealt = try dealt(ring: ring, card: true)
        let fresh = try PartyID.allCases.map { party in
            try share(party, dealt).refreshed(by: Self.key, of: party, model: dealt.digest)
        }
        #expect(
            dealt.selection.indices.allSatisfy { at in
                fresh.reduce(0) { $0 ^ $1.components.selectionFirst[at] } == dealt.selection[at]
            })
        func sum<R: RingElement>(_ ring: R.Type, _ parts: [[UInt8]]) -> [R] {
            let values = parts.map { R.unpack($0) }
            return values[0].indices.map { values[0][$0] &+ values[1][$0] &+ values[2][$0] }
        }
        let leaves = fresh.map { $0.components.leavesFirst }
        if ring == 16 {
            #expect(sum(UInt16.self, leaves) == UInt16.unpack(dealt.leaves))
        } else {
            #expect(sum(UInt32.self, leaves) == UInt32.unpack(dealt.leaves))
        }
        #expect(
            sum(UInt32.self, try fresh.map { try #require($0.card).first }) == UInt32.unpack(try #require(dealt.card)))
        for party in PartyID.allCases {
            #expect(fresh[party.rawValue].components.leavesSecond == fresh[party.next.rawValue].components.leavesFirst)
            #expect(try fresh[party.rawValue].components.leavesFirst != share(party, dealt).components.leavesFirst)
        }
    }

    @Test("that two parties deal is the third one's; each gives one component and no more", arguments: PartyID.allCases)
    func dealtAgain(receiver: PartyID) throws {
        let dealt = try dealt(ring: 32, card: true)
        let (before, behind) = (try share(receiver.previous, dealt), try share(receiver.next, dealt))
        let halves = (before.dealt(isFirst: true), behind.dealt(isFirst: false))
        let joined = try #require(ModelShare.joined(halves.0, halves.1))
        #expect(try joined.kept == share(receiver, dealt).kept)
        #expect(halves.0.components.selectionSecond.allSatisfy { $0 == 0 })
        #expect(
            halves.1.components.selectionFirst.allSatisfy { $0 == 0 }
                && halves.1.components.leavesFirst.allSatisfy { $0 == 0 })
        #expect(before.withheld(isFirst: true) == behind.withheld(isFirst: false))
        #expect(before.withheld(isFirst: true) != behind.withheld(isFirst: true))
        let other = try share(receiver.next, try self.dealt(ring: 16, card: true))
        #expect(ModelShare.joined(halves.0, other.dealt(isFirst: false)) == nil)
        let plain = try share(receiver.next, try self.dealt(ring: 32, card: false))
        #expect(ModelShare.joined(halves.0, plain.dealt(isFirst: false)) == nil)
    }
}
