import EventLogs
import Support
import Synchronization

/// A state whose next commit is refused, as where the process is killed before it.
final class FailingStore: StoreDecorator {
    let store: any StateStore
    private let failures: Mutex<[LogError]>

    init(_ store: any StateStore, failing: LogError...) {
        self.store = store
        failures = Mutex(failing)
    }

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
        try store.commit(writes, positions: positions)
    }
}
