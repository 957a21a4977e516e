package import Keys
package import Manifests
import Records

extension Keystore {
    /// The names of the keys of a kind, those of later epochs first.
    private func names(_ kind: String, _ stem: String) throws(KeystoreError) -> [String] {
        try inventory().filter { $0.kind.name == kind }.sorted { ($0.epoch ?? 0) > ($1.epoch ?? 0) }
            .map { $0.epoch.map { "\(stem)-\($0)" } ?? stem }
    }

    package func identityNames() throws(KeystoreError) -> [String] { try names("identity", "identity") }
    package func hpkeNames() throws(KeystoreError) -> [String] { try names("HPKE", "hpke") }

    /// The name of the identity with this public half; nil where the keystore has none.
    package func name(of identity: VerifyingKey) throws(KeystoreError) -> String? {
        for name in try identityNames()
        where try there({ () throws(KeystoreError) in try signingKey(name).verifyingKey }) == identity {
            return name
        }
        return nil
    }

    /// The name of the key that others encrypt to with this public half; nil where the keystore has none.
    package func name(of key: HPKEPublicKey) throws(KeystoreError) -> String? {
        for name in try hpkeNames() where try there({ () throws(KeystoreError) in try hpkeKey(name).publicKey }) == key
        {
            return name
        }
        return nil
    }

    /// Nil for a key that another process has erased since it was listed: it is there by another name, or by none.
    private func there<Key>(_ read: () throws(KeystoreError) -> Key) throws(KeystoreError) -> Key? {
        do throws(KeystoreError) { return try read() } catch {
            guard case .missing = error else { throw error }
            return nil
        }
    }

    /// A member's identity in an epoch of keys.
    ///
    /// - Parameter keys: the member's public ones.
    package func signingKey(of keys: MemberKeys) throws(KeystoreError) -> SigningKey {
        // Where it has none of them, what is signed by the one that it has is refused.
        guard let name = try name(of: keys.identity) else { return try signingKey() }
        return try signingKey(name)
    }
}
