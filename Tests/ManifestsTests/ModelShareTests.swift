import Foundation
import Keys
import Manifests
import Records
import Testing
import ThreeParty

@Suite("A party's share in a manifest")
struct ModelShareTests {
    /// A manifest in which party one's box holds `plaintext`, sealed and signed as a dealer does.
    private func manifest(_ dealt: Dealt, holding plaintext: [UInt8]) throws -> ModelManifest {
        let sealed = try dealt.key(.one).publicKey.seal(
            plaintext, info: Array("cordon/model/v2".utf8), associated: Array(dealt.wire.header) + [1])
        return try dealt.resigned {
            $0.boxes[2] = Data(sealed.encapsulated)
            $0.boxes[3] = Data(sealed.ciphertext)
        }
    }

    /// What party one is dealt: a seed for component 1, the bytes themselves for component 2.
    private func share(_ shape: ForestShape) -> WireModelShare {
        var share = WireModelShare()
        share.selectionFirst = Data(repeating: 1, count: 16)
        share.selectionSecond = Data(repeating: 2, count: shape.selectionBytes)
        share.leavesFirst = Data(repeating: 3, count: 16)
        share.leavesSecond = Data(repeating: 4, count: shape.leafBytes)
        return share
    }

    @Test("is expanded from seeds and explicit bytes, each in its place")
    func expanded() throws {
        let dealt = try Dealt(ringBits: 32)
        let components = try manifest(dealt, holding: share(dealt.shape).encoded)
            .components(for: .one, key: dealt.key(.one))
        let header = Digest32(of: [Array("cordon/model/seeds/v2".utf8), Array(dealt.wire.header)])
        let counter = UInt128(bigEndianBytes: header.bytes.prefix(16))
        func seed(_ byte: UInt8, _ count: Int) -> [UInt8]? {
            SeededComponents.expand(
                [UInt8](repeating: byte, count: 16), component: 1, from: counter, bytes: count)
        }
        #expect(components.selectionFirst == seed(1, dealt.shape.selectionBytes))
        #expect(components.selectionSecond == [UInt8](repeating: 2, count: dealt.shape.selectionBytes))
        #expect(components.leavesFirst == seed(3, dealt.shape.leafBytes))
        #expect(components.leavesSecond == [UInt8](repeating: 4, count: dealt.shape.leafBytes))
    }

    @Test("that is no message, or has a part too short, too long or missing, is none")
    func damaged() throws {
        let dealt = try Dealt(ringBits: 16)
        let good = share(dealt.shape)
        var bad = [[0xFF], []] as [[UInt8]]
        for part in [\.selectionFirst, \.selectionSecond, \.leavesFirst, \.leavesSecond]
            as [WritableKeyPath<WireModelShare, Data>]
        {
            for change in [{ $0.removeLast() }, { $0.append(0) }, { $0 = Data() }] as [(inout Data) -> Void] {
                var share = good
                change(&share[keyPath: part])
                bad.append(share.encoded)
            }
        }
        for plaintext in bad {
            let manifest = try manifest(dealt, holding: plaintext)
            let key = try dealt.key(.one)
            #expect(throws: ManifestError.components) {
                _ = try manifest.components(for: .one, key: key).leavesFirst
            }
        }
    }

    @Test("is sealed anew with every dealing, and hangs on the dealer's randomness alone")
    func fresh() throws {
        let (first, second) = (try Dealt(ringBits: 16), try Dealt(ringBits: 16))
        #expect(first.wire.header == second.wire.header && first.digest != second.digest)
        #expect(zip(first.wire.boxes, second.wire.boxes).allSatisfy { $0 != $1 })
        for party in PartyID.allCases {
            let one = try first.verified().components(for: party, key: first.key(party))
            let two = try second.verified().components(for: party, key: second.key(party))
            #expect(one.selectionFirst == two.selectionFirst && one.selectionSecond == two.selectionSecond)
            #expect(one.leavesFirst == two.leavesFirst && one.leavesSecond == two.leavesSecond)
        }
    }

    @Test("travels once in full length and twice as seeds, from four draws of randomness")
    func lengths() throws {
        let shape = try #require(ForestShape(bits: 160, trees: 4, depth: 5, ringBits: 16))
        let signing = SigningKey()
        let key = HPKEPrivateKey().publicKey
        var header = WireModelHeader()
        header.schema = 2
        var draws = 0
        let wire = try ModelManifest.deal(
            header: header, shape: shape, selection: [UInt8](repeating: 0, count: shape.selectionBytes),
            leaves: [UInt8](repeating: 0, count: shape.leafBytes), parties: [.zero: key, .one: key, .two: key],
            coordinator: signing,
            random: {
                draws += 1; return [UInt8](repeating: UInt8(draws), count: 16)
            }
        ).manifest
        #expect(draws == 4)
        // Four seeds of 16 bytes, each with two bytes before it; the tag of 16 behind.
        #expect(wire.boxes[1].count == 4 * 18 + 16)
        for box in [3, 5] { #expect(wire.boxes[box].count > shape.selectionBytes + shape.leafBytes) }
        #expect([0, 2, 4].allSatisfy { wire.boxes[$0].count == 32 })
    }

    @Test("needs a key of each party", arguments: PartyID.allCases)
    func keys(missing: PartyID) throws {
        let shape = try #require(ForestShape(bits: 1, trees: 1, depth: 1, ringBits: 16))
        var parties: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases where party != missing { parties[party] = HPKEPrivateKey().publicKey }
        let signing = SigningKey()
        #expect(throws: HPKEError.malformedKey) {
            try ModelManifest.deal(
                header: WireModelHeader(), shape: shape, selection: [1], leaves: [1, 0, 2, 0], parties: parties,
                coordinator: signing, random: CountedBytes().next)
        }
    }
}
