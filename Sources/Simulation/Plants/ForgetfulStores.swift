import EventLogs

/// Stores that give back other values than were put into some tables.
struct ForgetfulStores: StateStores {
    let stores: any StateStores
    /// What the tables' names begin with.
    let tables: String
    /// What is read in place of a value; nil for nothing.
    let value: @Sendable ([UInt8]) -> [UInt8]?

    init(stores: any StateStores, of tables: String, value: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        self.stores = stores
        self.tables = tables
        self.value = value
    }

    func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        Store(store: try stores.open(name, takingOver: takingOver), stores: self)
    }

    private struct Store: StoreDecorator {
        let store: any StateStore
        let stores: ForgetfulStores

        func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
            guard table.hasPrefix(stores.tables) else { return try store.scan(table, body) }
            try store.scan(table) { entry in
                guard let value = stores.value(entry.value) else { return }
                try body(StateEntry(key: entry.key, value: value, order: entry.order))
            }
        }
    }
}
