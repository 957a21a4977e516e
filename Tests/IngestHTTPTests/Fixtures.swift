import EventLogs
import Formats
import Foundation
import HTTPFront
import IngestHTTP
import LocalStore
import Logging
import Policy
import Records
import Sealing
import Stages
import Support
import Synchronization
import Telemetry
import Testing

enum Fixtures {
    static let member = MemberID("bank-a")!

    /// A decision as an agent writes it.
    static func event(_ id: String, offset: Int64, partition: Int = 0, decision: String = "approve") -> CloudEvent {
        let json = """
            {"specversion":"1.0","id":"e-\(id)","source":"/members/bank-a","type":"\(CloudEvent.decision)","subject":"\(id)",\
            "time":"2026-01-21T10:00:01Z","datacontenttype":"application/json","data":{"transaction":"\(id)",\
            "decision":"\(decision)","rawScore":5,"score":0.5,"probability":0.25,"modelVersion":"1",\
            "source":{"partition":\(partition),"offset":\(offset)},"transactionTime":"2026-01-21T10:00:00Z",\
            "receivedAt":1,"decidedAt":2}}
            """
        return CloudEvent(json: Array(json.utf8))!
    }

    static func record(_ id: String, customer: String = "c-1", amount: String = "12.50") -> [UInt8] {
        Array(
            """
            {"id":"\(id)","time":"2026-01-21T10:00:00Z","customer":"\(customer)","terminal":"x-1","amount":"\(amount)"}
            """.utf8)
    }
}

/// A member's topics on an embedded log, a front, and in the place of agents and parties the test itself.
final class Bench: Sendable {
    let log: any EventLog
    let service: ScoreService
    let appender: RecordAppender
    let feed: OutcomeFeed
    let metrics = Metrics()
    private let stop = Flag()
    let folder: TemporaryFolder
    private let threads = DispatchGroup()

    /// - Parameters:
    ///   - mapping: of the member's records.
    ///   - folder: a log that is there already, as after a restart; nil for a new one.
    ///   - wrap: what to put between the front and the log.
    init(
        mapping: Mapping = .canonical, partitions: Int = 1, folder: TemporaryFolder? = nil,
        fallback: FallbackPolicy = .review, capacity: Int = 8192,
        wrap: (any EventLog) -> any EventLog = { $0 }
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        log = try SQLiteEventLog(directory: self.folder.path, clock: SystemClock())
        let member = Fixtures.member
        try log.create(
            [Topics.transactions(member), Topics.decisions(member)].map {
                TopicSettings(name: $0, partitions: partitions)
            }
                + [TopicSettings(name: Topics.rejected(member))])
        let front = wrap(log)
        appender = RecordAppender(log: front, capacity: capacity)
        service = try ScoreService(
            member: member, log: front, appender: appender, mapping: mapping, rules: ValidationRules(),
            clock: SystemClock(), fallback: fallback,
            book: ScoreBook(capacity: 1000, age: 1000), metrics: metrics)
        feed = OutcomeFeed(
            member: member, log: front, history: 1000, logger: .silent,
            receive: service.receive)
        run { [appender, service, stop] in appender.run(until: { stop.isSet }, outage: service.outage) }
        run { [feed, stop] in try? feed.run(until: { stop.isSet }) }
        while !feed.isCaughtUp { sched_yield() }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        threads.enter()
        Thread { [threads] in
            body()
            threads.leave()
        }.start()
    }

    /// Ends the front, as a process's end does.
    func end() {
        stop.set()
        threads.wait()
    }

    deinit { end() }

    /// What is on the member's topic once there are so many. Waits on a thread of its own: the tests' have work to do.
    func transactions(_ count: Int, partition: Int = 0) async throws -> [LogRecord] {
        let topic = TopicPartition(Topics.transactions(Fixtures.member), partition)
        return try await withCheckedThrowingContinuation { done in
            Thread { [log] in
                done.resume(
                    with: Result {
                        let reader = try log.reader(at: [Position(topic, 0)])
                        var out: [LogRecord] = []
                        for _ in 0..<60 where out.count < count {
                            out += try reader.next(limit: 100, timeout: .seconds(1))
                        }
                        try #require(out.count >= count, "never came: \(count) transactions")
                        return out
                    })
            }.start()
        }
    }

    /// What an agent would write.
    func decide(_ id: String, offset: Int64, partition: Int = 0, decision: String = "approve") throws {
        let event = Fixtures.event(id, offset: offset, partition: partition, decision: decision)
        let topic = TopicPartition(Topics.decisions(Fixtures.member), partition)
        try log.append([NewRecord(topic, key: Array(id.utf8), value: event.json)])
    }

    func reject(_ reason: String, offset: Int64, stage: String = "ingest") throws {
        let wire = RejectedRecord.make(
            reason: reason, stage: stage, member: Fixtures.member,
            origin: .init(topic: Topics.transactions(Fixtures.member), partition: 0, offset: offset), original: [],
            recipient: nil)
        try log.append([NewRecord(TopicPartition(Topics.rejected(Fixtures.member)), value: wire.encoded)])
    }

    func score(
        _ record: [UInt8], key: String? = nil, client: String = "core", wait: Duration = .seconds(60)
    ) async throws(Problem) -> ScoreAnswer {
        try await service.score(
            record, key: key.map { ScoreBook.Key(client: client, value: $0) }, until: ContinuousClock.now + wait)
    }
}

extension ScoreAnswer {
    var decision: String? { if case .decided(let detail) = self { detail.decision } else { nil } }
    var degraded: Degraded? { if case .degraded(let degraded) = self { degraded } else { nil } }
}

/// A log that takes nothing as long as it is told to.
final class StubbornLog: LogDecorator {
    let log: any EventLog
    private let error = Mutex<LogError?>(nil)

    init(_ log: any EventLog) { self.log = log }

    func fail(_ error: LogError?) { self.error.withLock { $0 = error } }

    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        if let error = error.withLock({ $0 }) { throw error }
        return try log.append(batch)
    }
}
