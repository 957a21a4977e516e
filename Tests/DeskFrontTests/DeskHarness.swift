import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import LocalStore
import Policy
import Records
import Stages
import Support
import Synchronization
import Telemetry

/// A member's log with the desk's topics, on a clock that stands until it is moved.
struct DeskLog {
    let folder = try! TemporaryFolder()
    let clock = ManualClock()
    let log: any EventLog

    init() throws {
        log = try SQLiteEventLog(directory: folder.path("log"), clock: clock, durability: .process)
        let member = DeskSamples.member
        try log.create(
            [
                Topics.transactions(member), Topics.decisions(member), Topics.alerts(member), Topics.cases(member),
                Topics.reasons(member), Topics.receipts(member),
            ].map { TopicSettings(name: $0) })
    }

    /// Writes payments with their decisions and alerts, as an agent does.
    func alert(_ numbers: Range<Int>) throws {
        let member = DeskSamples.member
        try log.append(
            numbers.flatMap { number in
                let payment = DeskSamples.payment(number)
                let facts = DeskSamples.facts(number)
                return [
                    NewRecord(TopicPartition(Topics.transactions(member)), value: CanonicalJSON.encode(payment)),
                    NewRecord(
                        TopicPartition(Topics.decisions(member)),
                        value: DeskSamples.event(facts, type: "org.cordon.decision.v1").json),
                    NewRecord(TopicPartition(Topics.alerts(member)), value: DeskSamples.event(facts).json),
                ]
            })
    }

    /// Writes payments that are approved, as an agent does.
    ///
    /// - Parameter at: when they are decided, in microseconds since 1970; nil for long ago.
    func letGo(_ numbers: Range<Int>, at: Int64? = nil) throws {
        let (payments, decisions) = (
            TopicPartition(Topics.transactions(DeskSamples.member)),
            TopicPartition(Topics.decisions(DeskSamples.member))
        )
        for number in numbers {
            let position = try log.append([
                NewRecord(payments, value: CanonicalJSON.encode(DeskSamples.payment(number)))
            ])[0]
            var facts = DeskSamples.facts(number)
            facts.band = .approve
            facts.source = SourcePosition(partition: 0, offset: position.offset)
            facts.decidedAt = at ?? 1
            try log.append([
                NewRecord(decisions, value: DeskSamples.event(facts, type: CloudEvent.decision).json)
            ])
        }
    }

    func desk(_ name: String, log: (any EventLog)? = nil, book: ActBook = ActBook()) throws -> DeskParts {
        try DeskParts(
            index: DeskIndex(path: folder.path(name), member: DeskSamples.member), log: log ?? self.log, clock: clock,
            book: book)
    }
}

/// One desk's stages, turned by hand.
struct DeskParts {
    let index: DeskIndex
    let book: ActBook
    let writer: ActWriter
    let projection: DeskProjection
    let metrics = Metrics()

    init(index: DeskIndex, log: any EventLog, clock: any StageClock, book: ActBook) throws {
        self.index = index
        self.book = book
        writer = ActWriter(member: DeskSamples.member, book: book, log: log, patience: 0)
        projection = try DeskProjection(
            index: index, intake: DeskIntake(member: DeskSamples.member, mapping: .canonical), log: log, clock: clock,
            metrics: metrics, told: { book.told($0) })
    }
}
