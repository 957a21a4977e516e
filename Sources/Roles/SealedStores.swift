package import EventLogs
package import Keys
package import Secrets

/// States whose rows are sealed at rest: each by a key of its own, derived by the store's name from a key of the role's keystore.
package struct SealedStores: StateStores {
    /// Shared, since a key can't be copied.
    private final class Key: Sendable {
        let secret: SecretKey

        init(_ secret: consuming SecretKey) { self.secret = secret }
    }

    private let stores: any StateStores
    private let key: Key

    /// - Parameter key: 32 bytes, the same for all processes that work on these states.
    package init(_ stores: any StateStores, key: consuming SecretKey) {
        self.stores = stores
        self.key = Key(key)
    }

    /// States sealed under the key `at-rest` of a role's keystore.
    package init(_ stores: any StateStores, _ keystore: any Keystore) throws {
        self.init(stores, key: try keystore.localKey("at-rest"))
    }

    package func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        SealedStore(
            try stores.open(name, takingOver: takingOver),
            key: key.secret.derive([Array("cordon/at-rest/v1".utf8), Array(name.utf8)]))
    }
}
