package import Desk
package import DeskStore
import Synchronization

/// The feed's latest batches, read and written as JSON once for all who listen. What lies behind a cursor never changes, so a batch
/// that is there is as good as one that is read anew.
package final class FeedCache: Sendable {
    package struct Event: Sendable {
        package var event: FeedEvent
        package var english: String
        package var german: String
    }

    package struct Batch: Sendable {
        package var events: [Event]
        package var next: FeedCursor
    }

    /// Events of a batch, and batches that are kept.
    package static let size = 200
    private static let capacity = 64

    private struct State {
        var batches: [FeedCursor: Batch] = [:]
        var order: [FeedCursor] = []
    }

    private let index: DeskIndex
    private let state = Mutex(State())

    package init(index: DeskIndex) { self.index = index }

    /// The feed's next events behind a cursor, `size` at most.
    package func batch(behind cursor: FeedCursor) throws -> Batch {
        if let known = state.withLock({ $0.batches[cursor] }) { return known }
        let (events, next) = try index.events(behind: cursor, limit: Self.size)
        let batch = Batch(
            events: events.map { event in
                let english = event.json(.english)
                // Only what people did is told in words.
                if case .alert = event.what { return Event(event: event, english: english, german: english) }
                return Event(event: event, english: english, german: event.json(.german))
            }, next: next)
        guard next != cursor else { return batch }
        state.withLock { state in
            guard state.batches.updateValue(batch, forKey: cursor) == nil else { return }
            state.order.append(cursor)
            if state.order.count > Self.capacity { state.batches[state.order.removeFirst()] = nil }
        }
        return batch
    }
}
