import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("Training on shares")
struct TrainingSessionTests {
    private static func rule(
        trees: Int = 4, stages: [Int] = [1, 1, 1], group: Int = 2, candidates: Int = 6, fraction: Int = 11,
        tableBits: Int = 24
    ) throws -> TrainingRule {
        try TrainingRule(
            trees: trees, stages: stages, group: group, candidates: candidates, fraction: fraction, tableBits: tableBits
        )
    }

    private static func equals(_ cell: TrainingCell, order: UInt64 = 1) throws {
        let run = try cell.run(order: order)
        let (got, want) = (try TrainingCell.opened(run.models), try cell.clear())
        #expect(got.trees.map(\.conditions) == want.trees.map(\.conditions))
        #expect(got.trees.map(\.leaves) == want.trees.map(\.leaves))
        #expect(got.fractionBits == want.fractionBits)
        // The one bit that is opened of the forest.
        let squares = want.trees.flatMap(\.leaves).reduce(0 as UInt64) { $0 + UInt64(Int64($1) * Int64($1)) }
        let fits = TrainingBounds.fitsSixteenBits(trees: want.trees.count, squares: squares)
        #expect(PartyID.allCases.allSatisfy { run.models[$0]?.shape.ringBits == (fits ? 16 : 32) })
    }

    @Test(
        "every condition and leaf is the reference trainer's, in whatever order frames come",
        arguments: 1...4 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        try Self.equals(TrainingCell(rows: 150, bits: 21, rule: Self.rule(), seed: seed), order: seed)
    }

    @Test("so they are where few rows are there, none or all are frauds, and all bits are candidates")
    func edges() throws {
        let rule = try Self.rule(trees: 2, stages: [1, 1])
        for rows in [1, 2, 3, 15, 16, 17] { try Self.equals(TrainingCell(rows: rows, bits: 6, rule: rule, seed: 7)) }
        try Self.equals(TrainingCell(rows: 40, bits: 5, rule: rule, seed: 8) { _, _ in false })
        try Self.equals(TrainingCell(rows: 40, bits: 5, rule: rule, seed: 9) { _, _ in true })
        try Self.equals(
            TrainingCell(rows: 40, bits: 1, rule: Self.rule(trees: 2, stages: [1]), seed: 10) { bits, _ in bits[0] })
    }

    @Test("so they are where several conditions are chosen at once, and with other parameters")
    func parameters() throws {
        for stages in [[2, 1], [3], [1, 2, 1], [5]] {
            let rule = try Self.rule(trees: 2, stages: stages, group: 1, candidates: 4)
            try Self.equals(TrainingCell(rows: 60, bits: 17, rule: rule, seed: 11))
        }
        try Self.equals(
            TrainingCell(rows: 60, bits: 9, rule: Self.rule(trees: 3, group: 3, fraction: 8, tableBits: 16), seed: 12))
        try Self.equals(
            TrainingCell(rows: 60, bits: 9, rule: Self.rule(trees: 1, group: 1, candidates: 1, tableBits: 8), seed: 13))
    }

    @Test("a forest that may leave 16 bits comes in 32, and equals the reference trainer's")
    func wide() throws {
        let rule = try Self.rule(trees: 8, stages: [1, 1], group: 1, fraction: 14)
        let cell = try TrainingCell(rows: 40, bits: 9, rule: rule, seed: 14) { bits, _ in bits[0] != bits[1] }
        try Self.equals(cell)
        #expect(try cell.run().models[.zero]?.shape.ringBits == 32)
        #expect(
            try TrainingCell(rows: 40, bits: 9, rule: Self.rule(), seed: 14).run().models[.one]?.shape.ringBits == 16)
    }

    @Test("the shares that come out score as the forest does, as any model's")
    func served() throws {
        let cell = try TrainingCell(rows: 40, bits: 19, rule: Self.rule(), seed: 15)
        let models = try cell.run().models
        let forest = try cell.clear()
        let scoring = try Cell(bits: 19, trees: 1, depth: 1, ringBits: 16, seed: 3)
        var work: [PartyID: BatchWork] = [:]
        // One feature of 19 bits that are no thermometer would be refused: each is its own.
        for party in PartyID.allCases {
            let model = try #require(models[party])
            let features = [Int](repeating: 1, count: 19)
            let prepared = PreparedModel(shape: model.shape, features: features, components: model.components)
            work[party] = .score(prepared, BatchInputs(cell.shares[party]!, bits: 19))
        }
        let run = try scoring.run(plan: Digest32(of: [[1]]), work: work)
        let parts = try PartyID.allCases.map { UInt16.unpack(try #require(run.results[$0]).scoreShares) }
        for (row, bytes) in cell.thermometers.enumerated() {
            let score = Int64(Int16(bitPattern: parts[0][row] &+ parts[1][row] &+ parts[2][row]))
            let expected = forest.trees.reduce(0 as Int64) { sum, tree in
                let leaf = tree.conditions.enumerated().reduce(0) {
                    $0 | Int(bytes[$1.element >> 3] >> UInt8($1.element & 7) & 1) << $1.offset
                }
                return sum + Int64(tree.leaves[leaf])
            }
            #expect(score == expected)
        }
    }

    @Test(
        "rounds are 2 a piece of columns and 1, 15 a condition and 12 of leaves, and 9 at the end; bytes are as counted"
    )
    func cost() throws {
        // 16 rows fill their lanes: what is counted is what is sent.
        let (rows, bits, trees, depth, candidates) = (48, 21, 4, 3, 6)
        let cell = try TrainingCell(rows: rows, bits: bits, rule: Self.rule(), seed: 16)
        let run = try cell.run()
        let rounds = Set(run.frames.compactMap { TrainingPiece(decoding: $0.frame.payload)?.place }).count
        let groups = trees / 2
        let each = 15 * depth + 12
        #expect(rounds == 12 + groups * each)
        let sent = run.frames.reduce(0) { $0 + $1.frame.payload.count - 8 }
        // Every message begins with a hash of 32 bytes. All three parties together, in bytes:
        let hashes = 6 * 32 * rounds
        let setUp = 12 * rows * (bits + 1) + 12
        let pairs = candidates * (candidates - 1) / 2
        var tree = 0
        for level in 0..<depth {
            let nodes = 1 << level
            // Histograms and scores; comparisons, losses, and the chosen one of a domain of 8; its bit of each row, and nodes.
            tree += 12 * nodes * candidates
            tree += 20 * nodes * (candidates + 1)
            tree += 24 * candidates
            tree += 272 * pairs
            tree += 40 * candidates
            var vectors = 1
            if level > 0 { vectors += nodes - 1 }
            if level + 1 < depth { vectors += nodes }
            tree += 12 * rows * vectors
        }
        // Sums, and rows looked up in 64 places; 17 bits of reciprocals; the product; its quotient.
        let leaf = 12 + 20 + 16 + 24 * 17 + 24 + 122
        tree += leaf << depth
        var end = 3 * trees * depth * ((bits + 7) / 8)
        end += 32 * trees << depth
        end += 24 + 269 + 3
        let total = hashes + setUp + trees * tree + groups * 12 * rows + end
        #expect(sent == total)
    }
}
