import Desk
import Policy
import Records
import Support
import Testing

/// Times within which alerts are looked at.
struct ServiceCalendarTests {
    private let minute: Int64 = 60_000_000

    private func micros(_ text: String) -> Int64 { EventTime(rfc3339: text)!.seconds * 1_000_000 }

    private func calendar(_ text: String) throws -> ServiceCalendar {
        try #require(try HouseRules(text: text).service.levels(over: .standard).calendar)
    }

    @Test("work time passes on the wall's clock: by weekdays, over nights, weekends and days off")
    func days() throws {
        let office = try calendar(
            "zone Europe/Berlin\nhours mon-thu 08:00-18:00\nhours fri 08:00-14:00\nholiday 2026-01-01\nholiday 2026-01-02"
        )
        for (from, minutes, due) in [
            // Wednesday afternoon, over two days off and a weekend to Monday.
            ("2025-12-31T16:50:00Z", 30, "2026-01-05T07:20:00Z"), ("2025-12-31T16:50:00Z", 10, "2025-12-31T17:00:00Z"),
            ("2026-01-05T03:00:00Z", 1, "2026-01-05T07:01:00Z"), ("2026-01-09T12:30:00Z", 60, "2026-01-12T07:30:00Z"),
            // Five days of work.
            ("2026-01-12T07:00:00Z", 4 * 600 + 360, "2026-01-16T13:00:00Z"),
            // In summer the same hours lie elsewhere.
            ("2026-07-06T05:00:00Z", 30, "2026-07-06T06:30:00Z"),
        ] {
            #expect(office.after(Int64(minutes) * minute, from: micros(from)) == micros(due), "\(from)")
        }
        #expect(office.isOpen(at: micros("2026-01-05T07:00:00Z")) && !office.isOpen(at: micros("2026-01-05T17:00:00Z")))
        #expect(!office.isOpen(at: micros("2026-01-01T10:00:00Z")))
        #expect(office.work(from: micros("2025-12-31T16:50:00Z"), to: micros("2026-01-05T07:20:00Z")) == 30 * minute)
        #expect(office.work(from: 5, to: 4) == 0)
    }

    @Test("a clock of the wall is gone through minute by minute, and says the same, over both ends of daylight saving")
    func oracle() throws {
        let zone = try #require(Zone("Europe/Berlin"))
        for (text, start) in [
            ("hours sat-sun 00:00-24:00", "2026-03-27T20:00:00Z"),
            ("hours mon-sun 01:30-06:00", "2026-03-28T12:00:00Z"),
            ("hours sat-sun 00:00-24:00", "2026-10-23T20:00:00Z"),
            ("hours mon-sun 01:00-06:00", "2026-10-24T12:00:00Z"),
        ] {
            let calendar = try calendar("zone Europe/Berlin\n" + text)
            func isOpen(_ micros: Int64) -> Bool {
                let wall = zone.wallTime(EventTime(seconds: micros / 1_000_000))
                let seconds = Int(wall.seconds - Int64(wall.dayNumber) * EventTime.day)
                return calendar.hours[wall.weekday]?.contains(seconds) ?? false
            }
            var (now, passed) = (micros(start), Int64(0))
            let begin = now
            while passed < 1200 {
                #expect(calendar.isOpen(at: now) == isOpen(now))
                if isOpen(now) {
                    passed += 1
                    #expect(calendar.after(passed * minute, from: begin) == now + minute)
                }
                now += minute
                #expect(calendar.work(from: begin, to: now) == passed * minute)
            }
        }
    }

    @Test("the largest amount that a payment reaches says its time; without hours time always passes")
    func levels() throws {
        let rules = try HouseRules(
            text: "due held 20\ndue held 10 1000\ndue held 5 5000\ndue stopped 60\ndue stopped 30 1000\nescalate")
        let levels = rules.service.levels(over: .standard)
        for (band, amount, minutes) in [
            (Band.review, 500, 20), (.review, 1000, 10), (.review, 4999, 10), (.review, 5000, 5), (.decline, 500, 60),
            (.decline, 90_000, 30),
        ] {
            #expect(
                levels.due(facts(1, band: band, amount: Int64(amount) * 100, decidedAt: 7)) == 7 + Int64(minutes)
                    * minute)
        }
        #expect(HouseRules().service.levels(over: .standard) == .standard)
        #expect(rules.service.escalates)
        #expect(try HouseRules(text: rules.text) == rules)
        let other = try HouseRules(
            text: "zone +02:00\nhours mon 00:00-24:00\nhours tue-fri 08:00-09:00\nholiday 2026-05-01")
        #expect(try HouseRules(text: other.text) == other)
    }

    @Test("what is no time is refused with its line")
    func refused() {
        for text in [
            "zone Berlin", "zone", "hours mon", "hours fri-mon 08:00-18:00", "hours mon 18:00-08:00",
            "hours mon 08:00-08:00",
            "hours mon-tue-wed 08:00-09:00", "hours mon 8:00-18:00", "hours mon-wed 08:00-10:00\nhours wed 12:00-13:00",
            "holiday 2026-02-30", "holiday", "holiday 2026-01-01\nholiday 2026-01-01", "due", "due held", "due held 0",
            "due late 5", "due held 5 x", "due held 5 0", "due held 5\ndue held 6", "due held 5 10\ndue held 6 10",
            "escalate 5", "escalate\nescalate",
        ] {
            #expect(throws: HouseRules.Fault.self, "\(text)") { try HouseRules(text: text) }
        }
    }

    @Test("an item that is late stays so, and one with a verdict is not late any more")
    func late() throws {
        var work = Work()
        try work.take(record(1, by: .desk, .late), at: 5)
        #expect(work.lateAt == 5 && work.version == 0)
        try work.take(record(2, by: .desk, .late), at: 9)
        #expect(work.lateAt == 5)
        try work.take(record(3, .judge(Judgement(.fraud))), at: 10)
        #expect(throws: Work.Refusal.closed) { try work.take(record(4, by: .desk, .late), at: 11) }
        var row = QueueRow(facts: facts(1))
        #expect(!(try QueueFilter([("awaits", "late")])).matches(row, me: nil, now: 0))
        row.work.lateAt = 4
        #expect(try QueueFilter([("awaits", "late")]).matches(row, me: nil, now: 0))
    }
}
