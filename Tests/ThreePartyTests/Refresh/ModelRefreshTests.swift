import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("The refresh of a model's shares")
struct ModelRefreshTests {
    private let digest = Digest32(of: [[3]])

    /// One party's components of a model whose bytes a generator draws, sharings included.
    private func components(_ shape: ForestShape, _ party: PartyID, _ parts: [[[UInt8]]]) throws -> ModelComponents {
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: parts[0][party.rawValue], selectionSecond: parts[0][party.next.rawValue],
                leavesFirst: parts[1][party.rawValue], leavesSecond: parts[1][party.next.rawValue])
        else { throw OtherShape() }
        return components
    }

    private struct OtherShape: Error {}

    @Test("rows and leaves stay what they were, and every component of theirs is another", arguments: [16, 32])
    func model(ring: Int) throws {
        let shape = try #require(ForestShape(bits: 77, trees: 5, depth: 3, ringBits: ring))
        var generator = SplitMix64(state: 8)
        let parts = [shape.selectionBytes, shape.leafBytes].map { bytes in (0..<3).map { _ in generator.bytes(bytes) } }
        let keys = try RefreshCell().made().keys
        var (rows, leaves): ([XORShares<UInt8>], [XORShares<UInt8>]) = ([], [])
        for party in PartyID.allCases {
            let old = try components(shape, party, parts)
            let fresh = old.refreshed(by: keys[party.rawValue], of: party, model: digest, shape: shape)
            rows.append(XORShares(first: fresh.selectionFirst, second: fresh.selectionSecond))
            leaves.append(XORShares(first: fresh.leavesFirst, second: fresh.leavesSecond))
            #expect(fresh.selectionFirst != old.selectionFirst && fresh.leavesFirst != old.leavesFirst)
            #expect(fresh.selectionSecond != old.selectionSecond && fresh.leavesSecond != old.leavesSecond)
        }
        let bits = parts[0][0].indices.map { parts[0][0][$0] ^ parts[0][1][$0] ^ parts[0][2][$0] }
        #expect(opened(rows) == bits)
        func values<R: RingElement>(_ ring: R.Type, _ components: [[UInt8]]) -> [R] {
            let parts = components.map { R.unpack($0) }
            return parts[0].indices.map { parts[0][$0] &+ parts[1][$0] &+ parts[2][$0] }
        }
        if ring == 16 {
            #expect(values(UInt16.self, leaves.map(\.first)) == values(UInt16.self, parts[1]))
        } else {
            #expect(values(UInt32.self, leaves.map(\.first)) == values(UInt32.self, parts[1]))
        }
        for party in PartyID.allCases { #expect(leaves[party.rawValue].second == leaves[party.next.rawValue].first) }
    }

    @Test("a card's points stay what they were")
    func card() throws {
        let features = [0, 3, 31]
        var generator = SplitMix64(state: 8)
        let parts = (0..<3).map { _ in generator.bytes(CardShares.bytes(of: features)) }
        let keys = try RefreshCell().made().keys
        let cards = try PartyID.allCases.map { party in
            try #require(
                CardShares(features: features, first: parts[party.rawValue], second: parts[party.next.rawValue])
            ).refreshed(by: keys[party.rawValue], of: party, model: digest)
        }
        let plain = parts.map { UInt32.unpack($0) }
        #expect(opened(cards.map(\.points)) == plain[0].indices.map { plain[0][$0] &+ plain[1][$0] &+ plain[2][$0] })
        #expect(zip(cards[0].first, parts[0]).contains { $0 != $1 } && cards[0].features == features)
    }
}
