package import EventLogs
import Synchronization

/// The disk of one simulated process: it outlives the process, and may fail or be full.
package final class SimulatedDisk: Sendable {
    struct State {
        var tables: [String: [[UInt8]: (value: [UInt8], order: Int64)]] = [:]
        var positions: [TopicPartition: Int64] = [:]
        var owner = 0
        /// Commits from now on that fail.
        var failures = 0
        /// Positions that a commit set back: never, in a pipeline that is right.
        var setBack: [String] = []
    }

    let state = Mutex(State())

    package init() {}

    /// A disk that holds what another one holds now.
    package init(copying other: SimulatedDisk) {
        let copy = other.state.withLock { $0 }
        state.withLock { $0 = copy }
    }

    /// Positions that a commit set back, in words.
    package var setBack: [String] { state.withLock { $0.setBack } }

    /// The next commits fail, as on a disk that is full: nothing of them is written.
    package func fail(commits: Int) { state.withLock { $0.failures += commits } }
    package func recover() { state.withLock { $0.failures = 0 } }
}

/// A stage's state on a simulated disk, with the owner that a real one has.
package final class SimulatedStore: StateStore {
    private let disk: SimulatedDisk
    private let owner: Int?

    package init(_ disk: SimulatedDisk, takingOver: Bool = false) {
        self.disk = disk
        owner =
            takingOver
            ? disk.state.withLock { state in
                state.owner += 1
                return state.owner
            } : nil
    }

    private func change(_ body: (inout SimulatedDisk.State) -> Void) throws(LogError) {
        try disk.state.withLock { state throws(LogError) in
            if let owner, owner != state.owner { throw .fenced(writer: "a simulated state") }
            guard state.failures == 0 else {
                state.failures -= 1
                throw .unreachable(reason: "the simulated disk is full")
            }
            body(&state)
        }
    }

    package func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        try change { state in
            for write in writes {
                switch write {
                case .put(let table, let entry):
                    state.tables[table, default: [:]][entry.key] = (entry.value, entry.order)
                case .putAll(let table, let rows):
                    rows.forEach { key, value in state.tables[table, default: [:]][Array(key)] = (Array(value), 0) }
                case .remove(let table, let key): state.tables[table]?[key] = nil
                }
            }
            for position in positions {
                let before = state.positions[position.partition] ?? 0
                if position.offset < before { state.setBack.append("from \(before) to \(position)") }
                state.positions[position.partition] = position.offset
            }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try disk.state.withLock { state throws(LogError) in
            if let owner, owner != state.owner { throw .fenced(writer: "a simulated state") }
            return state.positions[partition]
        }
    }

    package func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? {
        disk.state.withLock { $0.tables[table]?[key]?.value }
    }

    package func tables() throws(LogError) -> [String] {
        disk.state.withLock { $0.tables.filter { !$0.value.isEmpty }.keys.sorted() }
    }

    package func settle(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws(LogError) -> [UInt8] {
        var settled = value
        try change { state in
            settled = state.tables[table]?[key]?.value ?? value
            state.tables[table, default: [:]][key] = (settled, state.tables[table]?[key]?.order ?? 0)
        }
        return settled
    }

    package func firstKey(_ table: String) throws(LogError) -> [UInt8]? {
        disk.state.withLock { $0.tables[table]?.keys.min { $0.lexicographicallyPrecedes($1) } }
    }

    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        let entries = disk.state.withLock { $0.tables[table] ?? [:] }
            .map { StateEntry(key: $0.key, value: $0.value.value, order: $0.value.order) }
        func byKey(_ left: StateEntry, _ right: StateEntry) -> Bool { left.key.lexicographicallyPrecedes(right.key) }
        let ordered = entries.filter { $0.order != 0 }
            .sorted { $0.order == $1.order ? byKey($0, $1) : $0.order < $1.order }
        for entry in entries.filter({ $0.order == 0 }).sorted(by: byKey) + ordered { try body(entry) }
    }

    package func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try change { state in
            state.tables[table] = state.tables[table]?.filter { $0.value.order == 0 || $0.value.order >= bound }
        }
    }

    package func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
        try change { state in
            state.tables[table] = state.tables[table]?.filter { !$0.key.lexicographicallyPrecedes(bound) }
        }
    }
}
