/// State that a stage keeps together with the positions it stands at: both change in one transaction, so a restart
/// finds them agreeing (DESIGN section 9).
package protocol StateStore: Sendable {
    /// Writes and positions in one transaction. A power cut may lose the newest commits, never a part of one: what is
    /// lost is read again from the log.
    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError)

    /// The next offset to read, as last committed. Fenced where the state has another owner by now: its positions don't go with
    /// what was read before.
    func position(_ partition: TopicPartition) throws(LogError) -> Int64?

    /// What a table holds under a key; nil where there is nothing.
    func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]?

    /// What a table holds under each of some keys, as of one moment.
    func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?]

    /// The lowest key of a table, byte by byte; nil where it is empty.
    func firstKey(_ table: String) throws(LogError) -> [UInt8]?

    /// Every entry of a table: those of order 0 by key, then the others by order and key.
    func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws

    /// The entries of a table whose order is 0 and whose key is not below `first`, byte by byte, in the order of their keys, up to
    /// one of which `body` says no.
    func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws

    /// The names of the tables that hold anything.
    func tables() throws(LogError) -> [String]

    /// Puts an entry of order 0 where a table holds nothing under its key: of several that do so at once, one's value is
    /// everybody's.
    ///
    /// - Returns: what the table holds there now.
    func settle(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws(LogError) -> [UInt8]

    /// Removes entries of a table with an `order` below `bound`, other than 0.
    func removeAll(in table: String, below bound: Int64) throws(LogError)

    /// Removes entries of a table with a key below `bound`, byte by byte.
    func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError)
}

extension StateStore {
    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        try keys.map { key throws(LogError) in try value(table, key) }
    }

    /// Reads all of the table.
    package func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws {
        var goesOn = true
        try scan(table) { entry in
            guard goesOn, entry.order == 0, !entry.key.lexicographicallyPrecedes(first) else { return }
            goesOn = try body(entry)
        }
    }
}

/// An entry of a table: a key, what it holds, and a number to order and expire by (usually event time, in seconds); 0 for one that
/// has none, which costs half as much to write.
package struct StateEntry: Sendable {
    package var key: [UInt8]
    package var value: [UInt8]
    package var order: Int64

    package init(key: [UInt8], value: [UInt8], order: Int64) {
        self.key = key
        self.value = value
        self.order = order
    }
}

package enum StateWrite: Sendable {
    case put(table: String, StateEntry)
    /// Entries of order 0, where there are many.
    case putAll(table: String, StateRows)
    case remove(table: String, key: [UInt8])
}

/// Keys and what they hold, one after the other in one buffer: no allocation an entry. Written in their order, so the last one of a
/// key counts.
package struct StateRows: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [(key: Int, value: Int)] = []

    package init(capacity: Int, bytes: Int) {
        self.bytes.reserveCapacity(capacity * bytes)
        ends.reserveCapacity(capacity)
    }

    package var count: Int { ends.count }

    /// - Parameters:
    ///   - key: appends the key's bytes.
    ///   - value: appends what it holds.
    package mutating func append(key: (inout [UInt8]) -> Void, value: (inout [UInt8]) -> Void) {
        key(&bytes)
        let end = bytes.count
        value(&bytes)
        ends.append((end, bytes.count))
    }

    /// Calls `body` for each entry, in order.
    package func forEach(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try bytes.withUnsafeBytes { bytes in
            var begin = 0
            for end in ends {
                try body(
                    UnsafeRawBufferPointer(rebasing: bytes[begin..<end.key]),
                    UnsafeRawBufferPointer(rebasing: bytes[end.key..<end.value]))
                begin = end.value
            }
        }
    }
}
