package import EventLogs
import Foundation
import Synchronization

/// Puts records into the log, on a thread of its own: all that came while the log was busy go in one batch, so that a
/// disk's flush is shared.
///
/// A log that can't be reached is tried until it can; the queue is bounded.
package final class RecordAppender: Sendable {
    package struct Item: Sendable {
        package var record: NewRecord
        /// Called once, on the appender's thread: where the record stands, or nil where the log refused it.
        package var done: @Sendable (Position?) -> Void

        package init(_ record: NewRecord, done: @escaping @Sendable (Position?) -> Void) {
            self.record = record
            self.done = done
        }
    }

    private struct State {
        var queue: [Item] = []
        var failing: String?
    }

    private static let batch = 512
    private let log: any EventLog
    private let capacity: Int
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    /// - Parameter capacity: most records that wait.
    package init(log: any EventLog, capacity: Int = 8192) {
        self.log = log
        self.capacity = capacity
    }

    /// Why the log takes nothing now; nil where it does.
    package var failing: String? { state.withLock { $0.failing } }
    package var waiting: Int { state.withLock { $0.queue.count } }

    /// Puts all of them into the queue, or none where there is no room.
    package func enqueue(_ items: [Item]) -> Bool {
        let taken = state.withLock { state in
            guard state.queue.count + items.count <= capacity else { return false }
            state.queue += items
            return true
        }
        if taken { work.signal() }
        return taken
    }

    /// - Parameter outage: called when the log begins to fail.
    package func run(until stop: () -> Bool, outage: () -> Void) {
        while !stop() {
            _ = work.wait(timeout: .now() + 0.2)
            while !stop(), case let items = take(), !items.isEmpty { append(items, stop, outage) }
        }
    }

    private func take() -> [Item] {
        state.withLock { state in
            let items = Array(state.queue.prefix(Self.batch))
            state.queue.removeFirst(items.count)
            return items
        }
    }

    private func append(_ items: [Item], _ stop: () -> Bool, _ outage: () -> Void) {
        while true {
            do throws(LogError) {
                let positions = try log.append(items.map(\.record))
                state.withLock { $0.failing = nil }
                for (item, position) in zip(items, positions) { item.done(position) }
                return
            } catch {
                if !error.mayRetry {
                    // What the log refuses in company is tried alone: one bad record must not take others with it.
                    if items.count > 1 { return items.forEach { append([$0], stop, outage) } }
                    return items[0].done(nil)
                }
                let begins = state.withLock { state in
                    defer { state.failing = "\(error)" }
                    return state.failing == nil
                }
                if begins { outage() }
                if stop() { return }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}
