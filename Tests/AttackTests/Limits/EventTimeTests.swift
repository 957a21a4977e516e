import EventLogs
import Records
import SecureScoring
import Simulation
import Testing

/// Counts are looked up at the time that a transaction names. A member that names times of its choice reads how a token's
/// counts went over weeks; the parties take only times that are near the record's own in the log.
@Suite("A member that names event times of its choice")
struct EventTimeTests {
    private static let limits = EventTimeLimits(ahead: 600, late: 3600)

    private func score(_ distance: Int64, _ limits: EventTimeLimits?) throws -> (scored: Int, reasons: [String]) {
        let spec = try probedSpec()
        let consortium = try StagedConsortium(spec, probedModel(spec), eventTime: limits)
        let time = EventTime(seconds: consortium.clock.microseconds / 1_000_000 + distance)
        try consortium.send([consortium.a.seal([1, 2, 3, 4], source: 1, at: time, spec: spec)])
        return (try consortium.scores(consortium.a).count, try consortium.rejected(consortium.a).keys.sorted())
    }

    @Test("is answered up to the limits, the limits included", arguments: [600, 0, -3600] as [Int64])
    func within(distance: Int64) throws {
        #expect(try score(distance, Self.limits) == (1, []))
    }

    @Test("is refused as time_ahead beyond them", arguments: [601, 86_400, Int64.max / 2])
    func ahead(distance: Int64) throws {
        #expect(try score(distance, Self.limits) == (0, ["time_ahead"]))
    }

    @Test("is refused as too_late beyond them", arguments: [-3601, -86_400, -20_001 * EventTime.day])
    func late(distance: Int64) throws {
        #expect(try score(distance, Self.limits) == (0, ["too_late"]))
    }

    @Test("has no help of a broker that shows parties different times of a record: their plans differ")
    func forked() {
        func plan(_ times: [Int64]) -> Digest32 {
            let records = times.enumerated().map { number, time in
                LogRecord(
                    position: Position(TopicPartition(Topics.sealed), Int64(number)), key: nil, value: [7], headers: [],
                    timestamp: time)
            }
            let range = 0..<Int64(records.count)
            return BatchPlan(partition: 0, range: range, repeats: [], records: records, model: .zero).digest
        }
        #expect(plan([1, 2]) == plan([1, 2]))
        #expect(Set([plan([1, 2]), plan([1, 3]), plan([2, 1]), plan([2, 2])]).count == 4)
    }

    @Test("is answered where the roster says unlimited", arguments: [86_400 * 4000, -86_400 * 4000] as [Int64])
    func unlimited(distance: Int64) throws {
        #expect(try score(distance, nil) == (1, []))
    }
}
