import Records
import Support
import Testing

@Suite("The order of label records")
struct LabelOrderTests {
    @Test(
        "places history by its day, 2^40 before the log's first record",
        arguments: [
            (0, 0, -1_099_511_627_776), (1, 0, -1_099_511_627_775), (20_000, 65_535, -1_099_511_607_776),
            (-1, 3, -1_099_511_627_777),
        ] as [(Int, Int, Int64)])
    func history(day: Int, index: Int, offset: Int64) {
        let position = SourcePosition.history(day: day, index: index)
        #expect(position == SourcePosition(partition: 0, offset: offset, index: index))
    }

    @Test("is that of offset and then index, whatever the partition", arguments: 1...6 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<300 {
            let (one, other) = (position(&random), position(&random))
            let (first, second) = (try #require(one.labelOrder), try #require(other.labelOrder))
            let isBefore = one.offset < other.offset || one.offset == other.offset && one.index < other.index
            #expect((first < second) == isBefore, "\(one) \(other)")
            #expect((first == second) == (one.offset == other.offset && one.index == other.index))
        }
    }

    /// Near the ends of what has an order, near the beginning of the log, or anywhere.
    private func position(_ random: inout SplitMix64) -> SourcePosition {
        let far: Int64 = 1 << 46
        let offsets = [
            -far, far - 1, 0, -1, 1, Int64.random(in: -3...3, using: &random),
            Int64.random(in: -far..<far, using: &random),
        ]
        let indices = [0, 1, 65_535, Int.random(in: 0..<65_536, using: &random)]
        return SourcePosition(
            partition: Int.random(in: 0...5, using: &random), offset: offsets.randomElement(using: &random) ?? 0,
            index: indices.randomElement(using: &random) ?? 0)
    }

    @Test(
        "has its first and last place at the ends",
        arguments: [
            (-(1 << 46), 0, 0), (-(1 << 46), 1, 1), (1 - (1 << 46), 0, 65_536), (0, 0, 1 << 62),
            ((1 << 46) - 1, 65_535, (1 << 63) - 1),
        ] as [(Int64, Int, UInt64)])
    func ends(offset: Int64, index: Int, order: UInt64) {
        #expect(SourcePosition(offset: offset, index: index).labelOrder == order)
    }

    @Test("has no place for what is beyond them", arguments: [Int64.min, .max, 1 << 46, -(1 << 46) - 1])
    func beyond(offset: Int64) {
        #expect(SourcePosition(offset: offset).labelOrder == nil)
        for index in [Int.min, -1, 65_536, .max] { #expect(SourcePosition(offset: 0, index: index).labelOrder == nil) }
    }
}
