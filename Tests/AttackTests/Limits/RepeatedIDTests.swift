import EventLogs
import Model
import Records
import SecureScoring
import Simulation
import Telemetry
import Testing
import ThreeParty

/// An event counts once by its id. A member that gives its probes the id of an earlier event would have scores that leave no
/// trace in the counts; the parties refuse a second record of an id.
@Suite("A member that uses an event id again")
struct RepeatedIDTests {
    private func consortium(known: Int = 100) throws -> StagedConsortium {
        let spec = try probedSpec()
        return try StagedConsortium(spec, probedModel(spec), known: known)
    }

    private func record(_ consortium: StagedConsortium, source: Int64, id: UInt64, _ member: Prober? = nil) -> [UInt8] {
        (member ?? consortium.a).seal(
            (0..<4).map { Double((source + $0) % 8) }, source: source, id: id,
            at: EventTime(seconds: consortium.clock.microseconds / 1_000_000), spec: consortium.spec)
    }

    @Test("is refused as id_conflict in the same batch, in the next one, and after a restart")
    func refused() throws {
        let consortium = try consortium()
        try consortium.send([record(consortium, source: 1, id: 7), record(consortium, source: 2, id: 7)])
        try consortium.send([record(consortium, source: 3, id: 7), record(consortium, source: 4, id: 8)])
        try consortium.restart()
        try consortium.send([record(consortium, source: 5, id: 8), record(consortium, source: 6, id: 7)])
        #expect(try consortium.scores(consortium.a).keys.sorted() == [1, 4])
        #expect(try consortium.rejected(consortium.a) == ["id_conflict": [2, 3, 5, 6]])
        #expect(consortium.metrics[.one]?.value(.transactionsOverLimit, .init("reason", "id_conflict")) == 4)
    }

    @Test("is refused behind any number of others where the model reads counts, as long as the event is in a window")
    func counted() throws {
        let spec = try countingSpec()
        let consortium = try StagedConsortium(spec, probedModel(spec), known: 8)
        let now = EventTime(seconds: consortium.clock.microseconds / 1_000_000)
        func record(_ source: Int64, id: UInt64) -> [UInt8] {
            consortium.a.seal([1, 2, 3, 4], source: source, id: id, at: now, spec: spec, tokens: terminalToken)
        }
        try consortium.send(labels: [consortium.a.history(id: 9, at: now, spec: spec, tokens: terminalToken)])
        try consortium.send([record(1, id: 7)])
        for start in stride(from: 2, to: 34, by: 8) as StrideTo<Int64> {
            try consortium.send((start..<start + 8).map { record($0, id: UInt64(100 + $0)) })
        }
        try consortium.restart(forgetting: [.one])
        try consortium.send([record(50, id: 7), record(51, id: 9), record(52, id: 10)])
        #expect(try consortium.scores(consortium.a).keys.sorted() == Array(1..<34) + [52])
        #expect(try consortium.rejected(consortium.a) == ["id_conflict": [34, 35]])
    }

    @Test("does not keep another member from using it")
    func others() throws {
        let consortium = try consortium()
        try consortium.send([record(consortium, source: 1, id: 7)])
        try consortium.send([record(consortium, source: 2, id: 7, consortium.b)])
        #expect(try consortium.scores(consortium.b).keys.sorted() == [2])
    }

    @Test("after a crash, from the same source, is answered once and told of nothing")
    func repeated() throws {
        let consortium = try consortium()
        try consortium.send([record(consortium, source: 1, id: 7), record(consortium, source: 1, id: 7)])
        try consortium.send([record(consortium, source: 1, id: 7)])
        try consortium.restart()
        try consortium.send([record(consortium, source: 1, id: 7), record(consortium, source: 2, id: 8)])
        #expect(try consortium.scores(consortium.a).keys.sorted() == [1, 2])
        #expect(try consortium.rejected(consortium.a) == [:])
        #expect(consortium.metrics[.zero]?.value(.repeatsDropped) == 3)
    }

    @Test("may do so where it can't be told any more, behind as many events as are known")
    func forgotten() throws {
        let consortium = try consortium(known: 16)
        try consortium.send([record(consortium, source: 1, id: 7)])
        for source in stride(from: 2, to: 34, by: 8) as StrideTo<Int64> {
            try consortium.send((source..<source + 8).map { record(consortium, source: $0, id: UInt64(100 + $0)) })
        }
        try consortium.restart()
        try consortium.send([record(consortium, source: 50, id: 133), record(consortium, source: 51, id: 7)])
        #expect(try consortium.scores(consortium.a).count == 34)
        #expect(try consortium.rejected(consortium.a).keys.sorted() == ["id_conflict"])
    }
}
