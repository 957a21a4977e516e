package import EventLogs
import Model
package import Records

/// The tables of an agent's state file: what the agent remembers, as rows and back. All numbers in keys and values are
/// big-endian, so that their bytes have their order.
package enum AgentTables {
    /// Blocks of hashed transactions, by number; ordered by the latest event time in them.
    package static let blocks = "blocks"
    /// The last verdict on a transaction, one byte, by the transaction's id; ordered by its event time.
    package static let verdicts = "verdicts"
    /// Pending transactions, by the source's offset and index as text; ordered by the offset.
    package static let pending = "pending"
    /// Event time, eight bytes, under the key `time`.
    package static let schedule = "labels"
    /// The last records that are sealed: of labels under `labels`, of transactions under the partition of `consortium.sealed`. The
    /// order is the source's offset, the value its index, four bytes.
    package static let ends = "ends"
    /// Label records that not all parties have counted, as pending transactions are; nine bytes a label: the transaction's id, and
    /// whether it was a fraud.
    package static let sent = "labels-sent"
    /// Events whose bucket's labels had left when they came, by id; ordered by the last bucket that had left.
    package static let late = "labels-late"

    /// The key of event time.
    package static let timeKey = Array("time".utf8)

    // MARK: Blocks

    /// A block as a row.
    package static func write(_ block: StateBlock) -> StateWrite { .put(table: blocks, block.entry) }

    // MARK: Verdicts

    /// A verdict as a row.
    package static func write(verdict fraud: Bool, on row: StateBlock.Row) -> StateWrite {
        .put(table: verdicts, StateEntry(key: key(row.id), value: [fraud ? 1 : 0], order: row.event.time))
    }

    /// A row as a verdict.
    package static func verdict(_ entry: StateEntry) -> (id: UInt64, fraud: Bool) {
        (number(entry.key), entry.value == [1])
    }

    // MARK: Pending transactions

    /// A pending transaction as a row.
    package static func write(_ transaction: PendingTransaction, at position: SourcePosition) -> StateWrite {
        .put(
            table: pending, StateEntry(key: key(position), value: transaction.encoded, order: position.offset))
    }

    /// The removal of a pending transaction's row.
    package static func removal(ofPending position: SourcePosition) -> StateWrite {
        .remove(table: pending, key: key(position))
    }

    /// A row as a pending transaction.
    ///
    /// - Parameter partition: of the member's transactions, which rows do not name.
    package static func pending(
        _ entry: StateEntry, partition: Int
    ) throws(LogError) -> (position: SourcePosition, transaction: PendingTransaction) {
        return (position(entry, partition), try PendingTransaction(decoding: entry.value, partition: partition))
    }

    // MARK: Labels

    /// Event time as a row.
    package static func write(eventTime: Int64) -> StateWrite {
        .put(table: schedule, StateEntry(key: timeKey, value: key(UInt64(bitPattern: eventTime)), order: 0))
    }

    /// The value of event time's row.
    package static func eventTime(_ value: [UInt8]) -> Int64 { Int64(bitPattern: number(value)) }

    /// An event that came late as a row.
    ///
    /// - Parameter released: the last bucket whose labels had left when the event came.
    package static func write(late id: UInt64, after released: Int64) -> StateWrite {
        .put(table: late, StateEntry(key: key(id), value: [1], order: released))
    }

    /// A row as an event that came late.
    package static func late(_ entry: StateEntry) -> (id: UInt64, released: Int64) { (number(entry.key), entry.order) }

    // MARK: Sent labels

    /// A label record as a row.
    package static func write(_ record: SentLabels.Record) -> StateWrite {
        .put(
            table: sent,
            StateEntry(
                key: key(record.source), value: record.labels.flatMap { key($0.id) + [$0.fraud ? 1 : 0] },
                order: record.source.offset))
    }

    /// The removal of a label record's row.
    package static func removal(ofSent position: SourcePosition) -> StateWrite {
        .remove(table: sent, key: key(position))
    }

    /// A row as a label record.
    ///
    /// - Parameter partition: of the member's transactions, which rows do not name.
    package static func sent(_ entry: StateEntry, partition: Int) throws(LogError) -> SentLabels.Record {
        guard entry.value.count % 9 == 0 else { throw .corrupted(reason: "the agent's state holds malformed labels") }
        let labels = stride(from: 0, to: entry.value.count, by: 9).map { at in
            DueLabel(id: number(Array(entry.value[at..<at + 8])), fraud: entry.value[at + 8] == 1)
        }
        return SentLabels.Record(source: position(entry, partition), labels: labels)
    }

    // MARK: Last records

    private static let labelEnd = Array("labels".utf8)

    /// The last records that are not what they were, as rows.
    package static func writes(_ ends: SealedEnds, since stored: SealedEnds) -> [StateWrite] {
        func row(_ key: [UInt8], _ position: SourcePosition) -> StateWrite {
            .put(
                table: Self.ends,
                StateEntry(key: key, value: UInt32(position.index).bigEndianBytes, order: position.offset))
        }
        let label = ends.label.flatMap { $0 == stored.label ? nil : row(labelEnd, $0) }
        return (label.map { [$0] } ?? [])
            + ends.transactions.filter { stored.transactions[$0.key] != $0.value }
            .map { row(Array("\($0.key)".utf8), $0.value) }
    }

    /// Fills in a row.
    ///
    /// - Parameter partition: of the member's transactions, which rows do not name.
    package static func restore(
        _ entry: StateEntry, partition: Int, into ends: inout SealedEnds
    ) throws(LogError) {
        guard entry.value.count == 4 else { throw .corrupted(reason: "the agent's state holds a malformed position") }
        let index = Int(UInt32(bigEndianBytes: entry.value))
        let position = SourcePosition(partition: partition, offset: entry.order, index: index)
        if entry.key == labelEnd {
            _ = ends.follow(label: position)
        } else if let number = Int(String(decoding: entry.key, as: UTF8.self)) {
            _ = ends.follow(transaction: position, in: number)
        }
    }

    // MARK: Keys

    private static func key(_ number: UInt64) -> [UInt8] { number.bigEndianBytes }

    private static func number(_ bytes: [UInt8]) -> UInt64 { UInt64(bigEndianBytes: bytes) }

    private static func position(_ entry: StateEntry, _ partition: Int) -> SourcePosition {
        let index = String(decoding: entry.key, as: UTF8.self).split(separator: "/").last.flatMap { Int($0) }
        return SourcePosition(partition: partition, offset: entry.order, index: index ?? 0)
    }

    private static func key(_ position: SourcePosition) -> [UInt8] {
        Array("\(position.offset)/\(position.index)".utf8)
    }
}
