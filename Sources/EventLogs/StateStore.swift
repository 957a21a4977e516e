/// State that a stage keeps together with the positions it stands at: both change in one transaction, so a restart
/// finds them agreeing (DESIGN section 9).
package protocol StateStore: Sendable {
    /// Writes and positions in one transaction. A power cut may lose the newest commits, never a part of one: what is
    /// lost is read again from the log.
    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError)

    /// The next offset to read, as last committed.
    func position(_ partition: TopicPartition) throws(LogError) -> Int64?

    /// What a table holds under a key; nil where there is nothing.
    func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]?

    /// What a table holds under each of some keys, as of one moment.
    func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?]

    /// The lowest key of a table, byte by byte; nil where it is empty.
    func firstKey(_ table: String) throws(LogError) -> [UInt8]?

    /// Every entry of a table, by `order`, then key.
    func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws

    /// Removes entries of a table with an `order` below `bound`.
    func removeAll(in table: String, below bound: Int64) throws(LogError)
}

extension StateStore {
    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        try keys.map { key throws(LogError) in try value(table, key) }
    }
}

/// An entry of a table: a key, what it holds, and a number to order and expire by (usually event time, in seconds).
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
    case remove(table: String, key: [UInt8])
}
