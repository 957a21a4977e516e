package import EventLogs
package import Model
import Records

/// A run of transactions as windows and known ids are stored: many in one row of the store, hashes only, so that ten million
/// are written and read back in seconds.
///
/// A transaction is 30 bytes and 8 for each entity that it names: id (8), content (4), time (8), amount (8), which
/// entities (2), their keys (8 each); little-endian.
package struct StateBlock: Sendable {
    /// A transaction as windows and known ids keep it.
    package struct Row: Sendable {
        /// Keyed hash of the member's id of the transaction.
        package var id: UInt64
        /// Keyed hash of everything that the record says.
        package var content: UInt32
        package var event: WindowEvent

        package init(id: UInt64, content: UInt32, event: WindowEvent) {
            self.id = id
            self.content = content
            self.event = event
        }
    }

    /// Transactions to a block, at most, and seconds of event time that it goes on for, so that it expires in time.
    static let capacity = 512
    static let span = EventTime.day

    /// Blocks are numbered in order of arrival.
    let number: UInt32
    private(set) var count = 0
    private(set) var bytes: [UInt8] = []
    /// The latest event time, in seconds since 1970: a block expires as a whole.
    private(set) var latest: Int64 = .min
    /// The event time of its first transaction.
    private var start: Int64?

    package init(number: UInt32) { self.number = number }

    /// Reads a stored block, to go on with it.
    init(number: UInt32, decoding bytes: [UInt8]) throws(LogError) {
        self.number = number
        self.bytes = bytes
        for row in try Self.rows(bytes) {
            count += 1
            latest = max(latest, row.event.time)
            start = start ?? row.event.time
        }
    }

    /// Whether a transaction of that time goes into the next block.
    func isComplete(before time: Int64) -> Bool { count >= Self.capacity || time >= (start ?? time) + Self.span }

    var key: [UInt8] { number.bigEndianBytes }
    var entry: StateEntry { StateEntry(key: key, value: bytes, order: latest) }

    static func number(_ key: [UInt8]) -> UInt32 { UInt32(bigEndianBytes: key) }

    /// Adds a transaction.
    package mutating func append(_ row: Row) {
        func put<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(row.id)
        put(row.content)
        put(row.event.time)
        put(row.event.amount)
        var mask: UInt16 = 0
        for index in 0..<EntityKeys.count where row.event.keys[index] != 0 { mask |= 1 << index }
        put(mask)
        for index in 0..<EntityKeys.count where row.event.keys[index] != 0 { put(row.event.keys[index]) }
        count += 1
        latest = max(latest, row.event.time)
        start = start ?? row.event.time
    }

    /// The row of an id.
    func row(id: UInt64) throws(LogError) -> Row? { try Self.rows(bytes).first { $0.id == id } }

    /// The rows in a block's bytes.
    package static func rows(_ bytes: [UInt8]) throws(LogError) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(Self.capacity)
        let isWhole = bytes.withUnsafeBytes { buffer in
            var at = 0
            func take<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
                defer { at += MemoryLayout<Number>.size }
                return Number(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: type))
            }
            while at + 30 <= buffer.count {
                let (id, content, time) = (take(UInt64.self), take(UInt32.self), take(Int64.self))
                let (amount, mask) = (take(Int64.self), take(UInt16.self))
                guard mask >> EntityKeys.count == 0, at + 8 * mask.nonzeroBitCount <= buffer.count else { return false }
                var keys = EntityKeys()
                for index in 0..<EntityKeys.count where mask >> index & 1 == 1 { keys[index] = take(UInt64.self) }
                rows.append(Row(id: id, content: content, event: WindowEvent(time: time, amount: amount, keys: keys)))
            }
            return at == buffer.count
        }
        guard isWhole else { throw .corrupted(reason: "the agent's state holds a malformed block of transactions") }
        return rows
    }
}
