package import Counters
package import EventLogs
import Records

/// What a party counts for one partition, kept in its state: the rows of `PartyCounters`, in tables of the partition.
///
/// Changes are written in the transaction that moves the position they came from, so a party that starts again and reads on
/// from there counts each record once, and ends with the shares that it would have had.
package struct CounterStore {
    private let state: any StateStore
    private let headers: String
    private let tokens: String
    private let events: String

    package init(partition: Int, state: any StateStore) {
        self.state = state
        headers = "counters-\(partition)"
        tokens = "counters-tokens-\(partition)"
        events = "counters-events-\(partition)"
    }

    /// What was counted up to the position in the state; nil where nothing ever was.
    ///
    /// Throws `LogError.corrupted` where the rows are not what counters of `spec` wrote.
    package func load(spec: CounterSpec) throws -> PartyCounters? {
        guard let header = try state.value(headers, []) else { return nil }
        var tokens: [(number: UInt32, row: [UInt8])] = []
        try state.scan(self.tokens) { entry in
            guard let number = Self.number(entry.key) else { throw malformed("a token's number") }
            tokens.append((number, entry.value))
        }
        var events: [(id: EventID, row: [UInt8])] = []
        try state.scan(self.events) { entry in
            guard let id = EventID(entry.key) else { throw malformed("an event's id") }
            events.append((id, entry.value))
        }
        do {
            return try PartyCounters(spec: spec, header: header, tokens: tokens, events: events)
        } catch { throw malformed("\(error)") }
    }

    /// What to write, with the position, for everything that changed since the last call.
    package func writes(_ changes: PartyCounters.Changes) -> [StateWrite] {
        var writes: [StateWrite] = [.put(table: headers, StateEntry(key: [], value: changes.header, order: 0))]
        writes.reserveCapacity(1 + changes.tokens.count + changes.events.count)
        for (number, row) in changes.tokens { writes.append(write(tokens, Self.key(number), row)) }
        for (id, row) in changes.events { writes.append(write(events, id.bytes, row)) }
        return writes
    }

    private func write(_ table: String, _ key: [UInt8], _ row: [UInt8]?) -> StateWrite {
        guard let row else { return .remove(table: table, key: key) }
        return .put(table: table, StateEntry(key: key, value: row, order: 0))
    }

    private static func key(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private static func number(_ key: [UInt8]) -> UInt32? {
        key.count == 4 ? key.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    private func malformed(_ what: String) -> LogError {
        .corrupted(
            reason: "the party's state holds malformed counts (\(what)); it is rebuilt from the log where it is removed"
        )
    }
}
