/// A state that passes everything on to another one; its type overrides what is to go otherwise.
package protocol StoreDecorator: StateStore {
    var store: any StateStore { get }
}

extension StoreDecorator {
    package func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        try store.commit(writes, positions: positions)
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? { try store.position(partition) }
    package func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? { try store.value(table, key) }

    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        try store.values(table, keys)
    }

    package func tables() throws(LogError) -> [String] { try store.tables() }

    package func settle(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws(LogError) -> [UInt8] {
        try store.settle(table, key, value)
    }

    package func firstKey(_ table: String) throws(LogError) -> [UInt8]? { try store.firstKey(table) }
    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws { try store.scan(table, body) }

    package func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws {
        try store.scan(table, from: first, while: body)
    }

    package func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try store.removeAll(in: table, below: bound)
    }

    package func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
        try store.removeAll(in: table, keysBelow: bound)
    }
}
