import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Reports of the parties")
struct SyncReportTests {
    private typealias World = SyncWorld

    /// A world with an order to train under way, which these parties have accepted.
    private func training(accepted: [PartyID] = PartyID.allCases) throws -> (SyncWorld, Digest32) {
        var world = World()
        let order = try world.order(World.training())
        for party in accepted { try world.report(World.accepted(party), on: order, by: party) }
        return (world, order)
    }

    @Test("are of an order that counts")
    func unknown() throws {
        var (world, _) = try training(accepted: [])
        #expect(try world.refusal(World.accepted(.one), on: digest(9), by: .one) == .unknownOrder)
    }

    @Test("begin with acceptance, once; nothing but a refusal comes before it")
    func acceptance() throws {
        var (world, order) = try training(accepted: [.zero])
        #expect(try world.refusal(.progress(groups: 1, of: 2), on: order, by: .one) == .outOfTurn(.one))
        #expect(try world.refusal(World.trained(), on: order, by: .one) == .outOfTurn(.one))
        #expect(try world.refusal(.accepted(codeVersion: "2"), on: order, by: .zero) == .outOfTurn(.zero))
        #expect(world.history.open?.parties[.zero]?.codeVersion == "1.0")
        #expect(world.history.open?.mayHaveOpened == false)
        try world.report(.refused(code: "few_rows", text: "12 rows, and 100 are the least"), on: order, by: .one)
        #expect(
            world.history.job(order)?.standing
                == .failed(.refused(.one, code: "few_rows", text: "12 rows, and 100 are the least")))
        #expect(try world.refusal(World.trained(), on: order, by: .zero) == .over(1))
    }

    @Test("of progress grow, of the order's groups, and of a training")
    func progress() throws {
        var (world, order) = try training()
        try world.report(.progress(groups: 1, of: 2), on: order, by: .two)
        let progress = try PartyReport(order: order, step: .progress(groups: 1, of: 2))
        #expect(world.refusal(.report(progress), by: .party(.two)) == .replayed)
        let again = SyncKeys.respelt(.report(progress), by: .party(.two), purpose: "report")
        #expect(world.refusal(again) == .outOfTurn(.two))
        #expect(try world.refusal(.progress(groups: 1, of: 3), on: order, by: .two) == .otherTask)
        #expect(try world.refusal(.progress(groups: 1, of: 1), on: order, by: .zero) == .otherTask)
        try world.report(.progress(groups: 2, of: 2), on: order, by: .two)
        try world.report(.progress(groups: 2, of: 2), on: order, by: .zero)
        // One that passed others by makes them old.
        #expect(try world.refusal(.progress(groups: 1, of: 2), on: order, by: .zero) == .outOfTurn(.zero))
        #expect(world.history.open?.parties.mapValues(\.groups) == [.zero: 2, .one: 0, .two: 2])
        try world.report(World.trained(), on: order, by: .zero)
        #expect(try world.refusal(.progress(groups: 1, of: 2), on: order, by: .zero) == .outOfTurn(.zero))
        let others = try world.order(World.validationAfterEnd(&world, order))
        try world.report(World.accepted(.one), on: others, by: .one)
        #expect(try world.refusal(.progress(groups: 1, of: 2), on: others, by: .one) == .otherTask)
    }

    @Test("have one last word a party and order: another is refused, the same is a repetition")
    func last() throws {
        var (world, order) = try training()
        try world.report(World.trained(), on: order, by: .zero)
        #expect(try world.refusal(World.trained(), on: order, by: .zero) == .replayed)
        #expect(try world.refusal(World.trained(frauds: 41), on: order, by: .zero) == .outOfTurn(.zero))
        #expect(try world.refusal(.refused(code: "x", text: "x"), on: order, by: .zero) == .outOfTurn(.zero))
        #expect(world.history.open?.missing == [.one, .two])
    }

    @Test(
        "that are alike make a version; of one that differs the party is named, of three all",
        arguments: [
            ([40, 40, 40], []), ([41, 40, 40], [.zero]), ([40, 41, 40], [.one]), ([40, 40, 41], [.two]),
            ([40, 41, 42], PartyID.allCases),
        ] as [([Int], [PartyID])])
    func trained(frauds: [Int], differing: [PartyID]) throws {
        var (world, order) = try training()
        for party in PartyID.allCases {
            #expect(world.history.job(order)?.standing == .open)
            try world.report(World.trained(frauds: frauds[party.rawValue]), on: order, by: party)
        }
        let expected: SyncJob.Standing =
            if case .trained(let report) = try World.trained(), differing.isEmpty { .done(.trained(report)) } else {
                .failed(.differing(differing))
            }
        #expect(world.history.job(order)?.standing == expected)
        #expect(world.history.versions.count == (differing.isEmpty ? 1 : 0))
        #expect(world.history.job(order)?.outcome == nil || differing.isEmpty)
    }

    @Test(
        "of a validation are alike in what was opened; members' boxes are each party's own",
        arguments: [
            ([3, 3, 3], []), ([3, 4, 3], [.one]), ([3, 4, 5], PartyID.allCases),
        ] as [([UInt32], [PartyID])])
    func validated(frauds: [UInt32], differing: [PartyID]) throws {
        var world = World()
        let candidate = try world.train()
        let order = try world.order(World.validation(of: .candidate(candidate)))
        try world.end(order) { try World.validated($0, frauds: frauds[$0.rawValue]) }
        if differing.isEmpty {
            #expect(world.history.job(order)?.outcome != nil && world.history.versions[0].validations == [order])
        } else {
            #expect(world.history.job(order)?.standing == .failed(.differing(differing)))
            #expect(world.history.versions[0].validations.isEmpty)
        }
        guard case .validated(let report) = world.history.job(order)?.parties[.two]?.last else {
            Issue.record("the third party's boxes are kept")
            return
        }
        #expect(report.boxes.map(\.member) == SyncKeys.members && report.boxes[0].box.first == 9)
    }

    @Test("are of what was ordered")
    func otherTask() throws {
        var (world, order) = try training()
        #expect(try world.refusal(World.validated(.one), on: order, by: .one) == .otherTask)
        #expect(try world.refusal(World.sealed(.one), on: order, by: .one) == .otherTask)
        for (rows, frauds) in [(99, 40), (900, 9)] {
            #expect(try world.refusal(World.trained(rows: rows, frauds: frauds), on: order, by: .one) == .otherTask)
        }
        // A member that the order admits is not left out.
        let leftOut = try TrainedReport(
            plan: digest(1), coin: digest(2), rows: 900, frauds: 40, ringBits: 16, leftOut: [SyncKeys.members[1]])
        #expect(try world.refusal(.trained(leftOut), on: order, by: .one) == .otherTask)
        // Of the order's bits.
        for count in [2, 4] {
            let report = try TrainedReport(
                plan: digest(1), coin: digest(2), rows: 900, frauds: 40, ringBits: 16,
                features: FeatureCounts(rows: 900, ones: [UInt32](repeating: 3, count: count)))
            #expect(try world.refusal(.trained(report), on: order, by: .one) == .otherTask)
        }
        try world.report(World.trained(rows: 100, frauds: 10), on: order, by: .one)
    }

    @Test("of features have no bit that more rows have than there are, and as many rows as the report has at least")
    func features() throws {
        let counts = try FeatureCounts(rows: 900, ones: [0, 3, 900])
        #expect(counts.frequencies?.bits.map(\.count) == [0, 3_333, 1_000_000])
        for (rows, ones) in [(899, [0, 3, 900]), (0, [0]), (16_777_216, [0]), (9, [])] as [(Int, [UInt32])] {
            #expect(throws: SyncMistake.counts) { try FeatureCounts(rows: rows, ones: ones) }
        }
        func trained(_ rows: Int) throws -> TrainedReport {
            try TrainedReport(
                plan: digest(1), coin: digest(2), rows: rows, frauds: 40, ringBits: 16, features: counts)
        }
        let report = try trained(800)
        #expect(TrainedReport(decoding: report.encoded) == report)
        #expect(throws: SyncMistake.training) { try trained(901) }
        let bins = try BinCounts(legitimate: [800, 99], frauds: [0, 1])
        #expect(try ValidatedReport.Opened(challenger: nil, champion: bins, features: counts).features == counts)
        let fewer = try BinCounts(legitimate: [800, 98], frauds: [0, 1])
        #expect(throws: SyncMistake.counts) {
            try ValidatedReport.Opened(challenger: nil, champion: fewer, features: counts)
        }
    }

    /// Counts of challenger and champion that do not fit the order: bins 3 and 2, at least 2 frauds and 3 others.
    private static let counts: [(challenger: ([UInt32], [UInt32])?, champion: ([UInt32], [UInt32]))] = [
        (nil, ([2, 3], [0, 4])), (([5, 0], [4, 0]), ([2, 3], [0, 4])),
        (([5, 0, 0], [4, 0, 0]), ([2, 3, 0], [0, 4, 0])), (([5, 0, 0], [1, 0, 0]), ([2, 3], [0, 1])),
        (([2, 0, 0], [4, 0, 0]), ([2, 0], [0, 4])),
    ]

    @Test("of a validation have the order's bins and least numbers", arguments: counts.indices)
    func bins(place: Int) throws {
        let (challenger, champion) = Self.counts[place]
        var world = World()
        let candidate = try world.train()
        let order = try world.order(World.validation(of: .candidate(candidate)))
        try world.report(World.accepted(.zero), on: order, by: .zero)
        let opened = try ValidatedReport.Opened(
            challenger: challenger.map { try BinCounts(legitimate: $0.0, frauds: $0.1) },
            champion: BinCounts(legitimate: champion.0, frauds: champion.1))
        let report = try ValidatedReport(opened: opened, boxes: [])
        #expect(try world.refusal(.validated(report), on: order, by: .zero) == .otherTask)
        #expect(try world.refusal(World.validated(.zero), on: order, by: .zero) == nil)
    }

    @Test("of the champion alone have no challenger")
    func alone() throws {
        var world = World()
        let order = try world.order(World.validation(of: nil))
        try world.report(World.accepted(.zero), on: order, by: .zero)
        #expect(try world.refusal(World.validated(.zero), on: order, by: .zero) == .otherTask)
        #expect(try world.refusal(World.validated(.zero, challenger: false), on: order, by: .zero) == nil)
    }

    @Test("that come in any order are the same history, whether they agree or not", arguments: 0..<20)
    func interleaved(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let frauds = seed % 2 == 0 ? [40, 40, 40] : [40, 41, 40]
        func run(_ order: [PartyID]) throws -> SyncHistory {
            var (world, job) = try training(accepted: [])
            var steps = Dictionary(
                uniqueKeysWithValues: try PartyID.allCases.map { party in
                    (
                        party,
                        [
                            World.accepted(party), .progress(groups: 1, of: 2), .progress(groups: 2, of: 2),
                            try World.trained(frauds: frauds[party.rawValue]),
                        ]
                    )
                })
            for party in order {
                guard let step = steps[party]?.removeFirst() else { continue }
                try world.report(step, on: job, by: party)
            }
            return world.history
        }
        let turns = PartyID.allCases.flatMap { [PartyID](repeating: $0, count: 4) }
        let expected = try run(turns)
        #expect(try run(turns.shuffled(using: &random)) == expected)
        #expect(expected.versions.isEmpty == (seed % 2 == 1))
    }
}

extension SyncWorld {
    /// Ends a training and gives the task to validate it.
    static func validationAfterEnd(_ world: inout SyncWorld, _ order: Digest32) throws -> SyncOrder.Task {
        for party in [PartyID.one, .two] { try world.report(trained(), on: order, by: party) }
        return try validation(of: .candidate(order))
    }
}
