import EventLogs
import Synchronization

/// Stores that tell their positions to whoever asks, also to one that is not their owner any more; and of which an agent that is
/// fenced as a writer believes that it is not their owner, whether it is or not.
struct UnfencedStores: StateStores {
    let stores: any StateStores

    func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        Store(
            store: try stores.open(name, takingOver: takingOver),
            unowned: try stores.open(name, takingOver: false))
    }

    private struct Store: StoreDecorator {
        let store: any StateStore
        /// The same, as nobody's.
        let unowned: any StateStore
        private let asked = Asked()

        private final class Asked: Sendable {
            let partitions = Mutex<Set<TopicPartition>>([])
        }

        init(store: any StateStore, unowned: any StateStore) {
            self.store = store
            self.unowned = unowned
        }

        func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
            asked.partitions.withLock { $0 = [] }
            try store.scan(table, body)
        }

        func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
            // An agent asks for its own topic's position when it has read its state; and once more when it is fenced.
            let isFirst = asked.partitions.withLock { $0.insert(partition).inserted }
            guard isFirst || !partition.topic.hasSuffix(".transactions") else { throw .fenced(writer: "the state") }
            return try unowned.position(partition)
        }
    }
}
