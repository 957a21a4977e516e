import Policy
import Records
import Support
import Testing

@Suite("Clocks on walls")
struct ZoneTests {
    private func seconds(_ text: String) throws -> Int64 { try #require(EventTime(rfc3339: text)).seconds }

    @Test("times of day are all minutes of it, and its end")
    func times() {
        for hour in 0...99 {
            for minute in 0...99 {
                let text = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
                let isTime = hour < 24 && minute < 60 || hour == 24 && minute == 0
                #expect(Zone.time(text) == (isTime ? (hour * 60 + minute) * 60 : nil), "\(text)")
            }
        }
    }

    @Test("times of day have no other character in any place", arguments: Array(" -+.:aZ/٣x\u{0}"))
    func characters(character: Character) {
        let text = Array("06:30")
        for at in text.indices where text[at] != character {
            var changed = text
            changed[at] = character
            #expect(Zone.time(String(changed)) == nil)
        }
        #expect(Zone.time("06:30" + String(character)) == nil && Zone.time(String(character) + "06:30") == nil)
    }

    @Test("offsets are those of up to fourteen hours, to the minute, either way")
    func offsets() {
        for minutes in 0...(24 * 60) {
            let (hour, minute) = (minutes / 60, minutes % 60)
            let text = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
            for (sign, factor) in [("+", 1), ("-", -1)] as [(String, Int64)] {
                let shift = Zone(sign + text)?.wallTime(EventTime(seconds: 1_700_000_000)).seconds
                #expect(
                    shift == (minutes <= 14 * 60 ? 1_700_000_000 + factor * Int64(minutes) * 60 : nil), "\(sign)\(text)"
                )
            }
        }
    }

    @Test(
        "show what the clocks of a place show, in summer and in winter",
        arguments: [
            ("UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
            ("Asia/Kolkata", "2026-07-01T20:00:00Z", "2026-07-02T01:30:00Z"),
            ("Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00Z"),
            ("Asia/Tokyo", "2026-12-31T15:00:00Z", "2027-01-01T00:00:00Z"),
            ("America/St_Johns", "2026-01-15T12:00:00Z", "2026-01-15T08:30:00Z"),
            ("America/St_Johns", "2026-07-15T12:00:00Z", "2026-07-15T09:30:00Z"),
            ("Australia/Lord_Howe", "2026-01-15T12:00:00Z", "2026-01-15T23:00:00Z"),
            ("Australia/Lord_Howe", "2026-07-15T12:00:00Z", "2026-07-15T22:30:00Z"),
            ("Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"),
            ("Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            ("Europe/London", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"),
            ("Europe/London", "2026-10-25T01:00:00Z", "2026-10-25T01:00:00Z"),
            ("Etc/GMT+5", "2026-07-01T12:00:00Z", "2026-07-01T07:00:00Z"),
            ("Asia/Kolkata", "1969-12-31T18:29:59Z", "1969-12-31T23:59:59Z"),
        ])
    func places(name: String, time: String, wall: String) throws {
        let zone = try #require(Zone(name))
        #expect(zone.wallTime(EventTime(seconds: try seconds(time))).rfc3339 == wall)
    }

    @Test("are the same where they are named the same")
    func equality() {
        #expect(Zone("UTC") == Zone.utc && Zone("+00:00") == Zone("-00:00"))
        #expect(Zone("Europe/Berlin") == Zone("Europe/Berlin") && Zone("Europe/Berlin") != Zone("Europe/Paris"))
        #expect(Zone("+01:00") != Zone("+02:00"))
    }

    @Test(
        "an hour's rule holds in that hour of every zone", arguments: ["UTC", "+05:30", "-03:30", "+14:00", "-14:00"])
    func hours(name: String) throws {
        let zone = try #require(Zone(name))
        let shift = zone.wallTime(EventTime(seconds: 0)).seconds
        let start = try seconds("2026-03-06T00:00:00Z")
        for hour in 0..<24 {
            let only = try #require(Limits(lower: .inclusive(hour), upper: .inclusive(hour)))
            let schedule = Schedule(.hours(only), zone: zone)
            // Both ends of every quarter of an hour.
            for second in 0..<Int64(86_400) where second % 900 == 0 || second % 900 == 899 {
                let onTheWall = (start + second + shift) % 86_400
                #expect(schedule.contains(EventTime(seconds: start + second)) == (onTheWall / 3600 == Int64(hour)))
            }
        }
    }

    @Test("a weekday's rule holds on every seventh day", arguments: 0..<7)
    func weekdays(day: Int) throws {
        #expect(Schedule.weekdays == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
        // A Monday.
        let monday = try seconds("2026-03-09T00:00:00Z")
        for number in -400...400 as ClosedRange<Int64> {
            let expected = ((number % 7) + 7) % 7 == Int64(day)
            for second in [0, 86_399] as [Int64] {
                let time = EventTime(seconds: monday + number * 86_400 + second)
                #expect(Schedule(.weekdays([day]), zone: .utc).contains(time) == expected)
                #expect(Schedule(.weekdays(Set(0..<7).subtracting([day])), zone: .utc).contains(time) != expected)
            }
        }
        #expect(!Schedule(.weekdays([]), zone: .utc).contains(EventTime(seconds: monday)))
    }

    @Test(
        "a span of the day holds in the minutes that one passes from its beginning to its end",
        arguments: 1...20 as ClosedRange<UInt64>)
    func daily(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let (from, until) = (Int.random(in: 0..<1440, using: &random), Int.random(in: 0...1440, using: &random))
        guard from != until else { return }
        // Minute by minute, over midnight.
        var passed: Set<Int> = []
        var minute = from
        while minute != until && !(minute == 0 && until == 1440 && !passed.isEmpty) {
            passed.insert(minute)
            minute = (minute + 1) % 1440
        }
        let schedule = Schedule(.daily(from: from * 60, until: until * 60), zone: .utc)
        for minute in 0..<1440 {
            for second in [0, 59] {
                let time = EventTime(seconds: 1_699_920_000 + Int64(minute * 60 + second))
                #expect(schedule.contains(time) == passed.contains(minute), "\(minute) in \(from)-\(until)")
            }
        }
    }

    @Test("a span of dates holds on both its ends, and beyond an end that is left out")
    func dates() throws {
        for (lower, upper) in [(3, 5), (3, nil), (nil, 5), (4, 4)] as [(Int?, Int?)] {
            let limits = try #require(
                Limits(lower: lower.map { .inclusive($0) }, upper: upper.map { .inclusive($0) }))
            let schedule = Schedule(.dates(limits), zone: .utc)
            for day in -2...9 {
                let isInside = day >= lower ?? .min && day <= upper ?? .max
                for second in [0, 86_399] as [Int64] {
                    #expect(schedule.contains(EventTime(seconds: Int64(day) * 86_400 + second)) == isInside)
                }
            }
        }
        for day in -3...3 {
            let schedule = Schedule(.days([-2, 1]), zone: .utc)
            #expect(schedule.contains(EventTime(seconds: Int64(day) * 86_400)) == (day == -2 || day == 1))
        }
    }
}
