import Records
import Support
import Testing

/// The Gregorian rule, in words other than the product's.
private func isLeap(_ year: Int) -> Bool {
    if year % 400 == 0 { return true }
    if year % 100 == 0 { return false }
    return year % 4 == 0
}

private func days(in month: Int, of year: Int) -> Int {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
}

@Suite("Dates and texts of event time")
struct EventTimeFormsTests {
    @Test("days are those that one gets by counting them, through a whole cycle of 400 years")
    func everyDay() throws {
        // 1800-01-01 was 62,091 days before 1970.
        var number = -62_091
        for year in 1800..<2200 {
            for month in 1...12 {
                #expect(EventTime.length(ofMonth: month, year: year) == days(in: month, of: year))
                for day in 1...days(in: month, of: year) {
                    let time = EventTime(seconds: Int64(number) * 86_400)
                    let date = time.date
                    guard time.dayNumber == number, date == (year, month, day),
                        EventTime(year: year, month: month, day: day) == time
                    else {
                        Issue.record("\(year)-\(month)-\(day) is \(time.dayNumber), \(date), and not \(number)")
                        return
                    }
                    number += 1
                }
            }
        }
        #expect(number == -62_091 + 146_097)
    }

    @Test("years begin where one gets by counting their days, from 1 to 9999")
    func everyYear() {
        // 0001-01-01 was 719,162 days before 1970.
        var number = -719_162
        for year in 1...9999 {
            let first = EventTime(seconds: Int64(number) * 86_400)
            let last = EventTime(seconds: first.seconds - 1)
            guard first.date == (year, 1, 1), last.date == (year - 1, 12, 31),
                EventTime(year: year, month: 1, day: 1) == first
            else {
                Issue.record("\(year) begins on \(first.date), after \(last.date)")
                return
            }
            number += isLeap(year) ? 366 : 365
        }
        #expect(EventTime(seconds: Int64(number) * 86_400).date == (10_000, 1, 1))
    }

    @Test(
        "there is no date, or time of day, beyond the ends of each part",
        arguments: [
            (1, 1, 1, 0, 0, 0, true), (9999, 12, 31, 23, 59, 59, true), (2024, 2, 29, 0, 0, 0, true),
            (0, 1, 1, 0, 0, 0, false), (-1, 1, 1, 0, 0, 0, false), (10_000, 1, 1, 0, 0, 0, false),
            (2023, 0, 1, 0, 0, 0, false), (2023, 13, 1, 0, 0, 0, false), (2023, 1, 0, 0, 0, 0, false),
            (2023, 1, 32, 0, 0, 0, false), (2023, 2, 29, 0, 0, 0, false), (1900, 2, 29, 0, 0, 0, false),
            (2023, 4, 31, 0, 0, 0, false), (2023, 1, 1, 24, 0, 0, false), (2023, 1, 1, -1, 0, 0, false),
            (2023, 1, 1, 0, 60, 0, false), (2023, 1, 1, 0, -1, 0, false), (2023, 1, 1, 0, 0, 60, false),
            (2023, 1, 1, 0, 0, -1, false), (.max, 1, 1, 0, 0, 0, false), (2023, .max, 1, 0, 0, 0, false),
            (2023, 1, .max, 0, 0, 0, false), (2023, 1, 1, .max, 0, 0, false), (.min, .min, .min, 0, 0, 0, false),
        ] as [(Int, Int, Int, Int, Int, Int, Bool)])
    func ends(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, isTime: Bool) {
        let time = EventTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        #expect((time != nil) == isTime)
        guard let time else { return }
        #expect(time.date == (year, month, day) && time.hour == hour)
        #expect(time.seconds - Int64(time.dayNumber) * EventTime.day == Int64(hour * 3600 + minute * 60 + second))
    }

    @Test(
        "is written with four digits of the year and two of the rest",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_530_748_831, "2018-07-05T00:00:31Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_135_596_801, "0000-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (-30_610_224_000, "1000-01-01T00:00:00Z"), (3661, "1970-01-01T01:01:01Z"),
            // Behind the last second that 32 bits count.
            (2_147_483_648, "2038-01-19T03:14:08Z"),
        ] as [(Int64, String)])
    func written(seconds: Int64, text: String) { #expect(EventTime(seconds: seconds).rfc3339 == text) }

    @Test(
        "is read from the first second to the last that can be written, wherever it was said",
        arguments: [
            ("0001-01-01T00:00:00+00:01", nil), ("0001-01-01T00:00:59+00:01", nil),
            ("0001-01-01T00:01:00+00:01", -62_135_596_800), ("0001-01-01T23:58:59+23:59", nil),
            ("0001-01-01T00:00:00-23:59", -62_135_510_460), ("9999-12-31T23:59:59-00:01", nil),
            ("9999-12-31T23:59:00-00:01", nil), ("9999-12-31T23:58:59-00:01", 253_402_300_799),
            ("9999-12-31T00:01:00-23:59", nil), ("9999-12-31T23:59:59+23:59", 253_402_214_459),
        ] as [(String, Int64?)])
    func farEnds(text: String, seconds: Int64?) {
        let time = EventTime(rfc3339: text)
        #expect(time?.seconds == seconds)
        if let time { #expect(EventTime(rfc3339: time.rfc3339) == time) }
    }

    @Test("has a day and an hour as far as seconds are counted")
    func extremes() {
        let (first, last) = (EventTime(seconds: .min), EventTime(seconds: .max))
        #expect(first.dayNumber == -106_751_991_167_301 && first.hour == 8)
        #expect(last.dayNumber == 106_751_991_167_300 && last.hour == 15)
        #expect((0...6).contains(first.weekday) && (0...6).contains(last.weekday))
        #expect(first.rfc3339.hasSuffix("T08:29:52Z") && last.rfc3339.hasSuffix("T15:30:07Z"))
        for seconds in [0, 86_398, 86_399, 86_400].map({ Int64.min + $0 }) {
            #expect((0...23).contains(EventTime(seconds: seconds).hour), "\(seconds)")
        }
    }

    @Test("is ordered as its seconds are, and so are its texts", arguments: 1...4 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<200 {
            let one = EventTime(seconds: Int64.random(in: -62_135_596_800..<253_402_300_800, using: &random))
            let other = EventTime(seconds: one.seconds + Int64.random(in: -90_000...90_000, using: &random))
            #expect((one < other) == (one.seconds < other.seconds))
            #expect(one.seconds == other.seconds || (one < other) == (one.rfc3339 < other.rfc3339))
            #expect((one == other) == (one.seconds == other.seconds))
        }
    }

    @Test(
        "with any character changed is read as its grammar says, or refused",
        arguments: [
            "2018-07-05T00:00:31Z", "2018-07-05 23:59:59.25+02:00", "2024-02-29T12:30:00-11:45", "2018-07-05",
            "1969-12-31T22:30:00", "2026-11-20 10:00:00 +0530", "2026-11-20 10:00:00,5-03",
        ])
    func changed(text: String) throws {
        let characters = Array(text)
        for at in characters.indices {
            for other in "0123459-+:.,TtZz /x٣" {
                var changed = characters
                changed[at] = other
                let form = String(changed)
                #expect(EventTime(rfc3339: form)?.seconds == seconds(form), "\(form)")
            }
            let cut = String(characters[..<at])
            #expect(EventTime(rfc3339: cut)?.seconds == seconds(cut), "\(cut)")
            let longer = String(characters[..<at] + [characters[at]] + characters[at...])
            #expect(EventTime(rfc3339: longer)?.seconds == seconds(longer), "\(longer)")
        }
        #expect(seconds(text) != nil)
    }

    @Test(
        "a leap second is the second before it, at the end of a month in UTC and nowhere else",
        arguments: [
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"), ("2015-06-30t23:59:60z", "2015-06-30T23:59:59Z"),
            ("2016-12-31T15:59:60.25-08:00", "2016-12-31T23:59:59Z"),
            ("2017-01-01 05:29:60+0530", "2016-12-31T23:59:59Z"),
            ("2016-02-29T23:59:60", "2016-02-29T23:59:59Z"), ("2016-12-30T23:59:60Z", nil),
            ("2016-12-31T23:58:60Z", nil), ("2016-12-31T22:59:60Z", nil), ("2016-12-31T23:59:60+01:00", nil),
            ("2016-12-31T23:59:61Z", nil), ("2015-02-28T23:59:60Z", "2015-02-28T23:59:59Z"),
            ("2016-02-28T23:59:60Z", nil),
        ] as [(String, String?)])
    func leapSecond(text: String, same: String?) { #expect(EventTime(rfc3339: text)?.rfc3339 == same) }

    @Test(
        "zones are read in every form that RFC 3339, ISO 8601 and databases have, all of them the same moment",
        arguments: [
            "2026-11-20T10:00:00Z", "2026-11-20t10:00:00z", "2026-11-20 10:00:00+00", "2026-11-20 10:00:00 UTC",
            "2026-11-20T10:00:00-00:00", "2026-11-20 15:30:00+0530", "2026-11-20 15:30:00 +05:30",
            "2026-11-20 09:00:00.123456789012345678-01", "2026-11-20T11:00:00,5+01", "2026-11-20 10:00:00 utc",
        ])
    func zones(text: String) { #expect(EventTime(rfc3339: text)?.rfc3339 == "2026-11-20T10:00:00Z") }

    @Test(
        "zones in no such form are refused",
        arguments: [
            "+1", "+01:0", "+01:", "+010", "+01000", "  +01", " ", "Z ", " GMT", "+24", "+2400", "UTC", "CET", "+01:60",
        ])
    func noZones(zone: String) { #expect(EventTime(rfc3339: "2026-11-20T10:00:00" + zone) == nil) }

    /// What a text says, by its grammar and by counting days.
    private func seconds(_ text: String) -> Int64? {
        let date = #/([0-9]{4})-([0-9]{2})-([0-9]{2})/#
        let clock = #/[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?/#
        guard let day = text.prefixMatch(of: date), let year = Int(day.1), let month = Int(day.2),
            let number = Int(day.3), year > 0, (1...12).contains(month),
            (1...days(in: month, of: year)).contains(number)
        else { return nil }
        var count = (1..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) } - 719_162
        count += (1..<month).reduce(0) { $0 + days(in: $1, of: year) } + number - 1
        let midnight = Int64(count) * 86_400
        var rest = text[day.range.upperBound...]
        if rest.isEmpty { return midnight }
        guard let time = rest.prefixMatch(of: clock), let hour = Int64(time.1), let minute = Int64(time.2),
            let second = Int64(time.3), hour < 24, minute < 60, second < 60
        else { return nil }
        let local = midnight + hour * 3600 + minute * 60 + second
        rest = rest[time.range.upperBound...]
        if ["", "Z", "z", " UTC"].contains(rest) { return local }
        guard let zone = rest.wholeMatch(of: #/ ?([+-])([0-9]{2})(?::?([0-9]{2}))?/#), let hours = Int64(zone.2),
            let minutes = Int64(zone.3 ?? "00"), hours < 24, minutes < 60
        else { return nil }
        let shift = hours * 3600 + minutes * 60
        return zone.1 == "+" ? local - shift : local + shift
    }
}
