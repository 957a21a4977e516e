import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("A validation on shares")
struct ValidationTests {
    private typealias Size = ValidationCell.Size

    @Test(
        "counts what is counted row by row in the clear, in every bin, class and member, and opens nothing else of it",
        arguments: 1...6 as ClosedRange<UInt64>)
    func equalsPlain(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let depth = Int.random(in: 1...5, using: &generator)
        let cell = try ValidationCell(
            rows: Int.random(in: 40...90, using: &generator), bits: [1, 7, 8, 9, 40].randomElement(using: &generator)!,
            members: Int.random(in: 1...5, using: &generator), idle: Int.random(in: 0...2, using: &generator),
            sizes: [
                Size(trees: Int.random(in: 1...9, using: &generator), depth: depth, leaf: 900),
                Size(trees: 3, depth: 6 - depth, leaf: seed % 2 == 0 ? 100_000 : 50),
            ], seed: seed)
        #expect(cell.forests.map(\.ring) == [.z16, seed % 2 == 0 ? .z32 : .z16])
        try cell.check(cell.run(order: seed))
    }
}
