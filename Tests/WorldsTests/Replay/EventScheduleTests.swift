import Records
import Testing
import Worlds

private let day = EventTime.day

/// A transaction at some second of a day from 1970 on.
private func row(_ id: String, day number: Int64, second: Int64 = 0, fraud: Bool = false) throws -> LabelledTransaction
{
    LabelledTransaction(
        member: try #require(MemberID(fraud ? "bank-b" : "bank-a")),
        transaction: Transaction(
            id: id, time: EventTime(seconds: number * day + second), customer: "c", terminal: "t",
            amount: MinorUnits(1)),
        fraud: fraud, scenario: fraud ? 1 : 0)
}

private func names(_ events: [ScheduledEvent]) -> [String] {
    events.map { event in
        switch event {
        case .transaction(let labelled): labelled.transaction.id
        case .watermark(let member, let time): "over \(member.name) \(time.dayNumber)"
        case .verdict(_, let verdict, _): (verdict.fraud ? "fraud " : "legitimate ") + verdict.transaction
        }
    }
}

@Suite("An event schedule")
struct EventScheduleTests {
    @Test("holds the days' transactions, and verdicts on frauds a fixed delay after each")
    func order() throws {
        let rows = [
            try row("early", day: 2, fraud: true), try row("before", day: 3, second: 5, fraud: true),
            try row("first", day: 10), try row("second", day: 10, second: 5), try row("third", day: 11, fraud: true),
            try row("after", day: 12),
        ]
        let events = eventSchedule(rows, days: 10...11)
        #expect(names(events) == ["first", "fraud before", "second", "third"])
        #expect(events.map(\.time.seconds) == [10 * day, 10 * day + 5, 10 * day + 5, 11 * day])
        #expect(events.map(\.member.name) == ["bank-a", "bank-b", "bank-a", "bank-b"])
        #expect(
            names(eventSchedule(rows, days: 10...11, labelDelayDays: 0)) == ["first", "second", "fraud third", "third"])
        #expect(names(eventSchedule(rows, days: 9...9)) == ["fraud early"])
        #expect(names(eventSchedule(rows, days: 18...18)) == ["fraud third"])
        #expect(eventSchedule([], days: 1...2).isEmpty)
    }

    @Test("keeps the order of transactions of the same second")
    func stable() throws {
        let rows = try (0..<50).map { try row("p\(99 - $0)", day: 1) }
        #expect(names(eventSchedule(rows, days: 1...1)) == rows.map(\.transaction.id))
    }

    @Test("says at each midnight between the days that the one before is over")
    func watermarks() throws {
        let rows = [try row("first", day: 10), try row("second", day: 11)]
        #expect(names(eventSchedule(rows, days: 10...11, watermarks: day)) == ["first", "over bank-a 11", "second"])
    }

    @Test("says so at each bucket's end where buckets are shorter, but not at the days' own ends")
    func buckets() throws {
        let rows = [
            try row("first", day: 10), try row("at", day: 10, second: 6 * 3600),
            try row("b", day: 10, second: 7 * 3600, fraud: true),
        ]
        let events = eventSchedule(rows, days: 10...10, watermarks: 6 * 3600)
        #expect(
            names(events) == [
                "first", "over bank-a 10", "over bank-b 10", "at", "b", "over bank-a 10", "over bank-b 10",
                "over bank-a 10", "over bank-b 10",
            ])
        let hours = events.map { ($0.time.seconds - 10 * day) / 3600 }
        #expect(hours == [0, 6, 6, 6, 7, 12, 12, 18, 18])
    }
}

@Suite("A range of days")
struct DayRangeTests {
    @Test("is read with both ends, or as one day")
    func reads() throws {
        let first = try #require(EventTime(rfc3339: "2018-06-21")).dayNumber
        #expect(try DayRange("2018-06-21..2018-06-27").days == first...first + 6)
        #expect(try DayRange("2018-06-21").days == first...first)
        #expect(try DayRange("2018-06-21..2018-06-21").days == first...first)
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", "..", "2018-06-21..", "..2018-06-21", "2018-06-27..2018-06-21", "2018-06-31", "2018-06-21..2018-06-31",
            "2018-06-21...2018-06-27", "2018-06-21..2018-06-22..2018-06-23", "2018-06-21 00:00:00", "21.06.2018",
            "2018-06-21..2018-06-27T10:00:00Z", "all",
        ])
    func refused(text: String) {
        #expect(throws: ReplayError.badRange(text)) { try DayRange(text) }
    }
}
