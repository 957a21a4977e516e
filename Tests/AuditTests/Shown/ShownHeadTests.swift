import Audit
import Foundation
import Records
import Support
import Testing

@Suite("The record of a head that is shown")
struct ShownHeadTests {
    private func hashes(_ count: Int) -> [MerkleHash] {
        (0..<count).map { MerkleHash(leaf: [UInt8(truncatingIfNeeded: $0)]) }
    }

    /// The record with one thing changed; nil where what was changed makes it none.
    private func read(_ shown: ShownHead, _ change: (inout WireShownHead) -> Void) throws -> ShownHead? {
        var wire = try #require(WireShownHead(decoding: shown.encoded))
        change(&wire)
        return ShownHead(decoding: wire.encoded)
    }

    @Test("comes back as it was written, whatever is in it")
    func roundTrip() {
        for (head, old, count) in [
            ([], 0, 0), ([1, 2], 1, 1), (Array(repeating: 7, count: 60_000), Int.max, 64), ([9], 5, 128),
        ] as [([UInt8], Int, Int)] {
            let shown = ShownHead(head: head, old: old, path: hashes(count))
            #expect(ShownHead(decoding: shown.encoded) == shown)
        }
    }

    @Test("is none of another schema, with a number that is no count, or with a hash that is none")
    func refused() throws {
        let shown = ShownHead(head: [1, 2, 3], old: 4, path: hashes(3))
        #expect(try read(shown) { _ in } == shown)
        for schema in [0, 2, UInt32.max] { #expect(try read(shown) { $0.schema = schema } == nil, "\(schema)") }
        #expect(try read(shown) { $0.old = UInt64(Int.max) }?.old == Int.max)
        #expect(try read(shown) { $0.old = UInt64(Int.max) + 1 } == nil)
        for count in [0, 31, 33, 64] {
            #expect(try read(shown) { $0.path[1] = Data(repeating: 1, count: count) } == nil, "\(count) bytes")
        }
    }

    @Test("has at most 128 hashes of a proof, and at most 131,072 bytes")
    func limits() throws {
        let shown = ShownHead(head: [1], old: 4, path: hashes(128))
        #expect(try read(shown) { $0.path.append(Data(repeating: 1, count: 32)) } == nil)
        let rest = ShownHead(head: Array(repeating: 0, count: 100_000), old: 0, path: []).encoded.count - 100_000
        let longest = ShownHead(head: Array(repeating: 0, count: 131_072 - rest), old: 0, path: [])
        #expect(longest.encoded.count == 131_072 && ShownHead(decoding: longest.encoded) == longest)
        let longer = ShownHead(head: Array(repeating: 0, count: 131_073 - rest), old: 0, path: [])
        #expect(ShownHead(decoding: longer.encoded) == nil)
    }

    @Test("is none with bytes cut off or turned, or is another record: no bytes bring a reader down")
    func hostile() {
        let bytes = ShownHead(head: [1, 2, 3], old: 300, path: hashes(2)).encoded
        var random = SplitMix64(3)
        for count in 0..<bytes.count {
            // What is left of a path of whole hashes may be one.
            if let shown = ShownHead(decoding: Array(bytes.prefix(count))) { #expect(shown.path.count < 2) }
        }
        for _ in 0..<2000 {
            var spoilt = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                spoilt[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            if let shown = ShownHead(decoding: spoilt) { #expect(ShownHead(decoding: shown.encoded) == shown) }
        }
    }
}
