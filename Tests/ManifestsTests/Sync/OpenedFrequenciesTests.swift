import Manifests
import Records
import Testing

@Suite("How often bits are set, as parties opened it")
struct OpenedFrequenciesTests {
    private typealias World = SyncWorld
    private let one = digest(200)
    private let other = digest(201)

    private func validated(_ party: PartyID, ones: [UInt32]?) throws -> PartyReport.Step {
        let features = try ones.map { try FeatureCounts(rows: 100, ones: $0) }
        let opened = try ValidatedReport.Opened(
            challenger: nil, champion: BinCounts(legitimate: [2, 94], frauds: [0, 4]), features: features)
        return .validated(try ValidatedReport(opened: opened, boxes: []))
    }

    private func validate(_ world: inout World, _ day: Int64, champion: Digest32, ones: [UInt32]?) throws {
        let order = try world.order(World.validation(of: nil, day * 1000..<day * 1000 + 900, champion: champion))
        try world.end(order) { try validated($0, ones: ones) }
    }

    @Test("are those of the newest window of the form and of as many bits; none where none was opened")
    func newest() throws {
        var world = World()
        func found(_ bits: Int, _ form: Set<Digest32>) -> [Int]? {
            world.history.openedFrequencies(bits: bits, isOfForm: form.contains)?.bits.map(\.count)
        }
        #expect(found(3, [one, other]) == nil)
        try validate(&world, 1, champion: one, ones: [0, 25, 100])
        #expect(found(3, [one]) == [0, 250_000, 1_000_000] && found(3, [other]) == nil && found(2, [one]) == nil)
        try validate(&world, 2, champion: one, ones: [50, 25, 100])
        try validate(&world, 3, champion: other, ones: [1, 2])
        // A window with too few rows to open any takes none away.
        try validate(&world, 4, champion: one, ones: nil)
        #expect(found(3, [one, other]) == [500_000, 250_000, 1_000_000])
        #expect(found(2, [one, other]) == [10_000, 20_000] && found(2, [one]) == nil)
        // Of an order that is not done nothing was opened.
        let open = try world.order(World.validation(of: nil, 9000..<9900, champion: one))
        for party in PartyID.allCases { try world.report(World.accepted(party), on: open, by: party) }
        try world.report(validated(.zero, ones: [7, 7, 7]), on: open, by: .zero)
        #expect(found(3, [one]) == [500_000, 250_000, 1_000_000])
    }

    @Test("are of a training's rows, too, by the form that it names; a sealing has none")
    func trainings() throws {
        var world = World()
        let order = try world.order(World.training())
        let features = try FeatureCounts(rows: 1_000, ones: [10, 20, 30])
        try world.end(order) { _ in
            .trained(
                try TrainedReport(
                    plan: digest(1), coin: digest(2), rows: 900, frauds: 40, ringBits: 16, features: features))
        }
        _ = try world.seal(order)
        #expect(
            world.history.openedFrequencies(bits: 3) { $0 == digest(200) }?.bits.map(\.count) == [
                10_000, 20_000, 30_000,
            ])
        #expect(world.history.jobs.map { $0.order.task.rowModel } == [digest(200), nil])
        #expect(try World.validation(of: .model(digest(5)), champion: digest(6)).rowModel == digest(6))
    }

    @Test("are refused where there are no bits, too many, or one that more rows have than there are")
    func counts() throws {
        for (rows, ones) in [
            (0, [0]), (16_777_216, [0]), (5, []), (5, [6]), (5, [0, 5, 6]), (5, [UInt32](repeating: 1, count: 16_385)),
        ] as [(Int, [UInt32])] {
            #expect(throws: SyncMistake.counts) { try FeatureCounts(rows: rows, ones: ones) }
        }
        for (rows, ones) in [(1, [0, 1]), (16_777_215, [16_777_215]), (5, [UInt32](repeating: 5, count: 16_384))]
            as [(Int, [UInt32])]
        {
            let counts = try FeatureCounts(rows: rows, ones: ones)
            #expect(counts.frequencies?.bits.count == ones.count)
        }
        // A training of more rows than its window has labels is none.
        let few = try FeatureCounts(rows: 899, ones: [1])
        #expect(throws: SyncMistake.training) {
            try TrainedReport(plan: digest(1), coin: digest(2), rows: 900, frauds: 40, ringBits: 16, features: few)
        }
    }
}
