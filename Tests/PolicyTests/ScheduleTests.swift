import Policy
import Records
import Testing

private func at(_ text: String) throws -> EventTime { try #require(EventTime(rfc3339: text)) }
private func zone(_ name: String) throws -> Zone { try #require(Zone(name)) }

@Suite("A rule's schedule")
struct ScheduleTests {
    @Test(
        "of a time of day goes from its beginning until before its end, over midnight where that is earlier",
        arguments: [
            ("22:00", "06:00", "21:59:59", false), ("22:00", "06:00", "22:00:00", true),
            ("22:00", "06:00", "23:59:59", true), ("22:00", "06:00", "00:00:00", true),
            ("22:00", "06:00", "05:59:59", true), ("22:00", "06:00", "06:00:00", false),
            ("06:00", "22:00", "06:00:00", true), ("06:00", "22:00", "21:59:59", true),
            ("06:00", "22:00", "22:00:00", false), ("00:00", "24:00", "23:59:59", true),
            ("23:00", "24:00", "00:00:00", false), ("00:00", "00:01", "00:00:59", true),
        ])
    func daily(from: String, to: String, time: String, expected: Bool) throws {
        let schedule = Schedule(
            .daily(from: try #require(Zone.time(from)), until: try #require(Zone.time(to))), zone: .utc)
        #expect(schedule.contains(try at("2026-03-06T\(time)Z")) == expected)
    }

    @Test(
        "goes by the zone's clock, with and without daylight saving",
        arguments: [
            // Berlin is an hour ahead in winter, two in summer; clocks change on 29 March and 25 October 2026 at 01:00 UTC.
            ("Europe/Berlin", "2026-01-15T21:30:00Z", true), ("Europe/Berlin", "2026-01-15T20:59:59Z", false),
            ("Europe/Berlin", "2026-07-15T20:30:00Z", true), ("Europe/Berlin", "2026-07-15T04:00:00Z", false),
            ("Europe/Berlin", "2026-01-15T04:30:00Z", true), ("Europe/Berlin", "2026-03-28T21:00:00Z", true),
            ("Europe/Berlin", "2026-03-29T03:59:59Z", true), ("Europe/Berlin", "2026-03-29T04:00:00Z", false),
            ("Europe/Berlin", "2026-03-29T19:59:59Z", false), ("Europe/Berlin", "2026-03-29T20:00:00Z", true),
            ("Europe/Berlin", "2026-10-25T04:59:59Z", true), ("Europe/Berlin", "2026-10-25T05:00:00Z", false),
            // A fixed offset knows no summer.
            ("+01:00", "2026-07-15T20:30:00Z", false), ("+01:00", "2026-07-15T21:00:00Z", true),
            ("-03:30", "2026-07-15T01:30:00Z", true), ("-03:30", "2026-07-15T01:29:59Z", false),
            ("UTC", "2026-07-15T22:00:00Z", true), ("America/New_York", "2026-07-15T02:00:00Z", true),
            ("America/New_York", "2026-01-15T02:30:00Z", false),
        ])
    func zones(name: String, time: String, expected: Bool) throws {
        // 22:00 to 06:00.
        let schedule = Schedule(.daily(from: 22 * 3600, until: 6 * 3600), zone: try zone(name))
        #expect(schedule.contains(try at(time)) == expected)
    }

    @Test("holds in both passes of the hour that daylight saving repeats, and never in the one that it skips")
    func changes() throws {
        let twoToThree = Schedule(.daily(from: 2 * 3600, until: 3 * 3600), zone: try zone("Europe/Berlin"))
        func seconds(_ day: String) throws -> Int {
            let start = try at("\(day)T00:00:00Z").seconds
            return (0..<86_400).count { twoToThree.contains(EventTime(seconds: start + Int64($0))) }
        }
        #expect(try seconds("2026-03-28") == 3600)
        #expect(try seconds("2026-03-29") == 0)
        #expect(try seconds("2026-10-25") == 7200)
    }

    @Test("of hours, weekdays and dates goes by the zone's calendar")
    func calendar() throws {
        let berlin = try zone("Europe/Berlin")
        // A Sunday in UTC, already Monday in Berlin.
        let time = try at("2026-03-08T23:30:00Z")
        let hours = try #require(Limits(lower: .inclusive(0), upper: .inclusive(4)))
        #expect(Schedule(.hours(hours), zone: berlin).contains(time))
        #expect(!Schedule(.hours(hours), zone: .utc).contains(time))
        #expect(Schedule(.weekdays([0]), zone: berlin).contains(time))
        #expect(
            Schedule(.weekdays([6]), zone: .utc).contains(time)
                && !Schedule(.weekdays([6]), zone: berlin).contains(time))
        let monday = try at("2026-03-09").dayNumber
        #expect(Schedule(.days([monday]), zone: berlin).contains(time))
        #expect(!Schedule(.days([monday]), zone: .utc).contains(time))
        let campaign = try #require(Limits(lower: .inclusive(monday), upper: .inclusive(monday + 2)))
        let dates = Schedule(.dates(campaign), zone: berlin)
        #expect(try !dates.contains(at("2026-03-08T22:59:59Z")) && dates.contains(at("2026-03-08T23:00:00Z")))
        #expect(try dates.contains(at("2026-03-11T22:59:59Z")) && !dates.contains(at("2026-03-11T23:00:00Z")))
    }

    @Test(
        "has no zone of another form",
        arguments: [
            "", "utc", "CET", "Berlin", "Europe/Nowhere", "+1", "+01", "01:00", "+25:00", "+14:01", "+01:60", "GMT+1",
        ])
    func noZone(text: String) { #expect(Zone(text) == nil) }

    @Test(
        "has no time of day of another form",
        arguments: ["", "6", "6:00", "06:60", "24:01", "25:00", "06-00", "06:00:00", "é6:0"])
    func noTime(text: String) { #expect(Zone.time(text) == nil) }
}
