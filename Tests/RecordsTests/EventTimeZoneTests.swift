import Records
import Testing

@Suite("Times in a caller's zone")
struct EventTimeZoneTests {
    private struct NoSuchTime: Error {}

    /// The text's moment where its zone is `hours` ahead of UTC unless it says so itself.
    private func read(_ text: String, ahead hours: Int64) -> String? {
        EventTime(rfc3339: text) { (local: EventTime) in EventTime(seconds: local.seconds - hours * 3600) }?.rfc3339
    }

    @Test(
        "are the caller's to place, dates and fractions, too",
        arguments: [
            ("2031-04-09T08:15:30", 3, "2031-04-09T05:15:30Z"), ("2031-04-09 08:15:30.75", -5, "2031-04-09T13:15:30Z"),
            ("2031-04-09t23:15:30,1", -1, "2031-04-10T00:15:30Z"), ("2031-04-09", 3, "2031-04-08T21:00:00Z"),
            ("2031-01-01", -11, "2031-01-01T11:00:00Z"),
        ] as [(String, Int64, String)])
    func local(text: String, hours: Int64, expected: String) { #expect(read(text, ahead: hours) == expected) }

    @Test("a leap second is where the moment is a month's end in UTC, whatever the caller's calendar shows")
    func leapSecond() {
        #expect(read("2017-01-01T08:59:60", ahead: 9) == "2016-12-31T23:59:59Z")
        #expect(read("2016-12-31T23:59:60", ahead: 9) == nil)
        #expect(read("2015-06-30T16:59:60", ahead: -7) == "2015-06-30T23:59:59Z")
        #expect(read("2015-06-30T23:59:60", ahead: -7) == nil)
    }

    @Test("are none where the moment is before the year 1 or after 9999 in UTC")
    func ends() {
        #expect(read("0001-01-01T01:59:59", ahead: 2) == nil)
        #expect(read("0001-01-01T02:00:00", ahead: 2) == "0001-01-01T00:00:00Z")
        #expect(read("0001-01-01", ahead: 2) == nil && read("0001-01-01", ahead: -2) == "0001-01-01T02:00:00Z")
        #expect(read("9999-12-31T22:00:00", ahead: -2) == nil)
        #expect(read("9999-12-31T21:59:59", ahead: -2) == "9999-12-31T23:59:59Z")
    }

    @Test("the caller is asked of times that are whole and name no zone, and its error is passed on")
    func asked() throws {
        func refusing(_ text: String) throws -> EventTime? {
            try EventTime(rfc3339: text) { (_: EventTime) throws(NoSuchTime) -> EventTime in throw NoSuchTime() }
        }
        for text in ["2031-04-09T08:15:30", "2031-04-09", "2031-04-09 08:15:30.5"] {
            #expect(throws: NoSuchTime.self) { try refusing(text) }
        }
        for zone in ["Z", "+03:00", " -0300", "+03", " UTC"] {
            let text = "2031-04-09T08:15:30" + zone
            #expect(try refusing(text) == EventTime(rfc3339: text))
        }
        for text in ["2031-02-29", "2031-04-09T08:15", "2031-04-09T08:15:30.", "2031-04-09T08:15:30 CET", ""] {
            #expect(try refusing(text) == nil)
        }
    }
}
