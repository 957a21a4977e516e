import EventLogs
import Foundation
import Histogram
import Model
import Records
import Stages
import Synchronization

/// Transactions that are due at a steady rate, whether or not earlier ones are answered. Each member's are written by a
/// thread of its own, as its core system's producer would: every five milliseconds (Kafka's `linger.ms`) what is due by then, in
/// one append. A transaction's wait for that is part of its latency.
struct OpenLoop: Sendable {
    private static let linger: UInt64 = 5_000_000

    private struct Due: Sendable {
        var time: UInt64
        var record: NewRecord
        var isTransaction: Bool
    }

    /// A transaction's number, and the nanosecond of the monotonic clock at which it is due.
    typealias Transaction = (transaction: Int, time: UInt64)

    /// Transactions a second.
    let rate: Int
    /// Items, verdicts between transactions too.
    let count: Int
    /// In this order.
    let due: [Transaction]
    private let queues: [[Due]]
    private let start: UInt64
    private let log: any EventLog
    private let last = Last()

    /// From when on nothing is sent any more.
    private final class Last: Sendable {
        let time = Atomic(UInt64.max)
    }

    init(_ items: ArraySlice<PipelineLoad.Item>, rate: Int, start: UInt64, log: any EventLog) {
        var queues: [MemberID: [Due]] = [:]
        var due: [Transaction] = []
        for item in items {
            let time = start + UInt64(Double(due.count) * 1e9 / Double(rate))
            queues[item.member, default: []].append(
                Due(time: time, record: item.record, isTransaction: item.transaction != nil))
            if let transaction = item.transaction { due.append((transaction, time)) }
        }
        self.queues = Array(queues.values)
        self.rate = rate
        count = items.count
        self.start = start
        self.due = due
        self.log = log
    }

    /// Ends the loop: what is due from `time` on, which has not come yet, is not sent.
    ///
    /// - Returns: the items, and the transactions among them, that are.
    func end(at time: UInt64) -> (items: Int, transactions: Int) {
        last.time.store(time, ordering: .sequentiallyConsistent)
        return (
            queues.reduce(0) { $0 + ($1.firstIndex { $0.time >= time } ?? $1.count) },
            due.firstIndex { $0.time >= time } ?? due.count
        )
    }

    /// Starts the writers; `late` gets how late each transaction was handed to the log by the writers' own fault, in
    /// microseconds: what waits for the log to take earlier ones is the pipeline's to answer for, as latencies do.
    func start(_ late: LatenessRecord, stop: StopFlag) -> StageThreads.Running {
        var stages = StageThreads()
        for queue in queues {
            stages.add("writer") { [log, start, last] in
                var (next, tick, free) = (0, start, UInt64.min)
                while next < queue.count, !stop.isSet {
                    // In this order: whoever sees a time behind the end sees the end.
                    let now = BenchStamp.now
                    let limit = last.time.load(ordering: .sequentiallyConsistent)
                    guard queue[next].time < limit else { return }
                    guard tick <= now else {
                        Thread.sleep(forTimeInterval: Double(tick - now) / 1e9)
                        continue
                    }
                    let end = queue[next...].firstIndex { $0.time > now || $0.time >= limit } ?? queue.endIndex
                    if end > next {
                        let planned = max(tick, free)
                        late.add(queue[next..<end].filter(\.isTransaction).map { (now - max($0.time, planned)) / 1000 })
                        try log.append(queue[next..<end].map(\.record))
                        (next, free) = (end, BenchStamp.now)
                    }
                    tick = start + (max(now, free) - start + Self.linger) / Self.linger * Self.linger
                }
            }
        }
        return stages.start(stop: stop)
    }
}

/// How late a generator was.
final class LatenessRecord: Sendable {
    private let histogram = Mutex(Histogram<UInt64>(numberOfSignificantValueDigits: .three))

    func add(_ microseconds: [UInt64]) {
        histogram.withLock { histogram in
            for value in microseconds { histogram.record(value) }
        }
    }

    /// Milliseconds.
    var p99: Double { histogram.withLock { Double($0.valueAtPercentile(99)) / 1000 } }
}
