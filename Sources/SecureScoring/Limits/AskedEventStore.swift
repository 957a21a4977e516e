import EventLogs
import Records

/// The store of a partition's scored events in the party's state: a row a batch, and one for what is left of older ones.
///
/// A batch's row is under its first offset (8): version (1), offset after it (8), events (45 each). The other is under the empty
/// key: version (1), offset (8), length (2) and names of the members that the numbers stand for, with commas between them, then of
/// each member its number (1), day (4) and count (8). All big-endian.
struct AskedEventStore {
    private static let version: UInt8 = 2
    private let table: String
    /// The members in their order, which numbers them as long as this runs; new ones come last.
    var members: [MemberID]

    init(partition: Int, members: [MemberID]) {
        table = Self.table(partition)
        self.members = members
    }

    /// The name of a partition's table.
    static func table(_ partition: Int) -> String { "asked-\(partition)" }

    /// The events that the state holds, of members that are in the roster still, under the numbers that they have now.
    ///
    /// - Throws: `LogError.corrupted` where the rows are none of this version.
    func load(_ state: any StateStore, limit: Int) throws -> AskedEvents {
        var batches: [AskedEvents.Batch] = []
        var forgotten = AskedEvents.Forgotten()
        var numbers: [UInt8: UInt8] = [:]
        try state.scan(table) { entry in
            guard entry.value.first == Self.version, entry.value.count >= 9 else { throw Self.malformed }
            let end = Int64(bitPattern: UInt64(bigEndianBytes: entry.value[1..<9]))
            var rest = entry.value[9...]
            if entry.key.isEmpty {
                numbers = try self.numbers(taking: &rest)
                forgotten = AskedEvents.Forgotten(end: end, days: try Self.days(rest))
            } else {
                let first = Int64(bitPattern: UInt64(bigEndianBytes: entry.key))
                guard entry.key.count == 8, first < end else { throw Self.malformed }
                batches.append(.init(range: first..<end, events: try Self.events(rest), isSettled: true))
            }
        }
        forgotten.days = Dictionary(
            uniqueKeysWithValues: forgotten.days.compactMap { day in numbers[day.key].map { ($0, day.value) } })
        for at in batches.indices {
            batches[at].events = batches[at].events.compactMap { event in numbers[event.member].map(event.numbered) }
        }
        // All rows have one numbering.
        let areChanged = numbers.contains { $0.key != $0.value }
        return AskedEvents(limit: limit, batches: batches, forgotten: forgotten, areChanged: areChanged)
    }

    /// The numbers that members have now, by those that they had when the names in front of `row` were written.
    private func numbers(taking row: inout ArraySlice<UInt8>) throws -> [UInt8: UInt8] {
        guard row.count >= 2, case let length = Int(UInt16(bigEndianBytes: row.prefix(2))), row.count >= 2 + length
        else {
            throw Self.malformed
        }
        let names = String(decoding: row.dropFirst(2).prefix(length), as: UTF8.self).split(separator: ",")
        row = row.dropFirst(2 + length)
        var numbers: [UInt8: UInt8] = [:]
        for (old, name) in names.enumerated() {
            guard let now = members.firstIndex(where: { $0.name == name }) else { continue }
            numbers[UInt8(truncatingIfNeeded: old)] = UInt8(truncatingIfNeeded: now)
        }
        return numbers
    }

    private static func events(_ bytes: ArraySlice<UInt8>) throws -> [AskedEvent] {
        guard bytes.count % AskedEvent.bytes == 0 else { throw malformed }
        return try stride(from: bytes.startIndex, to: bytes.endIndex, by: AskedEvent.bytes).map { at in
            guard let event = AskedEvent(bytes[at..<at + AskedEvent.bytes]) else { throw malformed }
            return event
        }
    }

    private static let dayBytes = 13

    private static func days(_ bytes: ArraySlice<UInt8>) throws -> [UInt8: AskedEvents.Day] {
        guard bytes.count % dayBytes == 0 else { throw malformed }
        var days: [UInt8: AskedEvents.Day] = [:]
        for at in stride(from: bytes.startIndex, to: bytes.endIndex, by: dayBytes) {
            days[bytes[at]] = AskedEvents.Day(
                day: Int32(bitPattern: UInt32(bigEndianBytes: bytes[at + 1..<at + 5])),
                count: Int(UInt64(bigEndianBytes: bytes[at + 5..<at + dayBytes])))
        }
        return days
    }

    private static let malformed = LogError.corrupted(
        reason: "the party's state holds malformed scored events, or those of another version of this program")

    /// The writes after which the state has all that is settled.
    func writes(_ events: AskedEvents) -> [StateWrite] {
        guard !events.changed.isEmpty else { return [] }
        let names = Array(members.map(\.name).joined(separator: ",").utf8)
        var old = [Self.version] + events.forgotten.end.bigEndianBytes + UInt16(names.count).bigEndianBytes + names
        for (member, day) in events.forgotten.days.sorted(by: { $0.key < $1.key }) {
            old += [member] + day.day.bigEndianBytes + Int64(day.count).bigEndianBytes
        }
        return [put([], old)]
            + events.changed.sorted().map { start in
                events.settled(at: start).map { put(start.bigEndianBytes, row($0)) }
                    ?? .remove(table: table, key: start.bigEndianBytes)
            }
    }

    private func row(_ batch: AskedEvents.Batch) -> [UInt8] {
        var row = [Self.version] + batch.range.upperBound.bigEndianBytes
        row.reserveCapacity(row.count + AskedEvent.bytes * batch.events.count)
        for event in batch.events { event.write(to: &row) }
        return row
    }

    private func put(_ key: [UInt8], _ value: [UInt8]) -> StateWrite {
        .put(table: table, StateEntry(key: key, value: value, order: 0))
    }
}
