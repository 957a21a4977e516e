import EventLogs
import Formats
import Ingest
import LocalStore
import Model
import Records
import Support
import Testing

/// An agent's state over one store, that can be stopped and started.
final class StoredAgent {
    let spec: FeatureSpec
    let store: SQLiteStateStore
    let transactions: TopicPartition
    private(set) var state: AgentState
    var batch = AgentState.Batch()
    var offset: Int64 = 0

    init(_ folder: TemporaryFolder, name: String = "agent", spec: FeatureSpec) throws {
        self.spec = spec
        store = try SQLiteStateStore(path: folder.path + "/\(name).sqlite")
        transactions = TopicPartition(Topics.transactions(try member("bank-a")))
        state = try AgentState(spec: spec, hasher: EntityHasher(k0: 1, k1: 2), transactions: transactions, store: store)
    }

    /// As after `kill -9`: what was not committed is gone.
    func restart() throws {
        state = try AgentState(spec: spec, hasher: EntityHasher(k0: 1, k1: 2), transactions: transactions, store: store)
        batch = AgentState.Batch()
    }

    func take(_ transaction: Transaction) throws -> AgentState.Observation? {
        defer { offset += 1 }
        let event = try #require(EventID([UInt8](repeating: 7, count: 16)))
        return try state.observe(
            transaction, at: SourcePosition(offset: offset), event: event, received: 5, in: &batch)
    }

    func confirm(_ id: String, fraud: Bool) throws -> AgentState.Confirmation {
        try state.confirm(Verdict(transaction: id, fraud: fraud), in: &batch)
    }

    func commit() throws {
        state.apply(batch, ingested: offset)
        try state.checkpoint()
        batch = AgentState.Batch()
    }
}
