package import Counters
package import EventLogs
import Records

/// The store of a party's counts of one partition, in its state: the rows of `PartyCounters`, in tables of the partition.
///
/// Changes are written now and then, in one transaction with a note of the caller's that says how far they go; so a party that
/// starts again and counts on from there counts each record once, and ends with the shares that it would have had.
///
/// The header's row: version (1), the note's length (2, little-endian), the note, the header of `PartyCounters`.
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

    /// A note has at most this many bytes.
    package static let noteBytes = 4096

    private static let version: UInt8 = 5

    /// The counts up to the position in the state, and the note that was written with them; nil where nothing was ever counted.
    ///
    /// Throws `LogError.corrupted` where the rows are of another version, of another spec, or not what counters wrote.
    package func load(spec: CounterSpec, members: Int) throws -> (counters: PartyCounters, note: [UInt8])? {
        guard let row = try state.value(headers, []) else { return nil }
        let (note, header) = try split(row)
        var tokens: [(number: UInt32, row: [UInt8])] = []
        try state.scan(self.tokens) { entry in
            guard let number = Self.number(entry.key) else { throw malformed("a token's number") }
            tokens.append((number, entry.value))
        }
        var events: [(key: EventKey, row: [UInt8])] = []
        try state.scan(self.events) { entry in
            guard entry.key.count > 4, let key = EventKey(entry.key[4...]) else {
                throw malformed("an event's member or id")
            }
            events.append((key, entry.value))
        }
        do {
            let counters = try PartyCounters(
                spec: spec, members: members, header: header, tokens: tokens, events: events)
            return (counters, note)
        } catch .tokens(.version(let version)) {
            throw otherVersion("version \(version)", not: "\(TokenCounters.version)")
        } catch .tokens(.spec(let bucket, let reach, let limit)) {
            throw LogError.corrupted(
                reason: """
                    the party's state holds counts in buckets of \(bucket) s that reach back \(reach) s with \(limit) \
                    events of a member, and \(spec.bucketSeconds) s, \(spec.reach) s and \(spec.limit) are asked for; set \
                    these back, or remove the state at all three parties: it is rebuilt from the log
                    """)
        } catch { throw malformed("\(error)") }
    }

    private func split(_ row: [UInt8]) throws -> (note: [UInt8], header: [UInt8]) {
        guard let version = row.first else { throw malformed("the header") }
        guard version == Self.version else { throw otherVersion("form \(version)", not: "\(Self.version)") }
        guard row.count >= 3 else { throw malformed("the header") }
        let end = 3 + (Int(row[1]) | Int(row[2]) << 8)
        guard end <= min(row.count, 3 + Self.noteBytes) else { throw malformed("the header") }
        return (Array(row[3..<end]), Array(row[end...]))
    }

    /// The writes for everything that changed since the last call.
    ///
    /// - Parameter note: at most `noteBytes`; takes the last one's place.
    package func writes(_ changes: PartyCounters.Changes, note: [UInt8]) -> [StateWrite] {
        precondition(note.count <= Self.noteBytes, "a note is a digest and a few offsets")
        let length = [UInt8(note.count & 0xFF), UInt8(note.count >> 8)]
        let header = [Self.version] + length + note + changes.header
        let (rows, gone) = Self.rows(changes.tokens)
        return [
            .put(table: headers, StateEntry(key: [], value: header, order: 0)),
            .putAll(table: tokens, rows), .putAll(table: events, Self.rows(changes.events)),
        ] + gone.map { .remove(table: tokens, key: Self.key($0)) }
    }

    // In the order of their keys, so that what comes together lies together.

    private static func rows(_ tokens: TokenRows) -> (rows: StateRows, gone: [UInt32]) {
        var rows = StateRows(capacity: tokens.count, bytes: 256)
        var gone: [UInt32] = []
        for at in tokens.indices.sorted(by: { tokens[$0].number < tokens[$1].number }) {
            let (number, row) = tokens[at]
            if let row {
                rows.append {
                    $0 += key(number)
                } value: {
                    $0 += row
                }
            } else {
                gone.append(number)
            }
        }
        return (rows, gone)
    }

    /// Keys begin with the time, by which they go.
    private static func rows(_ events: [EventRow]) -> StateRows {
        var rows = StateRows(capacity: events.count, bytes: 48)
        for event in events.sorted(by: { $0.time < $1.time }) {
            rows.append { key in
                key += Self.key(event.time)
                event.key.write(to: &key)
            } value: { value in
                event.write(to: &value)
            }
        }
        return rows
    }

    /// Removes events that no window holds any more.
    package func expire(_ changes: PartyCounters.Changes) throws(LogError) {
        try state.removeAll(in: events, keysBelow: Self.key(UInt32(clamping: changes.oldest)))
    }

    private static func key(_ number: UInt32) -> [UInt8] { number.bigEndianBytes }

    private static func number(_ key: [UInt8]) -> UInt32? {
        key.count == 4 ? UInt32(bigEndianBytes: key) : nil
    }

    private func otherVersion(_ found: String, not own: String) -> LogError {
        .corrupted(
            reason: """
                the party's state holds counts of another version of this program (\(found), not \(own)); run that version, \
                or remove the state at all three parties: it is rebuilt from the log
                """)
    }

    private func malformed(_ what: String) -> LogError {
        .corrupted(
            reason: "the party's state holds malformed counts (\(what)); it is rebuilt from the log where it is removed"
        )
    }
}
