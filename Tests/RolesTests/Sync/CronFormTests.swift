import Records
import Roles
import Testing

@Suite("A schedule in cron's form")
struct CronFormTests {
    @Test(
        "has these next minutes",
        arguments: [
            ("0 3 * * *", "2026-03-01T02:59:59Z", "2026-03-01T03:00:00Z"),
            ("0 3 * * *", "2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z"),
            ("*/15 * * * *", "2026-03-01T23:50:00Z", "2026-03-02T00:00:00Z"),
            ("5-20/7 1 * * *", "2026-03-01T01:05:00Z", "2026-03-01T01:12:00Z"),
            ("30 2,14 * * *", "2026-12-31T14:30:00Z", "2027-01-01T02:30:00Z"),
            // 2026-03-01 is a Sunday.
            ("0 0 * * 0", "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
            ("0 0 * * 7", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("0 0 * * 1-5", "2026-02-27T00:00:00Z", "2026-03-02T00:00:00Z"),
            // Either day is enough.
            ("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"),
            ("0 0 13 * 5", "2026-03-10T00:00:00Z", "2026-03-13T00:00:00Z"),
            ("0 0 31 * *", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            ("  1   2 3 4 * ", "2026-04-03T02:01:00Z", "2027-04-03T02:01:00Z"),
        ])
    func next(text: String, after: String, next: String) throws {
        let form = try #require(CronForm(text))
        #expect(form.next(after: try #require(EventTime(rfc3339: after)))?.rfc3339 == next)
    }

    @Test("is the first of all minutes whose fields fit")
    func oracle() throws {
        for text in ["7,40 */5 1-9/4 2,3 *", "0 12 * 2 3,6", "59 23 28 * 1"] {
            let form = try #require(CronForm(text))
            var time = try #require(EventTime(rfc3339: "2028-02-01T00:00:30Z"))
            for _ in 0..<12 {
                let found = try #require(form.next(after: time))
                var minute = time.seconds / 60 * 60 + 60
                while !fits(text, EventTime(seconds: minute)) { minute += 60 }
                #expect(found.seconds == minute, "\(text) after \(time.rfc3339)")
                time = found
            }
        }
    }

    /// Whether a minute is one of the three schedules' above, by what each says in words.
    private func fits(_ text: String, _ time: EventTime) -> Bool {
        let (_, month, day) = time.date
        let (hour, minute) = (time.hour, time.seconds / 60 % 60)
        switch text {
        case "7,40 */5 1-9/4 2,3 *":
            return [7, 40].contains(minute) && hour % 5 == 0 && [1, 5, 9].contains(day) && [2, 3].contains(month)
        case "0 12 * 2 3,6": return minute == 0 && hour == 12 && month == 2 && [2, 5].contains(time.weekday)
        default: return minute == 59 && hour == 23 && (day == 28 || time.weekday == 0)
        }
    }

    @Test(
        "is none in another form",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *",
            "* * * 13 *", "* * * * 8", "5-1 * * * *", "1/2 * * * *", "*/0 * * * *", "*/-1 * * * *", "a * * * *",
            "1, * * * *", "1- * * * *", "1-2-3 * * * *", "*1 * * * *", "@daily", "0 0 31 2 *", "0 0 30 2 *",
        ])
    func malformed(text: String) { #expect(CronForm(text) == nil) }
}
