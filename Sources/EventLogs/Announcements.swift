/// The verified entries of a topic, by key: models that were dealt, sessions that were announced. Reads on where a key is
/// not known yet. The first entry of a key stays: what was begun with it can be ended with it. Used by one thread.
package struct Announcements<Key: Hashable, Value> {
    private let reader: any LogReader
    @usableFromInline var values: [Key: Value] = [:]
    @usableFromInline var forgotten: Set<Key> = []
    /// The keys in the order in which they were announced.
    private var keys: [Key] = []
    /// Records that were read and not looked at: the look at one of them failed, and is taken again.
    private var waiting: [LogRecord] = []

    package init(on topic: String, in log: any EventLog) throws(LogError) {
        reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
    }

    /// The value of a key; nil where nobody has announced one.
    ///
    /// - Parameter verified: the entry of a record; nil for one that is refused, which is not looked at again.
    @inlinable package mutating func value(
        of key: Key, verified: (LogRecord) throws(LogError) -> (key: Key, value: Value)?
    ) throws(LogError) -> Value? {
        if let value = values[key] { return value }
        try read(verified)
        return values[key]
    }

    /// Forgets the value of a key, and never has another of it.
    package mutating func forget(_ key: Key) {
        values[key] = nil
        forgotten.insert(key)
    }

    /// All values that are announced now, in the order of the log.
    package mutating func all(
        verified: (LogRecord) throws(LogError) -> (key: Key, value: Value)?
    ) throws(LogError) -> [Value] {
        try read(verified)
        return keys.compactMap { values[$0] }
    }

    @usableFromInline mutating func read(
        _ verified: (LogRecord) throws(LogError) -> (key: Key, value: Value)?
    ) throws(LogError) {
        while true {
            while let record = waiting.first {
                // A tombstone announces nothing.
                if record.value != nil, let (key, value) = try verified(record), values[key] == nil,
                    !forgotten.contains(key)
                {
                    values[key] = value
                    keys.append(key)
                }
                waiting.removeFirst()
            }
            waiting = try reader.available(limit: 64)
            if waiting.isEmpty { return }
        }
    }
}
