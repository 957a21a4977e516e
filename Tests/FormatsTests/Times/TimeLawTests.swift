import Formats
import Records
import Support
import Testing

/// A day, counted from the first one by going through all of them.
private struct Day {
    var (year, month, day) = (2000, 1, 1)
    /// Midnight; 2000 began 30 years and 7 leap days after 1970.
    var seconds: Int64 = (30 * 365 + 7) * 86_400

    private var length: Int {
        let february = year % 4 == 0 ? 29 : 28
        return [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    mutating func advance() {
        (day, seconds) = (day + 1, seconds + 86_400)
        if day > length { (month, day) = (month + 1, 1) }
        if month > 12 { (year, month) = (year + 1, 1) }
    }

    /// All days from 2000 to 2099, of which 2000 is the only full century and a leap year.
    static let all: [Day] = {
        var (days, day): ([Day], Day) = ([], Day())
        while day.year < 2100 {
            days.append(day)
            day.advance()
        }
        return days
    }()
}

@Suite("Laws of times")
struct TimeLawTests {
    private static let names = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// What stands between parts, in a pattern and in texts of it.
    private static let marks = [("/", "/"), (", ", ", "), ("''", "'"), ("'of'", "of"), (".", "."), ("-", "-")]

    private func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    /// A part of a pattern with what stands for it on a day.
    private func dates(_ day: Day) -> [[(String, String)]] {
        let name = Self.names[day.month - 1]
        return [
            [("yyyy", "\(day.year)"), ("uuuu", "\(day.year)"), ("yy", two(day.year % 100))],
            [
                ("MM", two(day.month)), ("M", "\(day.month)"), ("MMM", String(name.prefix(3))), ("MMMM", name),
                ("MMM", name.uppercased()),
            ],
            [("dd", two(day.day)), ("d", "\(day.day)")],
        ]
    }

    /// The time of day in its forms, each with the second that it tells.
    private func clocks(_ second: Int) -> [(String, String, Int)] {
        let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60)
        let twelve = hour == 0 ? 12 : hour > 12 ? hour - 12 : hour
        let half = hour < 12 ? "AM" : "PM"
        return [
            ("", "", 0), ("HH", two(hour), hour * 3600), ("H:mm", "\(hour):\(two(minute))", second - rest),
            ("HHmmss", two(hour) + two(minute) + two(rest), second),
            ("h 'Uhr' a", "\(twelve) Uhr \(half)", hour * 3600),
            ("hh:m:s a", "\(two(twelve)):\(minute):\(rest) \(half.lowercased())", second),
            ("HH.mm.ss.SSS", "\(two(hour)).\(two(minute)).\(two(rest)).9", second),
        ]
    }

    @Test("patterns of any parts in any order read what is written by them", arguments: 1...6 as ClosedRange<UInt64>)
    func patterns(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<150 {
            let day = Day.all.randomElement(using: &random) ?? Day()
            var (pattern, text) = ("", "")
            for part in dates(day).shuffled(using: &random) {
                let (letters, value) = part.randomElement(using: &random) ?? part[0]
                let (mark, plain) = Self.marks.randomElement(using: &random) ?? ("-", "-")
                (pattern, text) = (pattern + letters + mark, text + value + plain)
            }
            let second = Int.random(in: 0..<86_400, using: &random)
            let (letters, clock, told) = clocks(second).randomElement(using: &random) ?? ("", "", 0)
            let offset = Int.random(in: -95...95, using: &random) * 900
            let zone = (offset < 0 ? "-" : "+") + two(abs(offset) / 3600) + ":" + two(abs(offset) / 60 % 60)
            let own = try TimePattern(pattern + letters + " X")
            let expected = day.seconds + Int64(told - offset)
            #expect(try own.time(of: text + clock + " " + zone, in: LocalZone(offset: 60))?.seconds == expected)
            let local = try TimePattern(pattern + letters).time(of: text + clock, in: LocalZone(offset: Int64(offset)))
            #expect(local?.seconds == expected, "\(pattern)\(letters): \(text)\(clock)")
        }
    }

    @Test("of all numbers for month and day those alone are dates that a calendar has")
    func calendar() throws {
        let pattern = try TimePattern("yyyyMMdd")
        for year in [2000, 2023, 2024, 2099] {
            let days = Day.all.filter { $0.year == year }
            let known = Dictionary(uniqueKeysWithValues: days.map { ($0.month * 100 + $0.day, $0.seconds) })
            for number in 0...9999 where number % 100 < 40 && number < 1600 {
                let text = "\(year)" + two(number / 100) + two(number % 100)
                #expect(try pattern.time(of: text, in: nil)?.seconds == known[number], "\(text)")
            }
        }
    }

    @Test("of all numbers for hours, minutes and seconds those alone are times that a clock has")
    func clock() throws {
        let (day, twelve) = (try TimePattern("yyyyMMdd H.m.s"), try TimePattern("yyyyMMdd h a"))
        let midnight = try #require(Day.all.first).seconds
        for number in 0...99 {
            for (text, limit, scale) in [
                ("\(number).0.0", 24, 3600), ("0.\(number).0", 60, 60), ("0.0.\(number)", 60, 1),
            ] {
                let expected = number < limit ? midnight + Int64(number * scale) : nil
                #expect(try day.time(of: "20000101 " + text, in: nil)?.seconds == expected, "\(text)")
            }
            let hour = (1...12).contains(number) ? number % 12 : nil
            for (half, shift) in [("AM", 0), ("PM", 12)] {
                let expected = hour.map { midnight + Int64(($0 + shift) * 3600) }
                #expect(try twelve.time(of: "20000101 \(number) \(half)", in: nil)?.seconds == expected)
            }
        }
    }

    private func part(_ form: TimeForm, _ changes: [String: String?]) -> RecordPart {
        RecordParser(mapping: Mapping(timeForm: form)).parts(Array(BadJSON.record(changes).utf8))[0]
    }

    @Test("a record's time is from 2000 to 2099, whatever it is written in, and not a second beyond")
    func bounds() throws {
        let (first, last) = (try #require(Day.all.first), try #require(Day.all.last))
        let bounds = [
            (first.seconds, true), (first.seconds - 1, false), (last.seconds + 86_399, true),
            (last.seconds + 86_400, false),
        ]
        for (seconds, isIn) in bounds {
            for perSecond in [1, 1000, 1_000_000, 1_000_000_000] as [Int64] {
                var form = TimeForm()
                form.reading = .epoch(perSecond: perSecond)
                // The last part of the second is still in it.
                let found = part(form, ["time": "\(seconds * perSecond + perSecond - 1)"])
                #expect((found.transaction?.time.seconds == seconds) == isIn)
                #expect(found.rejection == (isIn ? nil : Rejection(reason: .timeInvalid, field: "time")))
            }
        }
    }

    @Test("parts of a unit are rounded down to the second, before the start as behind it")
    func floors() {
        for quarters in -400...400 {
            var form = TimeForm()
            form.reading = .since(EventTime(seconds: 1_700_000_000), secondsPerUnit: 7)
            let decimals = ["", ".25", ".5", ".75"][abs(quarters) % 4]
            var floor = 0
            // By steps, and so without a division of negative numbers.
            while floor * 4 > 7 * quarters { floor -= 1 }
            while (floor + 1) * 4 <= 7 * quarters { floor += 1 }
            let raw = (quarters < 0 ? "-" : "") + String(abs(quarters) / 4) + decimals
            #expect(part(form, ["time": raw]).transaction?.time.seconds == 1_700_000_000 + Int64(floor), "\(raw)")
        }
    }

    @Test("a time of two fields is the one of both texts, and a fault names the field that it is in")
    func joined() throws {
        var form = TimeForm()
        form.joined = ["day", "clock"]
        form.reading = .pattern(try TimePattern("d.M.yyyy H:mm"))
        let changes: [String: String?] = ["time": nil, "day": "\" 9.2.2031 \"", "clock": "\"7:05\u{A0}\""]
        #expect(part(form, changes).transaction?.time.rfc3339 == "2031-02-09T07:05:00Z")
        for (field, raw, reason, named) in [
            ("day", nil, RejectionReason.missingField, "day"), ("clock", "null", .missingField, "clock"),
            ("clock", "\"\"", .emptyField, "clock"), ("clock", "[]", .wrongType, "clock"),
            ("day", "\"30.2.2031\"", .timeInvalid, "day"), ("clock", "\"24:00\"", .timeInvalid, "day"),
        ] as [(String, String?, RejectionReason, String)] {
            let changed = changes.merging([field: raw]) { $1 }
            #expect(part(form, changed).rejection == Rejection(reason: reason, field: named), "\(field)")
        }
    }
}
