import ModelSync
import Records
import Testing
import ThreeParty

@Suite("A party's share of a trained model")
struct TrainedShareTests {
    private func share(ringBits: Int = 16, features: [Int] = []) throws -> TrainedShare {
        let shape = try #require(ForestShape(bits: 21, trees: 3, depth: 2, ringBits: ringBits))
        func bytes(_ count: Int, _ add: UInt8) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) &+ add } }
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: bytes(shape.selectionBytes, 1),
                selectionSecond: bytes(shape.selectionBytes, 2), leavesFirst: bytes(shape.leafBytes, 3),
                leavesSecond: bytes(shape.leafBytes, 4))
        else { throw LengthError() }
        let count = CardShares.bytes(of: features)
        let card = CardShares(features: features, first: bytes(count, 5), second: bytes(count, 6))
        return TrainedShare(
            shape: shape, fraction: 11, components: components, card: features.isEmpty ? nil : card)
    }

    private struct LengthError: Error {}

    @Test("is read as it was written", arguments: [16, 32], [[], [21], [12, 0, 9]])
    func readBack(ringBits: Int, features: [Int]) throws {
        let share = try share(ringBits: ringBits, features: features)
        let read = try #require(TrainedShare(decoding: share.encoded))
        #expect(read.shape == share.shape && read.fraction == 11)
        #expect(read.components.selectionFirst == share.components.selectionFirst)
        #expect(read.components.selectionSecond == share.components.selectionSecond)
        #expect(read.components.leavesFirst == share.components.leavesFirst)
        #expect(read.components.leavesSecond == share.components.leavesSecond)
        #expect(read.card?.features == (features.isEmpty ? nil : features))
        #expect(read.card?.first == share.card?.first && read.card?.second == share.card?.second)
    }

    @Test("is none in bytes of another length, version or shape")
    func malformed() throws {
        let bytes = try share().encoded
        for count in [0, 15, 16, bytes.count - 1] { #expect(TrainedShare(decoding: Array(bytes.prefix(count))) == nil) }
        #expect(TrainedShare(decoding: bytes + [0]) == nil)
        for at in [0, 1, 5, 9, 10, 12, 15] {
            var changed = bytes
            changed[at] ^= 0x80
            #expect(TrainedShare(decoding: changed) == nil, "byte \(at)")
        }
    }

    @Test("is none where its card is of another length, or has features of other bits")
    func malformedCard() throws {
        let bytes = try share(features: [12, 0, 9]).encoded
        for count in [1, 4, 8, 184, 196] { #expect(TrainedShare(decoding: Array(bytes.dropLast(count))) == nil) }
        for count in [1, 4, 8] { #expect(TrainedShare(decoding: bytes + [UInt8](repeating: 0, count: count)) == nil) }
        // Behind 16 bytes, rows and leaves: the features' bits.
        let first = try share().encoded.count
        for at in first..<first + 12 {
            var changed = bytes
            changed[at] ^= 0x01
            #expect(TrainedShare(decoding: changed) == nil, "byte \(at)")
        }
        for at in 12..<16 {
            var changed = bytes
            changed[at] ^= 0x01
            #expect(TrainedShare(decoding: changed) == nil, "byte \(at)")
        }
    }

    @Test("is never printed")
    func printed() throws {
        let share = try share()
        var text = ""
        dump(share, to: &text)
        #expect("\(share)" == "TrainedShare(3 trees)" && !text.contains("selection"))
    }
}
