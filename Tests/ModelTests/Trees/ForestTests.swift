import Model
import Support
import Testing

@Suite("A forest")
struct ForestTests {
    private func tree(_ conditions: [Int], _ leaves: [Int32]) -> Forest.Tree {
        Forest.Tree(conditions: conditions, leaves: leaves)
    }

    private func refusal(_ trees: [Forest.Tree], bits: Int = 8) -> Forest.Invalid? {
        do {
            _ = try Forest(trees: trees, bits: bits)
            return nil
        } catch { return error }
    }

    @Test("has trees of one depth, with a leaf for each answer")
    func shapes() {
        #expect(refusal([]) == .empty)
        #expect(refusal([tree([], [1])]) == .empty)
        #expect(refusal([tree([0], [1])]) == .shape(tree: 0))
        #expect(refusal([tree([0], [1, 2, 3])]) == .shape(tree: 0))
        #expect(refusal([tree([0], [1, 2]), tree([0, 1], [1, 2, 3, 4])]) == .shape(tree: 1))
        #expect(refusal([tree([0], [1, 2]), tree([1], [3, 4])]) == nil)
        let ten = [Int](repeating: 0, count: 10)
        #expect(refusal([tree(ten, [Int32](repeating: 0, count: 1024))]) == nil)
        #expect(refusal([tree(ten + [0], [Int32](repeating: 0, count: 2048))]) == .shape(tree: 0))
    }

    @Test("asks only for bits that there are")
    func conditions() {
        #expect(refusal([tree([7], [0, 0])]) == nil)
        #expect(refusal([tree([8], [0, 0])]) == .condition(tree: 0, bit: 8))
        #expect(refusal([tree([0], [0, 0]), tree([-1], [0, 0])]) == .condition(tree: 1, bit: -1))
    }

    @Test("lives in the smallest ring that no score can leave")
    func ring() throws {
        func ring(_ largest: Int32...) throws -> RingWidth {
            try Forest(trees: largest.map { tree([0], [0, $0]) }, bits: 1).ring
        }
        #expect(try ring(32_767) == .z16)
        #expect(try ring(32_768) == .z32)
        #expect(try ring(-32_767) == .z16)
        #expect(try ring(-32_768) == .z32)
        #expect(try ring(16_000, 16_767) == .z16)
        #expect(try ring(16_000, -16_768) == .z32)
        #expect(try ring(.max) == .z32)
        #expect(RingWidth.z16.bytes == 2 && RingWidth.z32.bytes == 4)
    }

    @Test("whose scores could leave 32 bits is refused")
    func overflow() {
        #expect(refusal([tree([0], [0, .max]), tree([0], [0, 1])]) == .overflow)
        #expect(refusal([tree([0], [0, .min])]) == .overflow)
        #expect(refusal([tree([0], [0, .min + 1])]) == nil)
        #expect(refusal((0..<3).map { _ in tree([0], [.min, .max]) }) == .overflow)
    }

    @Test("scores by the leaf that the answers of each tree spell, first answer lowest")
    func spelled() throws {
        let forest = try Forest(trees: [tree([0, 9, 3], [1, 2, 4, 8, 16, 32, 64, 128])], bits: 10)
        for answers in 0..<8 {
            var bytes: [UInt8] = [0, 0]
            if answers & 1 != 0 { bytes[0] |= 1 }
            if answers & 2 != 0 { bytes[1] |= 2 }
            if answers & 4 != 0 { bytes[0] |= 8 }
            #expect(forest.score(thermometer: bytes) == 1 << answers)
            // Bits that nobody asks for change nothing.
            bytes[0] |= 0b1111_0110
            bytes[1] |= 1
            #expect(forest.score(thermometer: bytes) == 1 << answers)
        }
    }

    @Test("of random trees scores the sum of their leaves", arguments: 1...10 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let bits = Int.random(in: 1...90, using: &random)
        let depth = Int.random(in: 1...6, using: &random)
        let trees = (0..<Int.random(in: 1...20, using: &random)).map { _ in
            tree(
                (0..<depth).map { _ in Int.random(in: 0..<bits, using: &random) },
                (0..<1 << depth).map { _ in Int32.random(in: -90_000...90_000, using: &random) })
        }
        let forest = try Forest(trees: trees, bits: bits)
        #expect(forest.depth == depth && forest.fractionBits == 14)
        let bound = trees.reduce(0) { $0 + Int64($1.leaves.map(\.magnitude).max()!) }
        #expect(forest.ring == (bound < 1 << 15 ? .z16 : .z32))
        for _ in 0..<50 {
            let bytes = random.bytes((bits + 7) / 8)
            let expected = trees.reduce(Int64(0)) { sum, tree in
                let answers = tree.conditions.map { bytes[$0 / 8] & (1 << ($0 % 8)) != 0 }
                let leaf = answers.reversed().reduce(0) { $0 * 2 + ($1 ? 1 : 0) }
                return sum + Int64(tree.leaves[leaf])
            }
            let score = forest.score(thermometer: bytes)
            #expect(score == expected && abs(score) <= bound)
        }
    }
}
