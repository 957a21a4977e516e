import Foundation
import Keys
import Manifests
import Model
import Records
import Testing
import ThreeParty

@Suite("A scorecard in a manifest")
struct CardManifestTests {
    /// 12, 0 and 7 own bits, and 2 of a count: 13, 8 and 3 bins.
    private static func featured(_ header: inout WireModelHeader) {
        let feature = CountFeatures.Feature(slot: 0, kind: .frauds, over: 86_400, delay: 86_400, edges: [0.5, 1.5])
        header.counts = CountFeatures(bucket: 86_400, slots: 1, features: [feature])!.wire
        header.ownFeatures = [12, 0, 7]
    }

    private static func carded() throws -> Dealt {
        try Dealt(ringBits: 16) { header in
            featured(&header)
            header.card = true
        }
    }

    @Test("that was dealt is what three parties' parts add up to, and each part is two parties'")
    func dealt() throws {
        let dealt = try Self.carded()
        let manifest = try dealt.verified()
        #expect(manifest.hasCard && manifest.features == [12, 0, 7, 2])
        let cards = try PartyID.allCases.map { try #require(try manifest.card(for: $0, key: dealt.key($0))) }
        #expect(cards.allSatisfy { $0.features == manifest.features && $0.points.count == 24 })
        for party in PartyID.allCases {
            #expect(cards[party.rawValue].second == cards[party.next.rawValue].first)
        }
        let points = UInt32.unpack(try #require(dealt.card))
        #expect(points.count == 24)
        #expect(points.indices.map { at in cards.reduce(UInt32(0)) { $0 &+ $1.points.first[at] } } == points)
        // No part is zeros, or the points themselves, or another's.
        let parts = cards.map(\.first) + [UInt32.pack(points), [UInt8](repeating: 0, count: 96)]
        #expect(Set(parts).count == 5)
    }

    @Test("leaves rows and leaves as they are, and takes two seeds of its own")
    func beside() throws {
        let (with, without) = (try Self.carded(), try Dealt(ringBits: 16, change: Self.featured))
        #expect(try !without.verified().hasCard)
        for party in PartyID.allCases {
            #expect(try without.verified().card(for: party, key: without.key(party)) == nil)
            let components = try with.verified().components(for: party, key: with.key(party))
            #expect(components.selectionFirst.count == with.shape.selectionBytes)
            let (one, other) = (with.wire.boxes, without.wire.boxes)
            // A seed or 96 bytes, each with a tag and a length before it.
            let more = [PartyID.zero: 36, .one: 18 + 98, .two: 98 + 18][party]
            #expect(one[party.rawValue * 2 + 1].count - other[party.rawValue * 2 + 1].count == more)
        }
        var rows = [UInt8](repeating: 0, count: with.shape.selectionBytes)
        var leaves = [UInt16](repeating: 0, count: with.shape.leaves)
        for party in PartyID.allCases {
            let components = try with.verified().components(for: party, key: with.key(party))
            for at in rows.indices { rows[at] ^= components.selectionFirst[at] }
            for (at, leaf) in UInt16.unpack(components.leavesFirst).enumerated() { leaves[at] &+= leaf }
        }
        #expect(rows == with.selection && UInt16.pack(leaves) == with.leaves)
    }

    @Test("changes nothing of a header that has none, byte for byte")
    func header() throws {
        // By protoc of the schema before there were cards.
        let hex =
            "080212027631191032547698badcfe2015280330023810400e4a0b080911000000000000d03f5a0115620163"
        func bytes(_ dealt: Dealt) -> String { dealt.wire.header.map { String(format: "%02x", $0) }.joined() }
        #expect(try bytes(Dealt(ringBits: 16)) == hex)
        #expect(try bytes(Dealt(ringBits: 16) { $0.card = true }) == hex + "7801")
    }

    @Test("is bound to its header: what was dealt with one does not open without")
    func bound() throws {
        let dealt = try Self.carded()
        var header = try #require(WireModelHeader(decoding: Array(dealt.wire.header)))
        header.card = false
        let changed = try dealt.resigned { $0.header = Data(header.encoded) }
        let key = try dealt.key(.zero)
        #expect(throws: ManifestError.notAuthentic) { _ = try changed.card(for: .zero, key: key) }
    }

    @Test("of another length than its features', or where the header has none, is refused with all that is in the box")
    func lengths() throws {
        func expectRefused(_ dealt: Dealt, _ first: [UInt8], _ second: [UInt8]) throws {
            var share = WireModelShare()
            share.selectionFirst = Data(repeating: 1, count: 16)
            share.selectionSecond = Data(repeating: 2, count: dealt.shape.selectionBytes)
            share.leavesFirst = Data(repeating: 3, count: 16)
            share.leavesSecond = Data(repeating: 4, count: dealt.shape.leafBytes)
            share.cardFirst = Data(first)
            share.cardSecond = Data(second)
            let key = try dealt.key(.one)
            let sealed = try key.publicKey.seal(
                share.encoded, info: Array("cordon/model/v2".utf8), associated: Array(dealt.wire.header) + [1])
            let manifest = try dealt.resigned {
                $0.boxes[2] = Data(sealed.encapsulated)
                $0.boxes[3] = Data(sealed.ciphertext)
            }
            #expect(throws: ManifestError.components) { _ = try manifest.card(for: .one, key: key) }
            #expect(throws: ManifestError.components) { _ = try manifest.components(for: .one, key: key).leavesFirst }
        }
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 9, count: count) }
        let carded = try Self.carded()
        for (first, second) in [(16, 95), (16, 97), (16, 100), (16, 0), (0, 96), (15, 96), (96, 96), (0, 0)] {
            try expectRefused(carded, bytes(first), bytes(second))
        }
        let plain = try Dealt(ringBits: 16)
        try expectRefused(plain, bytes(16), bytes(88))
        try expectRefused(plain, [], bytes(1))
        try expectRefused(plain, bytes(16), [])
    }
}
