package import EventLogs
package import Keys
import Secrets

/// States whose rows are sealed at rest: each by a random key of its own, which is in the state, wrapped by the at-rest key of the
/// role's keystore. That is read each time, so that it may change while the role runs (`AtRestRotation`).
package struct SealedStores: StateStores {
    private let stores: any StateStores
    private let atRest: @Sendable () throws(KeystoreError) -> SecretKey

    /// States sealed under the key `at-rest` of a role's keystore.
    package init(_ stores: any StateStores, _ keystore: any Keystore) throws {
        self.stores = stores
        atRest = { () throws(KeystoreError) in try keystore.localKey("at-rest") }
        _ = try atRest()
    }

    package func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        let store = try stores.open(name, takingOver: takingOver)
        let atRest = try key()
        var entry = try store.dataKeyEntry(of: name, by: atRest)
        guard let data = entry.key(of: name, by: atRest) else {
            throw .corrupted(
                reason: """
                    the state `\(name)` does not open: its key was changed, or is of another key folder or state; restore the \
                    key folder, or remove the state
                    """)
        }
        // Where the key has changed meanwhile, whoever changed it may not have seen this state.
        let newest = try key()
        if entry.key(of: name, by: newest) == nil, entry.wrap(of: name, by: newest, openedBy: atRest, alone: true) {
            try store.put(entry)
        }
        return SealedStore(
            store, key: data, former: entry.sealsAll ? nil : DataKeyEntry.formerKey(of: name, atRest))
    }

    private func key() throws(LogError) -> SecretKey {
        do throws(KeystoreError) { return try atRest() } catch { throw .failed(reason: "\(error)") }
    }
}
