import EventLogs
import Records
import Synchronization

/// How far labels are in a party's file of rows whenever a snapshot of its counts says how far they are counted.
final class LabelOrder: Sendable {
    struct Snapshot: Hashable {
        /// The end of what is counted of `consortium.labels`.
        var counted: Int64
        /// The end of labels that are with the rows.
        var kept: Int64
    }

    private let written = Mutex<(kept: Int64, snapshots: [Snapshot])>((0, []))

    var snapshots: [Snapshot] { written.withLock { $0.snapshots } }

    /// A state that this takes note of.
    func watch(_ store: any StateStore) -> any StateStore { Store(store: store, order: self) }

    private func note(_ entry: StateEntry, in table: String) {
        func number(at place: Int) -> Int64 { Int64(bigEndianBytes: entry.value[place..<place + 8]) }
        written.withLock { written in
            // Behind version and decided; and behind version, the note's length, and the end of transactions.
            if table == "rows-head-0" { written.kept = number(at: 9) }
            if table == "counters-0" {
                written.snapshots.append(Snapshot(counted: number(at: 11), kept: written.kept))
            }
        }
    }

    private struct Store: StoreDecorator {
        let store: any StateStore
        let order: LabelOrder

        func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
            try store.commit(writes, positions: positions)
            for case .put(let table, let entry) in writes { order.note(entry, in: table) }
        }
    }
}
