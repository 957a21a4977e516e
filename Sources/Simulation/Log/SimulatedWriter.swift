import EventLogs
import Records
import Synchronization

/// A fenced writer of a simulated log: opening it raises its id's epoch, and each append holds its own against the newest.
final class SimulatedWriter: FencedWriter {
    private let id: String
    private let log: SimulatedLog
    private let epoch: Int

    init(id: String, log: SimulatedLog) {
        self.id = id
        self.log = log
        epoch = log.broker.state.withLock { state in
            state.writers[id, default: 0] += 1
            return state.writers[id] ?? 0
        }
    }

    func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError) {
        try log.check(batch)
        try log.appending { () throws(LogError) in
            try log.broker.state.withLock { state throws(LogError) in
                guard state.writers[id] == epoch else { throw .fenced(writer: id) }
                for position in positions { try state.check(position.partition) }
                _ = try state.append(batch, at: log.broker.clock.microseconds)
                for position in positions { state.committed[group, default: [:]][position.partition] = position.offset }
            }
        }
    }
}
