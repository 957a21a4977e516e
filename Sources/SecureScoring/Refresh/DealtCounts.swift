package import Counters
package import EventLogs
import Records

/// A party's counts of one partition as bytes that it deals: the rows of its store, in an order that is alike at both dealers, with
/// one component of the receiver's shares.
///
/// Length of the note (2) and note; how many sources (4), of each the lengths of key (1) and value (4), its order (8), key, value;
/// length of the header (4) and header; how many tokens (4), of each the length of its row (4) and row; how many events (4), of
/// each its key (17), the length of its row (1) and row. Numbers big-endian, but in rows.
package struct DealtCounts {
    /// How far they go (`CountStanding`).
    package let note: [UInt8]
    /// The sources that are counted, by key.
    package let sources: [StateEntry]
    package let counters: PartyCounters

    /// - Parameter counters: as `PartyCounters.dealt` gives them.
    package init(note: [UInt8], sources: [StateEntry], counters: PartyCounters) {
        self.note = note
        self.sources = sources
        self.counters = counters
    }

    package var encoded: [UInt8] {
        var dealt = counters
        let changes = dealt.takeChanges()
        var out = UInt16(note.count).bigEndianBytes + note + Self.encode(sources)
        out += UInt32(changes.header.count).bigEndianBytes + changes.header
        out += UInt32(changes.tokens.count).bigEndianBytes
        for (_, row) in changes.tokens {
            out += UInt32(row?.count ?? 0).bigEndianBytes
            if let row { out += row }
        }
        out += UInt32(changes.events.count).bigEndianBytes
        for event in changes.events {
            event.key.write(to: &out)
            let row = event.bytes
            out.append(UInt8(row.count))
            out += row
        }
        return out
    }

    private static func encode(_ sources: [StateEntry]) -> [UInt8] {
        var out = UInt32(sources.count).bigEndianBytes
        for entry in sources {
            out.append(UInt8(entry.key.count))
            out += UInt32(entry.value.count).bigEndianBytes
            out += entry.order.bigEndianBytes
            out += entry.key
            out += entry.value
        }
        return out
    }

    /// Nil for bytes that are no dealt counts of this spec.
    ///
    /// - Parameter members: of the consortium.
    package init?(decoding bytes: [UInt8], spec: CounterSpec, members: Int) {
        var rest = bytes[...]
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func number(_ width: Int) -> Int? { take(width).map { Int(UInt32(bigEndianBytes: $0)) } }
        guard let noteLength = number(2), let note = take(noteLength), let sourceCount = number(4) else { return nil }
        var sources: [StateEntry] = []
        for _ in 0..<sourceCount {
            guard let keyLength = number(1), let length = number(4), let order = take(8), let key = take(keyLength),
                let value = take(length)
            else {
                return nil
            }
            sources.append(
                StateEntry(
                    key: Array(key), value: Array(value), order: Int64(bitPattern: UInt64(bigEndianBytes: order))))
        }
        guard let headerLength = number(4), let header = take(headerLength), let tokenCount = number(4),
            tokenCount <= bytes.count / 4
        else { return nil }
        var tokens: [(number: UInt32, row: [UInt8])] = []
        tokens.reserveCapacity(tokenCount)
        for token in 0..<tokenCount {
            guard let length = number(4), let row = take(length) else { return nil }
            tokens.append((UInt32(token), Array(row)))
        }
        guard let eventCount = number(4), eventCount <= bytes.count / EventKey.byteCount else { return nil }
        var events: [(key: EventKey, row: [UInt8])] = []
        events.reserveCapacity(eventCount)
        for _ in 0..<eventCount {
            guard let key = take(EventKey.byteCount).flatMap({ EventKey(Array($0)) }), let length = number(1),
                let row = take(length)
            else { return nil }
            events.append((key, Array(row)))
        }
        guard rest.isEmpty,
            let counters = try? PartyCounters(
                spec: spec, members: members, header: Array(header), tokens: tokens, events: events),
            !counters.needsRefreshKey
        else { return nil }
        self.init(note: Array(note), sources: sources, counters: counters)
    }

    /// The counts that two parties dealt.
    ///
    /// - Throws: `differs` where they are not of the same counts, or go to different places.
    package init(joining first: DealtCounts, _ second: DealtCounts) throws(DealError) {
        guard first.note == second.note, Self.encode(first.sources) == Self.encode(second.sources) else {
            throw .differs
        }
        self.init(
            note: first.note, sources: first.sources,
            counters: try PartyCounters(joining: first.counters, second.counters))
    }
}
