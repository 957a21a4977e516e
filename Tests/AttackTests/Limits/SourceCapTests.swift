import EventLogs
import Records
import Sealing
import SecureScoring
import Simulation
import Support
import Telemetry
import Testing

/// The parties keep which places of each member's topic they have taken. Places are the member's to name: what is kept of them is
/// bounded.
@Suite("A member that names places of its choice")
struct SourceCapTests {
    private let consortium: StagedConsortium

    init() throws {
        let spec = try probedSpec()
        consortium = try StagedConsortium(spec, probedModel(spec))
    }

    private func record(_ source: SourcePosition, after previous: SourcePosition? = nil, id: UInt64) -> [UInt8] {
        let now = EventTime(seconds: consortium.clock.microseconds / 1_000_000)
        return consortium.a.seal([1, 2, 3, 4], at: source, after: previous, id: id, at: now, spec: consortium.spec)
    }

    @Test("has places of 4,096 partitions, and is refused those beyond by name")
    func partitions() throws {
        let places = [0, 4095, 4096, 1 << 31].map { SourcePosition(partition: $0, offset: 7) }
        try consortium.send(places.enumerated().map { record($1, id: UInt64($0)) })
        #expect(try consortium.scores(consortium.a).count == 1)
        #expect(try consortium.rejected(consortium.a)["unknown_partition"]?.count == 2)
        #expect(try consortium.refusals(consortium.a) == [7: .unknownPartition])
    }

    @Test(
        "has 64 gaps of a partition; what lies behind them is refused by name, however often it comes, and scored never"
    )
    func gaps() throws {
        let taken = (0..<80 as Range<Int64>).map { SourcePosition(offset: 10 * $0 + 5) }
        func after(_ place: SourcePosition) -> SourcePosition { SourcePosition(offset: place.offset - 1) }
        try consortium.send(taken.map { record($0, after: after($0), id: UInt64($0.offset)) })
        #expect(try consortium.scores(consortium.a).count == 80)
        for party in PartyID.allCases {
            let metrics = try #require(consortium.metrics[party])
            #expect(metrics.value("cordon_source_gaps_total", .init("topic", Topics.sealed)) == 80)
        }
        // A repeat and a late one of the newest gaps; the same of those that are forgotten.
        for place in [taken[79], after(taken[79]), taken[3], after(taken[3])] {
            try consortium.send([record(place, after: after(place), id: UInt64(place.offset))])
        }
        try consortium.restart()
        try consortium.send([record(after(taken[3]), id: UInt64(after(taken[3]).offset))])
        let scores = try consortium.scores(consortium.a)
        #expect(scores.count == 81 && scores[after(taken[79]).offset] != nil)
        #expect(
            try consortium.refusals(consortium.a) == [
                taken[3].offset: .tooManyGaps, after(taken[3]).offset: .tooManyGaps,
            ])
    }
}
