import EventLogs
import Foundation
import Records
import Synchronization
import Terminal
import Worlds

/// Plays the members' core systems: writes the schedule into their topics, at a rate or as fast as decisions come back.
final class DemoFeed: Sendable {
    private let log: any EventLog
    private let events: [ScheduledEvent]
    /// Transactions a second; 0 is as fast as decisions come back.
    private let rate: Double
    /// Most transactions without a decision.
    private let window: Int
    /// One record in this many is broken on its way, as happens; 0 for none.
    private let faultEvery: Int
    private let progress = Mutex(Progress())

    struct Progress: Sendable {
        /// Transactions written by member, broken copies included.
        var sent: [MemberID: Int] = [:]
        /// All of them.
        var transactions = 0
        /// Events of the schedule that are written.
        var events = 0
        /// Whether a bucket has just ended for all members.
        var isAtWatermark = false
    }

    init(log: any EventLog, events: [ScheduledEvent], rate: Double, window: Int, faultEvery: Int) {
        self.log = log
        self.events = events
        self.rate = rate
        self.window = window
        self.faultEvery = faultEvery
    }

    var written: Progress { progress.withLock { $0 } }
    var isDone: Bool { written.events == events.count }

    /// - Parameters:
    ///   - answered: transactions decided or rejected so far.
    ///   - taken: whether the agents have taken in what is written. At the end of a bucket the feed waits for that: what is
    ///     known of an old one then is on its way before the new one begins, as it would be at the data's own pace.
    func run(answered: () -> Int, taken: () throws -> Bool, until stop: () -> Bool) throws {
        let start = ContinuousClock.now
        while !isDone, !stop() {
            let now = written
            if now.isAtWatermark, try !taken() {
                Thread.sleep(forTimeInterval: 0.005)
                continue
            }
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            let allowed = min(
                answered() + window - now.transactions, rate > 0 ? Int(elapsed * rate) - now.transactions : .max)
            guard allowed > 0 else {
                Thread.sleep(forTimeInterval: 0.001)
                continue
            }
            let (batch, next) = batch(after: now, limit: min(allowed, 128))
            try log.append(batch)
            progress.withLock { $0 = next }
        }
    }

    private func batch(after now: Progress, limit: Int) -> (records: [NewRecord], next: Progress) {
        var next = now
        next.isAtWatermark = false
        var records: [NewRecord] = []
        while next.events < events.count, records.count < limit {
            let event = events[next.events]
            let record = event.record
            if case .watermark = event {
                next.isAtWatermark = true
            } else if next.isAtWatermark {
                break
            }
            if case .transaction(let labelled) = event {
                next.transactions += 1
                next.sent[labelled.member, default: 0] += 1
                if faultEvery > 0, next.transactions % faultEvery == 0 {
                    // A copy that was cut off on its way comes before the whole one.
                    var copy = record
                    copy.value = record.value.map { Array($0.dropLast($0.count / 3)) }
                    records.append(copy)
                    next.transactions += 1
                    next.sent[labelled.member, default: 0] += 1
                }
            }
            records.append(record)
            next.events += 1
        }
        return (records, next)
    }
}
