import ModelSync
import Records
import Testing
import ThreeParty

@Suite("A party's share of a trained model")
struct TrainedShareTests {
    private func share(ringBits: Int = 16) throws -> TrainedShare {
        let shape = try #require(ForestShape(bits: 21, trees: 3, depth: 2, ringBits: ringBits))
        func bytes(_ count: Int, _ add: UInt8) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) &+ add } }
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: bytes(shape.selectionBytes, 1),
                selectionSecond: bytes(shape.selectionBytes, 2), leavesFirst: bytes(shape.leafBytes, 3),
                leavesSecond: bytes(shape.leafBytes, 4))
        else { throw LengthError() }
        return TrainedShare(shape: shape, fraction: 11, components: components)
    }

    private struct LengthError: Error {}

    @Test("is read as it was written", arguments: [16, 32])
    func readBack(ringBits: Int) throws {
        let share = try share(ringBits: ringBits)
        let read = try #require(TrainedShare(decoding: share.encoded))
        #expect(read.shape == share.shape && read.fraction == 11)
        #expect(read.components.selectionFirst == share.components.selectionFirst)
        #expect(read.components.selectionSecond == share.components.selectionSecond)
        #expect(read.components.leavesFirst == share.components.leavesFirst)
        #expect(read.components.leavesSecond == share.components.leavesSecond)
    }

    @Test("is none in bytes of another length, version or shape")
    func malformed() throws {
        let bytes = try share().encoded
        for count in [0, 11, 12, bytes.count - 1] { #expect(TrainedShare(decoding: Array(bytes.prefix(count))) == nil) }
        #expect(TrainedShare(decoding: bytes + [0]) == nil)
        for at in [0, 1, 5, 9, 10] {
            var changed = bytes
            changed[at] ^= 0x80
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
