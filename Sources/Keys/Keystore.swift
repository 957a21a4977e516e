package import Records
package import Secrets

/// Private keys of one role. Keys that others encrypt to, sessions and local keys come out of it into memory that is wiped; the
/// identity may stay inside and sign there. Every call reads anew, so that a key that another process stored is seen.
package protocol Keystore: Sendable {
    /// Where it is, for people: a folder.
    var place: String { get }

    /// The path of a file beside the keys that a library reads by itself, such as `tls.key`.
    func path(of file: String) -> String

    /// The role's key of this name that others encrypt to, or agree on keys with.
    ///
    /// - Parameter name: such as `hpke`, `agreement`; behind a hyphen the epoch, for a key of a later one: `hpke-2`.
    func hpkeKey(_ name: String) throws(KeystoreError) -> HPKEPrivateKey

    /// Keeps the key, durably, in the place of one of the same name.
    func store(_ key: borrowing HPKEPrivateKey, _ name: String) throws(KeystoreError)

    /// The role's Ed25519 identity.
    func signingKey() throws(KeystoreError) -> SigningKey

    /// An identity of this name: `identity`, or behind a hyphen the epoch from which on it is to be the role's: `identity-2`.
    func signingKey(_ name: String) throws(KeystoreError) -> SigningKey

    /// Keeps an identity in a file, durably, in the place of one of the same name.
    func store(_ key: borrowing SigningKey, _ name: String) throws(KeystoreError)

    /// A symmetric key of 32 bytes that the role keeps to itself, made on first use; of several processes that make it at once, one
    /// does and all use it.
    ///
    /// - Parameter name: what the key is for, such as `event-id`.
    func localKey(_ name: String) throws(KeystoreError) -> SecretKey

    /// Keeps a local key, durably, in the place of one of the same name.
    func store(_ key: borrowing SecretKey, _ name: String) throws(KeystoreError)

    /// Whether there is a key of this name.
    func holds(_ name: String) throws(KeystoreError) -> Bool

    /// A member's sessions of an epoch and their announcement, as it goes on the log; nil where it has none yet. The announcement
    /// is not verified here, nor whose it is.
    func sessions(
        of member: MemberID, epoch: UInt32
    ) throws(KeystoreError) -> (sessions: [PartyID: Session], announcement: [UInt8])?

    /// Keeps a member's sessions of an epoch, unless it has some already: of several agents that offer at once, the first one's are
    /// everybody's. So an offer is used only after it was read back by `sessions(of:epoch:)`.
    func store(_ offer: borrowing SessionOffer, epoch: UInt32) throws(KeystoreError)

    /// All keys that there are, without what is secret of them.
    func inventory() throws(KeystoreError) -> [KeyRecord]

    /// Erases a key: overwrites it where it lies, and removes it. Done already where there is none.
    ///
    /// - Parameter name: as for `hpkeKey` and `localKey`; `session-<epoch>` for sessions.
    func erase(_ name: String) throws(KeystoreError)
}

extension Keystore {
    /// The role's key of the founding epoch that others encrypt to.
    package func hpkeKey() throws(KeystoreError) -> HPKEPrivateKey { try hpkeKey("hpke") }

    /// The path of a private file that a library reads by itself, such as `tls.key`, which is its owner's alone. What systemd hands
    /// to a service is the service's, whatever bits say.
    ///
    /// - Throws: `missing` or `readableByOthers`.
    package func privatePath(of file: String) throws(KeystoreError) -> String {
        let path = path(of: file)
        if path.hasPrefix(place + "/") { try PrivateFile.check(path) }
        return path
    }

    /// Keeps the key that others encrypt to.
    package func store(_ key: borrowing HPKEPrivateKey) throws(KeystoreError) { try store(key, "hpke") }
}

/// Why a key can't be had or kept. Each names where, and nothing of what is there.
package enum KeystoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No file is at the path.
    case missing(path: String)
    /// The file is there, and this user can't read it, or it is no text of UTF-8.
    case unreadable(path: String)
    /// The group or others may do something with the file: a bit of mode 077 is set. It is not read then.
    case readableByOthers(path: String, mode: String)
    /// The file holds no base64, or bytes of another length than the key's.
    case malformed(path: String)
    /// The folder or the file can't be made.
    case notWritten(path: String)
    /// The file is still there.
    case notErased(path: String)
    /// The folder is protected, and nobody handed over its passphrase.
    case locked(folder: String)
    /// The passphrase is not the folder's.
    case wrongPassphrase(folder: String)
    case emptyPassphrase(path: String)
    /// The file does not open under the folder's key.
    case otherKey(path: String)
    /// The file `protection` is none.
    case protection(path: String)
    /// The token can't be had, or refuses; what its module said.
    case token(uri: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let path): "there is no key at \(path); `cordon keys init` makes a development set"
        case .unreadable(let path): "the key at \(path) can't be read by this user"
        case .readableByOthers(let path, let mode):
            "the key at \(path) is open to other users (mode \(mode)); run: chmod 600 \(path)"
        case .malformed(let path): "the file at \(path) does not hold a key of the kind that belongs there"
        case .notWritten(let path): "the key file \(path) can't be written"
        case .notErased(let path): "the key file \(path) can't be erased"
        case .locked(let folder):
            "the keys in \(folder) are protected; name the passphrase's file with --passphrase-file, or hand it over as the systemd "
                + "credential \(Unlocking.credential)"
        case .wrongPassphrase(let folder):
            "the passphrase does not open the keys in \(folder): it is another folder's, or an older one"
        case .emptyPassphrase(let path): "there is no passphrase in \(path)"
        case .otherKey(let path):
            "the key file \(path) was changed, or comes from another folder or name; bring it back from a backup"
        case .protection(let path):
            "the file \(path) does not say how the folder's keys are protected, or is of a newer version"
        case .token(let uri, let reason): "the token at \(uri) can't be used: \(reason)"
        }
    }
}
