import Records

/// A transaction that was scored, as far as its member's limits go by it.
struct AskedEvent: Sendable, Hashable {
    /// The number of its member in the roster.
    let member: UInt8
    let id: EventID
    /// The day of its record in the log's time, counted from 1970.
    let day: Int32
    /// The offset of its record.
    let offset: Int64
    let source: SourcePosition

    static let bytes = 45

    /// member (1), id (16), day (4), offset (8), the source's partition (4), offset (8) and index (4); big-endian.
    func write(to out: inout [UInt8]) {
        func append(_ number: some FixedWidthInteger) { number.withBigEndianBytes { out.append(contentsOf: $0) } }
        append(member)
        id.write(to: &out)
        append(day)
        append(offset)
        append(UInt32(truncatingIfNeeded: source.partition))
        append(source.offset)
        append(UInt32(truncatingIfNeeded: source.index))
    }

    init(member: UInt8, id: EventID, day: Int32, offset: Int64, source: SourcePosition) {
        (self.member, self.id, self.day, self.offset, self.source) = (member, id, day, offset, source)
    }

    /// This event under another number of its member.
    func numbered(_ member: UInt8) -> AskedEvent {
        AskedEvent(member: member, id: id, day: day, offset: offset, source: source)
    }

    /// An event that was written; nil for bytes that are none.
    init?(_ row: ArraySlice<UInt8>) {
        let row = Array(row)
        guard row.count == Self.bytes, let id = EventID(Array(row[1..<17])) else { return nil }
        func long(_ at: Int) -> Int64 { Int64(bitPattern: UInt64(bigEndianBytes: row[at..<at + 8])) }
        func word(_ at: Int) -> UInt32 { UInt32(bigEndianBytes: row[at..<at + 4]) }
        self.init(
            member: row[0], id: id, day: Int32(bitPattern: word(17)), offset: long(21),
            source: SourcePosition(partition: Int(word(29)), offset: long(33), index: Int(word(41))))
    }
}
