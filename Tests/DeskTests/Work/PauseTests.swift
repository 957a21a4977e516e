import Desk
import Policy
import Records
import Support
import Testing

/// Clocks that stand while others have to answer.
struct PauseTests {
    private let minute: Int64 = 60_000_000
    /// A Wednesday's midnight.
    private let start: Int64 = 1_735_689_600_000_000

    private func take(_ work: inout Work, _ act: Act, by actor: Actor = ana, at now: Int64) -> Work.Refusal? {
        do throws(Work.Refusal) {
            try work.take(record(1, by: actor, act), at: now)
            return nil
        } catch { return error }
    }

    @Test(
        "a clock is stopped by who has the alert or where nobody has, up to a time, and goes on then or when somebody says so"
    )
    func ways() {
        var work = Work()
        let pause = Act.aside(.pause(until: 100 * minute, .customer))
        #expect(take(&work, .aside(.resume), at: 0) == .notPaused)
        #expect(take(&work, .claim(lease: 600), at: minute) == nil)
        #expect(take(&work, .soon, by: .desk, at: minute) == nil && work.warnedAt == minute)
        #expect(take(&work, pause, by: ben, at: minute) == .held)
        #expect(take(&work, pause, at: 2 * minute) == nil)
        // Whoever works on it goes on doing so; the warning may come again.
        #expect(work.holder(at: 2 * minute) == ana && work.version == 2 && work.warnedAt == nil)
        #expect(work.pause(at: 99 * minute)?.waitsFor == .customer && work.pause(at: 100 * minute) == nil)
        #expect(take(&work, pause, at: 3 * minute) == .paused)
        #expect(take(&work, .aside(.resume), by: ben, at: 50 * minute) == nil)
        #expect(work.pauses == [Pause(at: 2 * minute, until: 50 * minute, waitsFor: .customer)])
        for until in [50 * minute, 50 * minute + Pause.longest + 1] {
            #expect(take(&work, .aside(.pause(until: until, .partner)), at: 50 * minute) == .badTime)
        }
        // The longest there may be, and the shortest.
        for time in [Pause.longest, 1] {
            var other = Work()
            #expect(take(&other, .aside(.pause(until: 50 * minute + time, .partner)), at: 50 * minute) == nil)
        }
        for number in 1..<Pause.limit {
            let now = (50 + 2 * Int64(number)) * minute
            #expect(take(&work, .aside(.pause(until: now + 1, .partner)), at: now) == nil)
        }
        #expect(take(&work, .aside(.pause(until: 999 * minute, .partner)), at: 998 * minute) == .full)
        #expect(take(&work, .judge(Judgement(.fraud)), by: ben, at: 998 * minute) == nil)
        #expect(take(&work, pause, at: 998 * minute) == .closed)
        #expect(take(&work, .soon, by: .desk, at: 998 * minute) == .closed)
    }

    @Test("an alert is due when the minutes of work without its pauses are as many as its level has", arguments: 0..<6)
    func dues(seed: Int) throws {
        var random = SplitMix64(UInt64(seed))
        let rules = try HouseRules(
            text: seed % 2 == 0 ? "due held 90\nwarn 20" : "hours mon-fri 09:00-11:00\ndue held 90\nwarn 20")
        let levels = rules.service.levels(over: .standard)
        for _ in 0..<25 {
            let decided = Int64(random.next() % 2000)
            var (pauses, place): ([Pause], Int64) = ([], decided)
            for _ in 0..<Int(random.next() % 4) {
                place += Int64(random.next() % 60)
                let end = place + Int64(random.next() % 200)
                pauses.append(Pause(at: start + place * minute, until: start + end * minute, waitsFor: .partner))
                place = end
            }
            // A slow oracle: minute by minute.
            var (left, now): (Int64, Int64) = (90, start + decided * minute)
            var soon: Int64?
            while left > 0 {
                if left == 20, soon == nil { soon = now }
                let isWork = levels.calendar?.isOpen(at: now) ?? true
                let stands = pauses.contains { $0.at <= now && now < $0.until }
                if isWork, !stands { left -= 1 }
                now += minute
            }
            #expect(
                levels.due(isHeld: true, amount: MinorUnits(1), decidedAt: start + decided * minute, pauses: pauses)
                    == now)
            #expect(
                levels.soon(isHeld: true, amount: MinorUnits(1), decidedAt: start + decided * minute, pauses: pauses)
                    == soon)
        }
    }

    @Test("lists of what is nearly late and of what waits for others have these alone")
    func filters() throws {
        var row = QueueRow(facts: facts(1))
        func has(_ awaits: String, at now: Int64) throws -> Bool {
            try QueueFilter([("awaits", awaits), ("whose", "anyone")]).matches(row, me: ana, now: now)
        }
        #expect(try !has("soon", at: 5) && !has("others", at: 5))
        row.work.warnedAt = 3
        row.work.pauses = [Pause(at: 4, until: 9, waitsFor: .customer)]
        #expect(try has("soon", at: 5) && has("others", at: 5) && !has("others", at: 9))
        row.work.lateAt = 7
        #expect(try !has("soon", at: 8))
    }

    @Test("the rule that warns has minutes, stands in the text again, and is none without them")
    func rule() throws {
        #expect(try HouseRules(text: "warn 10").text == "warn 10")
        #expect(try HouseRules(text: "warn 10").service.levels(over: .standard).warning == 600)
        for wrong in ["warn", "warn 0", "warn x", "warn 1 2", "warn 1\nwarn 2"] {
            #expect(throws: HouseRules.Fault.self, "\(wrong)") { try HouseRules(text: wrong) }
        }
        // A warning that is longer than the whole time begins at once.
        let levels = try HouseRules(text: "due held 5\nwarn 10").service.levels(over: .standard)
        #expect(levels.soon(isHeld: true, amount: MinorUnits(1), decidedAt: start) == start)
    }
}
