import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("A validation on shares")
struct ValidationTests {
    private typealias Size = ValidationCell.Size

    @Test(
        "counts what is counted row by row in the clear, in every bin, class and member",
        arguments: 1...8 as ClosedRange<UInt64>)
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

    @Test(
        "of two models that read the same events by rows of their own, of other bits or as many, in pieces",
        arguments: [1, 7, 8, 31, 40])
    func twoForms(firstBits: Int) throws {
        for (count, piece) in [(50, 1 << 24), (23, 200)] {
            let cell = try ValidationCell(
                rows: count, bits: 8, firstBits: firstBits, idle: 1,
                sizes: [Size(trees: 4, depth: 3, leaf: 900), Size(trees: 3, depth: 2, leaf: 100_000)],
                pieceBytes: piece, seed: UInt64(firstBits))
            #expect(cell.plan.models.map(\.shape.bits) == [firstBits, 8] && cell.plan.bits == 8)
            try cell.check(cell.run(order: UInt64(firstBits)))
        }
    }

    @Test(
        "holds scores against thresholds at both ends of their ring, beyond them, and at the scores themselves",
        arguments: [Int32(32_767), Int32(2_147_483_647)])
    func edges(leaf: Int32) throws {
        let most = Int64(leaf)
        let ring: [Int64] = [-most - 1, -most, 1 - most, -1, 0, 1, most - 1, most]
        let beyond: [Int64] = [.min, -most - 3, -most - 2] + ring + [most + 1, most + 2, .max]
        for thresholds in [ring, beyond, [.min], [.max], [.min, .max], [0], [-most - 1], [most], beyond.dropLast(8)] {
            // One tree whose leaves are as far as any score.
            var cell = try ValidationCell(
                rows: 64, bits: 8, sizes: [Size(trees: 1, depth: 4, leaf: leaf)], thresholds: [Array(thresholds)],
                seed: 3)
            #expect(cell.forests[0].ring == (leaf == 32_767 ? .z16 : .z32))
            try cell.check(cell.run())
            // Scores that are thresholds.
            let scores = Set(cell.thermometers.map { cell.forests[0].score(thermometer: $0) }).sorted()
            cell = try ValidationCell(
                rows: 64, bits: 8, sizes: [Size(trees: 1, depth: 4, leaf: leaf)], thresholds: [scores], seed: 3)
            try cell.check(cell.run())
        }
    }

    @Test("of forests whose leaves are all at the ends of the ring", arguments: [Int32(32_767), Int32(2_147_483_647)])
    func largestLeaves(leaf: Int32) throws {
        for value in [leaf, -leaf] {
            let cell = try ValidationCell(
                rows: 9, bits: 8, sizes: [Size(trees: 1, depth: 1, leaf: leaf)],
                thresholds: [[Int64(value) - 1, Int64(value), Int64(value) + 1]], seed: 3, leaves: { value })
            #expect(cell.plain(0).legitimate == [0, 0, 7, 0])
            try cell.check(cell.run())
        }
    }

    @Test("of any number of rows, in pieces of any number of them", arguments: [2, 3, 4, 5, 31])
    func rows(count: Int) throws {
        // One-hots of 2 x 4 leaves of two bytes and 3 x 4 of four: 64 bytes a row.
        for piece in [1, 64, 65, 128, 200, 64 * 31, 1 << 24] {
            let cell = try ValidationCell(
                rows: count, bits: 9, members: min(count, 2), idle: 1,
                sizes: [Size(trees: 2, depth: 2, leaf: 90), Size(trees: 3, depth: 2, leaf: 100_000)],
                pieceBytes: piece, seed: UInt64(piece), fraud: { $0 == 0 || $0 == 17 })
            try cell.check(cell.run(order: UInt64(count)))
            let pieces = (count + max(1, piece / 64) - 1) / max(1, piece / 64)
            #expect(cell.plan.rounds == 2 + 1 + 4 * pieces + 2)
        }
    }

    @Test("of one member tells it what is opened; of a member without rows, that it has none")
    func members() throws {
        let sizes = [Size(trees: 4, depth: 3, leaf: 500)]
        let alone = try ValidationCell(rows: 30, bits: 12, members: 1, sizes: sizes, seed: 4)
        let run = try alone.run()
        try alone.check(run)
        #expect(alone.plain(0, member: 0) == alone.plain(0))
        let idle = try ValidationCell(rows: 30, bits: 12, members: 2, idle: 3, sizes: sizes, seed: 4)
        try idle.check(idle.run())
        #expect(idle.plain(0, member: 4).legitimate.allSatisfy { $0 == 0 })
    }

    @Test("ends by name with too few frauds, or too few others, at all parties, and nothing is sent behind the frauds")
    func tooFew() throws {
        func run(frauds: Int, least: (Int, Int)) throws -> ValidationCell.Run {
            try ValidationCell(
                rows: 20, bits: 9, sizes: [Size(trees: 2, depth: 2, leaf: 90)], least: least, seed: 5,
                fraud: { $0 < frauds }
            ).run()
        }
        for (frauds, least, refusal): (Int, (Int, Int), ValidationRefusal?) in [
            (0, (1, 1), .frauds(0, least: 1)), (4, (5, 1), .frauds(4, least: 5)), (5, (5, 15), nil),
            (5, (5, 16), .legitimate(15, least: 16)), (20, (1, 1), .legitimate(0, least: 1)), (19, (19, 1), nil),
        ] {
            let run = try run(frauds: frauds, least: least)
            guard let refusal else {
                #expect(run.error == nil && run.scores.count == 3)
                continue
            }
            #expect(run.error == .validation(refusal) && run.scores.isEmpty)
            #expect(run.frames.allSatisfy { TrainingPiece(decoding: $0.frame.payload)!.place.round <= 2 })
        }
    }

    @Test("takes the rounds and bytes that its page says", arguments: [1, 2])
    func cost(models: Int) throws {
        let cell = try ValidationCell(
            rows: 30, bits: 12, members: 2,
            sizes: Array([Size(trees: 5, depth: 3, leaf: 90), Size(trees: 3, depth: 2, leaf: 100_000)].prefix(models)),
            thresholds: Array([[1, 2, 3], [4, 5]].prefix(models)), pieceBytes: 20 * (80 + 48) - 1, seed: 6)
        let run = try cell.run()
        try cell.check(run)
        var sent = 0
        var rounds: Set<UInt16> = []
        for (_, frame) in run.frames {
            let piece = try #require(TrainingPiece(decoding: frame.payload))
            #expect(piece.place.group == 0 && piece.pieces == 1)
            rounds.insert(piece.place.round)
            sent += piece.bytes.count - 32
        }
        #expect(rounds == Set(0..<UInt16(cell.plan.rounds)))
        // Labels to the ring; of each model and row condition bits, one-hots, a score and a third of two keys from each party;
        // of each bin and class an element a member, and one that is opened.
        var want = 30 * 3 * 4 + 3 * 4
        want += 3 * 30 * (2 + 5 * 8 * 2 + 2) + 30 * 2 * 392 + 3 * 4 * 2 * (2 + 1) * 4
        if models == 2 { want += 3 * 30 * (1 + 3 * 4 * 4 + 4) + 30 * 2 * 776 + 3 * 3 * 2 * (2 + 1) * 4 }
        #expect(sent == want)
    }

    @Test("gives the same bytes in every frame when it is run again, in whatever order they come")
    func same() throws {
        let cell = try ValidationCell(
            rows: 30, bits: 12, sizes: [Size(trees: 5, depth: 3, leaf: 90), Size(trees: 3, depth: 2, leaf: 100_000)],
            pieceBytes: 1_000, seed: 7)
        let (one, two) = (try cell.run(order: 1), try cell.run(order: 2))
        for party in PartyID.allCases {
            for peer in [party.next, party.previous] {
                func frames(_ run: ValidationCell.Run) -> [[UInt8]] {
                    run.frames.filter { $0.frame.sender == party && $0.to == peer }.map(\.frame.encoded)
                }
                #expect(frames(one) == frames(two) && frames(one).count == cell.plan.rounds)
            }
            let shares = [one, two].map { $0.scores[party]?.models.map { $0.members.map(\.encoded) } }
            #expect(shares[0] == shares[1])
        }
    }

    @Test("goes over an exchange among three threads")
    func exchanged() throws {
        let cell = try ValidationCell(
            rows: 30, bits: 12, sizes: [Size(trees: 5, depth: 3, leaf: 90), Size(trees: 3, depth: 2, leaf: 100_000)],
            pieceBytes: 1_000, seed: 8)
        let parties = InProcessTransport.cell().values.map { link in
            Worker {
                let exchange = TrainingExchange(transport: link, patience: .seconds(50))
                let scores = try exchange.run(
                    cell.session(link.party), left: { .seconds(50) }, keep: { _ in })
                #expect(exchange.rounds == cell.plan.rounds)
                return (link.party, scores)
            }
        }
        var run = ValidationCell.Run()
        run.scores = Dictionary(uniqueKeysWithValues: try parties.map { try $0.value() })
        try cell.check(run)
    }
}
