import Desk
import Records
import Support
import Testing

/// Items that are put aside for a time.
struct SnoozeTests {
    private let hour: Int64 = 3_600_000_000

    private func take(_ work: inout Work, _ act: Act, by actor: Actor = ana, at now: Int64) -> Work.Refusal? {
        do throws(Work.Refusal) {
            try work.take(record(1, by: actor, act), at: now)
            return nil
        } catch { return error }
    }

    @Test(
        "an item is put aside until its time, by its holder or where nobody has it, and comes back when somebody takes it"
    )
    func ways() {
        var work = Work()
        let snooze = Act.aside(.snooze(until: 5 * hour, wakes: [.label]))
        #expect(take(&work, .claim(lease: 600), at: hour) == nil)
        #expect(take(&work, snooze, by: ben, at: hour) == .held)
        #expect(take(&work, snooze, at: hour) == nil)
        #expect(work.snoozed == Snooze(at: hour, until: 5 * hour, wakes: [.label]))
        #expect(work.holder(at: hour) == nil && work.version == 2)
        for until in [hour, 2 * hour + AsideAct.longest + 1] {
            #expect(take(&work, .aside(.snooze(until: until, wakes: [])), at: 2 * hour) == .badTime)
        }
        #expect(take(&work, .aside(.wake(nil)), by: ben, at: 2 * hour) == nil)
        #expect(take(&work, .aside(.wake(.alert)), at: 2 * hour) == .notSnoozed)
        #expect(take(&work, snooze, at: 3 * hour) == nil)
        #expect(take(&work, .claim(lease: 600), by: ben, at: 3 * hour) == nil)
        #expect(work.snoozed == nil)
        #expect(take(&work, snooze, by: ben, at: 3 * hour) == nil)
        #expect(take(&work, .judge(Judgement(.fraud)), at: 4 * hour) == nil)
        #expect(work.snoozed == nil)
        #expect(take(&work, snooze, at: 4 * hour) == .closed)
        #expect(take(&work, .aside(.wake(nil)), at: 4 * hour) == .closed)
    }

    @Test("what is put aside is in the list of such, and in no other, until its time is there")
    func filters() throws {
        var row = QueueRow(facts: facts(1))
        row.work.snoozed = Snooze(at: 0, until: 10, wakes: [])
        for (shown, now, isThere) in [
            ("open", 9, false), ("open", 10, true), ("snoozed", 9, true), ("snoozed", 10, false), ("closed", 9, false),
        ] {
            let filter = try QueueFilter([("shown", shown)])
            #expect(filter.matches(row, me: nil, now: Int64(now)) == isThere, "\(shown) \(now)")
        }
        #expect(throws: QueueFilter.Fault.self) { try QueueFilter([("shown", "snoozed"), ("finding", "fraud")]) }
    }
}
