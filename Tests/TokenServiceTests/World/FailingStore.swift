import EventLogs
import Synchronization

/// A state whose next commit is refused, as where the process is killed before it.
final class FailingStore: StateStore {
    private let store: any StateStore
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

    func position(_ partition: TopicPartition) throws(LogError) -> Int64? { try store.position(partition) }
    func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? { try store.value(table, key) }
    func firstKey(_ table: String) throws(LogError) -> [UInt8]? { try store.firstKey(table) }
    func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws { try store.scan(table, body) }

    func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try store.removeAll(in: table, below: bound)
    }

    func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
        try store.removeAll(in: table, keysBelow: bound)
    }
}
