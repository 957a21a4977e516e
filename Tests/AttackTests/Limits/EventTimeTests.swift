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

    @Test("is answered where the roster says unlimited", arguments: [86_400 * 4000, -86_400 * 4000] as [Int64])
    func unlimited(distance: Int64) throws {
        #expect(try score(distance, nil) == (1, []))
    }
}
