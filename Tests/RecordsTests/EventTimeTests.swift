import Foundation
import Records
import Support
import Testing

@Suite("Event time")
struct EventTimeTests {
    @Test("is what the calendar of the system says, from year 1 to 9999", arguments: 1...8 as ClosedRange<UInt64>)
    func calendar(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for _ in 0..<100 {
            // Since 1583, where the system's calendar is the Gregorian one.
            let time = EventTime(seconds: Int64.random(in: -12_212_553_600..<253_402_300_800, using: &random))
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .weekday], from: Date(timeIntervalSince1970: Double(time.seconds)))
            let (year, month, day) = time.date
            #expect(year == parts.year && month == parts.month && day == parts.day && time.hour == parts.hour)
            #expect(time.weekday == ((parts.weekday ?? 0) + 5) % 7)
            #expect(EventTime(year: year, month: month, day: day)?.dayNumber == time.dayNumber)
        }
    }

    @Test("is written and read back, to the second", arguments: 1...8 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<200 {
            let time = EventTime(seconds: Int64.random(in: -62_135_596_800..<253_402_300_800, using: &random))
            #expect(EventTime(rfc3339: time.rfc3339) == time, "\(time.rfc3339)")
            #expect(time.rfc3339.utf8.count == 20)
        }
    }

    @Test(
        "reads the forms that records have",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1970-01-02 00:00:01", 86_401),
            ("1970-01-01T00:00:00.999999Z", 0), ("1970-01-01T02:00:00+02:00", 0), ("1969-12-31T22:30:00-01:30", 0),
            ("2000-02-29T12:00:00Z", 951_825_600), ("1969-12-31T23:59:59Z", -1),
            ("2018-07-05T00:00:31.5+00:00", 1_530_748_831),
        ] as [(String, Int64)])
    func forms(text: String, seconds: Int64) { #expect(EventTime(rfc3339: text)?.seconds == seconds) }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "2018", "2018-07", "2018-7-5", "2018-13-01", "2018-00-01", "2018-02-29", "2018-04-31", "2018-07-05T",
            "2018-07-05T24:00:00Z", "2018-07-05T00:60:00Z", "2018-07-05T00:00:60Z", "2018-07-05T00:00Z",
            "2018-07-05T00:00:00.Z", "2018-07-05T00:00:00ZZ", "2018-07-05T00:00:00+2:00", "2018-07-05T00:00:00+24:00",
            "2018-07-05T00:00:00+02:60", "2018/07/05", "0000-01-01", "-018-07-05",
            "2018-07-05x00:00:00", "２018-07-05",
        ])
    func refused(text: String) { #expect(EventTime(rfc3339: text) == nil) }

    @Test("days begin at midnight, before 1970, too")
    func days() {
        #expect(
            [-86_401, -86_400, -1, 0, 86_399, 86_400].map { EventTime(seconds: $0).dayNumber } == [-2, -1, -1, 0, 0, 1])
        #expect([-1, 0, 3599, 3600].map { EventTime(seconds: $0).hour } == [23, 0, 0, 1])
        // 1970-01-01 was a Thursday.
        #expect((-4...4).map { EventTime(seconds: Int64($0) * EventTime.day).weekday } == [6, 0, 1, 2, 3, 4, 5, 6, 0])
    }

    @Test("months have their lengths")
    func months() {
        #expect((1...12).map { EventTime.length(ofMonth: $0, year: 2023) }.reduce(0, +) == 365)
        #expect([1900, 2000, 2024, 2100].map { EventTime.length(ofMonth: 2, year: $0) } == [28, 29, 29, 28])
    }
}
