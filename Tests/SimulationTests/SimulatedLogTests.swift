import EventLogs
import Simulation
import Stages
import Testing

/// Beside the log's conformance suite: the faults that a simulation has it make.
@Suite("The simulated log's faults")
struct SimulatedLogTests {
    private let clock = SimulatedClock(start: 0)
    private let broker: SimulatedBroker
    private let log: SimulatedLog
    private let partition = TopicPartition("bank-a.transactions")

    init() throws {
        broker = SimulatedBroker(clock: clock)
        log = SimulatedLog(broker, clock: clock)
        try log.create([TopicSettings(name: partition.topic), TopicSettings(name: "bank-a.decisions")])
    }

    private func record(_ text: String) -> NewRecord { NewRecord(partition, value: Array(text.utf8)) }

    private func texts(_ records: [LogRecord]) -> [String] {
        records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    @Test("a refused append is not in the log; after it appends go on")
    func refusal() throws {
        log.disturb(.refuseAppends(2))
        for _ in 0..<2 {
            let error = #expect(throws: LogError.self) { try log.append([record("a")]) }
            #expect(error?.mayRetry == true)
        }
        try log.append([record("a")])
        #expect(texts(broker.records(of: partition)) == ["a"])
    }

    @Test("an append whose answer is lost is in the log, and so is the one that repeats it")
    func lostAnswer() throws {
        log.disturb(.loseAnswers(1))
        #expect(throws: LogError.self) { try log.append([record("a"), record("b")]) }
        try log.append([record("a"), record("b")])
        #expect(texts(broker.records(of: partition)) == ["a", "b", "a", "b"])
    }

    /// Appends to the topic of labels, of which a log may hold records back.
    private func append(labels texts: String...) throws {
        try log.append(texts.map { NewRecord(TopicPartition(Topics.labels), value: Array($0.utf8)) })
    }

    private func labels() -> [String] { texts(broker.records(of: TopicPartition(Topics.labels))) }

    @Test("a record that is held back comes behind the next ones that are in the log, whatever is refused in between")
    func heldBack() throws {
        try log.create([TopicSettings(name: Topics.labels)])
        log.disturb(.holdBack(1))
        try append(labels: "a", "b")
        #expect(labels() == ["b"])
        log.disturb(.refuseAppends(1))
        #expect(throws: LogError.self) { try append(labels: "c") }
        #expect(throws: LogError.self) { try log.append([NewRecord(TopicPartition("nowhere"), value: [])]) }
        try append(labels: "c")
        #expect(labels() == ["b", "c", "a"])
        // A fault of the next records is not used up by an append that is refused.
        log.disturb(.refuseAppends(1))
        log.disturb(.loseLabels(1))
        #expect(throws: LogError.self) { try append(labels: "d") }
        try append(labels: "d", "e")
        #expect(labels() == ["b", "c", "a", "e"])
    }

    @Test("a process that lags sees less than another, and later the rest")
    func lag() throws {
        try log.append((0..<5).map { record("\($0)") })
        let other = SimulatedLog(broker, clock: clock)
        other.disturb(.lag(records: 3))
        let reader = try other.reader(at: [Position(partition, 0)])
        #expect(texts(try reader.next(limit: 10, timeout: .zero)) == ["0", "1"])
        #expect(try other.end(of: partition) == 5)
        other.recover()
        #expect(texts(try reader.available(limit: 10)) == ["2", "3", "4"])
        let own = try log.reader(at: [Position(partition, 0)])
        #expect(try own.available(limit: 10).count == 5)
    }

    @Test("a wait in vain lets simulated time pass; one that finds something takes none")
    func waiting() throws {
        let reader = try log.reader(at: [Position(partition, 0)])
        let begin = clock.now
        #expect(try reader.next(limit: 1, timeout: .seconds(2)).isEmpty)
        #expect(clock.now - begin == .seconds(2))
        try log.append([record("a")])
        #expect(texts(try reader.next(limit: 1, timeout: .seconds(2))) == ["a"])
        #expect(clock.now - begin == .seconds(2))
    }

    @Test("a process that is gone does nothing more, whatever it still holds")
    func death() throws {
        try log.append([record("a")])
        let reader = try log.reader(at: [Position(partition, 0)])
        let writer = try log.writer(id: "bank-a.decisions-0")
        log.disturb(.dead)
        log.recover()
        #expect(throws: LogError.self) { try log.append([record("b")]) }
        #expect(throws: LogError.self) { try reader.available(limit: 1) }
        #expect(throws: LogError.self) { try log.commit([Position(partition, 1)], group: "g") }
        #expect(throws: LogError.self) {
            try writer.append([record("b")], committing: [Position(partition, 1)], group: "g")
        }
        #expect(texts(broker.records(of: partition)) == ["a"])
        #expect(try SimulatedLog(broker, clock: clock).committed(partition, group: "g") == nil)
    }

    @Test("of two writers of an id the later one fences the other, whose batch and position are both left out")
    func fencing() throws {
        let decisions = TopicPartition("bank-a.decisions")
        let older = try log.writer(id: "bank-a.decisions-0")
        let newer = try SimulatedLog(broker, clock: clock).writer(id: "bank-a.decisions-0")
        let batch = [NewRecord(decisions, value: [1])]
        #expect(throws: LogError.fenced(writer: "bank-a.decisions-0")) {
            try older.append(batch, committing: [Position(partition, 7)], group: "g")
        }
        #expect(try broker.records(of: decisions).isEmpty && log.committed(partition, group: "g") == nil)
        try newer.append(batch, committing: [Position(partition, 8)], group: "g")
        #expect(try broker.records(of: decisions).count == 1 && log.committed(partition, group: "g") == 8)
    }
}
