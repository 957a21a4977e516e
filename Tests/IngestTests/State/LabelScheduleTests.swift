import Ingest
import Model
import Records
import Support
import Testing

/// The rule by which labels leave, told for each event by itself.
private struct SlowSchedule {
    let bucket: Int64
    let delay: Int64
    private var now: Int64?
    private var events: [(id: UInt64, time: Int64, hasLeft: Bool, isLate: Bool)] = []

    init(bucket: Int64, delay: Int64) {
        self.bucket = bucket
        self.delay = delay
    }

    /// The number of the last bucket that had ended and whose delay was over at a time.
    private func released(at time: Int64) -> Int64 {
        var number = (time - delay) / bucket + 2
        // The first second after a bucket of this number.
        while (number + 1) * bucket > time - delay { number -= 1 }
        return number
    }

    private func number(of time: Int64) -> Int64 {
        var number = time / bucket + 2
        while number * bucket > time { number -= 1 }
        return number
    }

    /// Event time comes to `time`; the ids that leave.
    mutating func pass(_ time: Int64) -> Set<UInt64> {
        let before = now.map { released(at: $0) }
        now = max(now ?? time, time)
        let last = released(at: now ?? time)
        guard before.map({ last > $0 }) ?? true else { return [] }
        var leaving: Set<UInt64> = []
        for index in events.indices where !events[index].hasLeft {
            guard events[index].isLate || number(of: events[index].time) <= last else { continue }
            events[index].hasLeft = true
            leaving.insert(events[index].id)
        }
        return leaving
    }

    /// An event comes; the ids that leave with it, and whether it is late itself.
    mutating func add(_ id: UInt64, at time: Int64) -> (leaving: Set<UInt64>, isLate: Bool) {
        let leaving = pass(time)
        let isLate = number(of: time) <= released(at: now ?? time)
        events.append((id, time, false, isLate))
        return (leaving, isLate)
    }

    var waiting: Int { events.count { !$0.hasLeft } }
}

@Suite("The schedule of labels")
struct LabelScheduleTests {
    private static let hour: Int64 = 3600

    private static func agent(bucket: Int64, delay: Int64) throws -> RowAgent {
        try RowAgent(spec: consortiumSpec(bucket: bucket, labelDelay: delay))
    }

    /// Buckets and delays, in hours: none, shorter and longer than a bucket, and no multiple of one.
    private static let terms: [(bucket: Int64, delay: Int64)] = [(1, 0), (24, 0), (24, 48), (5, 7), (24, 1), (1, 100)]

    @Test("lets each label leave as one that looks at each event does", arguments: terms, 1...3 as ClosedRange<UInt64>)
    func oracle(terms: (bucket: Int64, delay: Int64), seed: UInt64) throws {
        let (bucket, delay) = (terms.bucket * Self.hour, terms.delay * Self.hour)
        var random = SplitMix64(seed)
        var agent = try Self.agent(bucket: bucket, delay: delay)
        var slow = SlowSchedule(bucket: bucket, delay: delay)
        // From before 1970 into it.
        var now = -60 * EventTime.day
        var lates = 0
        for id in 1...600 as ClosedRange<UInt64> {
            now += Int64.random(in: 0...6 * Self.hour, using: &random)
            // Now and then exactly at the end of a bucket, or a second before.
            if id % 7 == 0 { now = (now / bucket) * bucket + bucket - Int64(id % 2) }
            if id % 5 == 0 {
                let mark = now - Int64.random(in: 0...Self.hour, using: &random)
                let left = agent.pass(mark).map(\.id)
                #expect(Set(left) == slow.pass(mark) && Set(left).count == left.count, "watermark \(id)")
            }
            let late = id % 3 == 0 ? Int64.random(in: 0...4 * EventTime.day, using: &random) : 0
            let (answer, labels) = try agent.take(id, at: now - late)
            let expected = slow.add(id, at: now - late)
            #expect(answer == .new(late: expected.isLate), "event \(id)")
            #expect(Set(labels.map(\.id)) == expected.leaving, "event \(id)")
            #expect(agent.memory.unlabelled == slow.waiting, "event \(id)")
            lates += expected.isLate ? 1 : 0
        }
        #expect((lates > 10 || delay > 4 * EventTime.day) && lates < 250)
        #expect(Set(agent.pass(now + delay + 2 * bucket).map(\.id)) == slow.pass(now + delay + 2 * bucket))
        #expect(agent.memory.unlabelled == 0 && slow.waiting == 0)
    }

    @Test(
        "lets a bucket's labels leave in the second in which its delay is over",
        arguments: [-2, -1, 0, 1, 2] as [Int64])
    func bounds(number: Int64) throws {
        let (bucket, delay) = (5 * Self.hour, 7 * Self.hour)
        var agent = try Self.agent(bucket: bucket, delay: delay)
        let (first, end) = (number * bucket, (number + 1) * bucket)
        for (id, time) in [(1, first - 1), (2, first), (3, end - 1), (4, end)] as [(UInt64, Int64)] {
            #expect(try agent.answer(id, at: time) == .new(late: false))
        }
        #expect(agent.pass(first + delay - 1).isEmpty)
        #expect(agent.pass(first + delay).map(\.id) == [1])
        #expect(agent.pass(end + delay - 1).isEmpty)
        #expect(Set(agent.pass(end + delay).map(\.id)) == [2, 3])
        // A clock that goes back changes nothing, and what comes for a bucket that is gone is late.
        #expect(agent.pass(first).isEmpty)
        #expect(try agent.answer(5, at: end - 1) == .new(late: true) && agent.answer(6, at: end) == .new(late: false))
        #expect(Set(agent.pass(end + bucket + delay).map(\.id)) == [4, 5, 6])
    }

    @Test("keeps a label for its span at most, and one of a late event for a bucket more", arguments: terms)
    func span(terms: (bucket: Int64, delay: Int64)) throws {
        let (bucket, delay) = (terms.bucket * Self.hour, terms.delay * Self.hour)
        let spec = consortiumSpec(bucket: bucket, labelDelay: delay)
        #expect(spec.labelSpan == delay + bucket)
        let first = 1000 * bucket
        // The whole span is used by what comes in a bucket's first second.
        var agent = try Self.agent(bucket: bucket, delay: delay)
        #expect(try agent.answer(1, at: first) == .new(late: false))
        #expect(agent.pass(first + spec.labelSpan - 1).isEmpty)
        #expect(agent.pass(first + spec.labelSpan).map(\.id) == [1])
        // Its bucket's labels have just left when this one comes, and the next bucket's are the next to leave.
        #expect(try agent.answer(2, at: first) == .new(late: true))
        #expect(agent.pass(first + spec.labelHistory - 1).isEmpty)
        #expect(agent.pass(first + spec.labelHistory).map(\.id) == [2])
    }

    @Test("a label says the last verdict, whenever it was given, and a late event's too")
    func verdicts() throws {
        var agent = try Self.agent(bucket: 24 * Self.hour, delay: 0)
        let day = EventTime.day
        _ = try agent.answer(1, at: 10 * day)
        _ = try agent.answer(2, at: 10 * day)
        for fraud in [true, false, true] { _ = agent.confirm(1, at: 10 * day, fraud: fraud) }
        _ = agent.confirm(2, at: 10 * day, fraud: true)
        _ = agent.confirm(2, at: 10 * day, fraud: false)
        #expect(Set(agent.pass(11 * day)) == [DueLabel(id: 1, fraud: true), DueLabel(id: 2, fraud: false)])
        _ = try agent.answer(3, at: 10 * day)
        // Its label has not left, so there is nothing to correct.
        #expect(agent.confirm(3, at: 10 * day, fraud: true)?.labels.isEmpty == true)
        #expect(agent.confirm(1, at: 10 * day, fraud: false)?.labels == [DueLabel(id: 1, fraud: false)])
        #expect(agent.pass(12 * day) == [DueLabel(id: 3, fraud: true)])
    }
}
