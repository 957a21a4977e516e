import EventLogs
import Synchronization

/// A state that takes nothing while it is full.
final class FullState: StoreDecorator {
    let store: any StateStore
    let isFull = Mutex(false)

    init(store: any StateStore) { self.store = store }

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        guard !isFull.withLock({ $0 }) else { throw .unreachable(reason: "the test's disk is full") }
        try store.commit(writes, positions: positions)
    }
}
