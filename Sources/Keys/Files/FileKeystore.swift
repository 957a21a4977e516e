import Crypto
import Foundation
package import Records
package import Secrets

/// Private keys of one role as files of a folder that only their owner may read.
///
/// A file is `<name>.key`, holds one line of base64 (RFC 4648) and has mode 600: `hpke.key` and `identity.key` with 32 bytes,
/// a local key's with 32 random bytes, and `session-<epoch>.key` with a member's three session secrets, party 0's first, and
/// the announcement behind them. Processes may share a folder: a file is there whole or not at all.
///
/// Where the folder is protected (`Protection`), `cordon/key/v1` and a blank stand before the base64 of what is encrypted; files
/// that are not are read all the same. A service's credentials by the same names come before the folder's files.
package struct FileKeystore: Keystore {
    /// The folder, without a slash at its end. It need not exist before the first key is stored.
    package let directory: String

    /// The folder of systemd's credentials, if the role has any.
    let credentials: String?
    /// What files are encrypted under; nil where the folder is not protected, or was not opened.
    let key: FolderKey?
    /// Finds the identity where it is in a token.
    private let signer: (@Sendable () throws(KeystoreError) -> any Signer)?

    /// A folder whose files are in the clear.
    package init(directory: String) { self.init(directory: directory, credentials: nil, key: nil, signer: nil) }

    /// A folder that is looked at, not opened.
    package init(directory: String, credentials: String?) {
        self.init(directory: directory, credentials: credentials, key: nil, signer: nil)
    }

    init(
        directory: String, credentials: String?, key: FolderKey?,
        signer: (@Sendable () throws(KeystoreError) -> any Signer)?
    ) {
        self.directory = directory
        self.credentials = credentials
        self.key = key
        self.signer = signer
    }

    package var place: String { directory }

    package func hpkeKey(_ name: String) throws(KeystoreError) -> HPKEPrivateKey {
        var bytes = try read("\(name).key")
        defer { wipe(&bytes) }
        do { return try HPKEPrivateKey(bytes: bytes) } catch { throw .malformed(path: path("\(name).key")) }
    }

    package func store(_ key: borrowing HPKEPrivateKey, _ name: String) throws(KeystoreError) {
        try write(key.rawRepresentation, "\(name).key")
    }

    package func signingKey() throws(KeystoreError) -> SigningKey {
        if let signer { return SigningKey(try signer()) }
        if try Self.protection(of: directory).identity != nil { throw .locked(folder: directory) }
        return try readIdentity("identity")
    }

    package func signingKey(_ name: String) throws(KeystoreError) -> SigningKey {
        name == "identity" ? try signingKey() : try readIdentity(name)
    }

    private func readIdentity(_ name: String) throws(KeystoreError) -> SigningKey {
        var bytes = try read("\(name).key")
        defer { wipe(&bytes) }
        guard let key = SigningKey(bytes: bytes) else { throw .malformed(path: path("\(name).key")) }
        return key
    }

    /// Writes the identity to `identity.key`, in the place of one that is there. A key in a token stays there.
    package func store(_ key: borrowing SigningKey) throws(KeystoreError) {
        guard signer == nil else { throw .notWritten(path: path("identity.key")) }
        try store(key, "identity")
    }

    package func store(_ key: borrowing SigningKey, _ name: String) throws(KeystoreError) {
        guard let bytes = key.rawRepresentation else { throw .notWritten(path: path("\(name).key")) }
        try write(bytes, "\(name).key")
    }

    package func localKey(_ name: String) throws(KeystoreError) -> SecretKey {
        let file = "\(name).key"
        if !isThere(file) {
            var generator = SystemRandomNumberGenerator()
            try write((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }, file, keepsExisting: true)
        }
        var bytes = try read(file)
        defer { wipe(&bytes) }
        guard bytes.count == 32 else { throw .malformed(path: path(file)) }
        return SecretKey(bytes: bytes)
    }

    package func store(_ key: borrowing SecretKey, _ name: String) throws(KeystoreError) {
        var bytes = key.lend { $0.withUnsafeBytes { Array($0) } }
        defer { wipe(&bytes) }
        try write(bytes, "\(name).key")
    }

    package func holds(_ name: String) -> Bool { isThere("\(name).key") }

    package func sessions(
        of member: MemberID, epoch: UInt32
    ) throws(KeystoreError) -> (sessions: [PartyID: Session], announcement: [UInt8])? {
        let file = "session-\(epoch).key"
        guard isThere(file) else { return nil }
        var bytes = try read(file)
        defer { wipe(&bytes) }
        guard bytes.count > 96, let announcement = WireSessionAnnouncement(decoding: Array(bytes[96...])) else {
            throw .malformed(path: path(file))
        }
        let id = Session.id(of: Array(announcement.body))
        var out: [PartyID: Session] = [:]
        for party in PartyID.allCases {
            let secret = SecretKey(bytes: bytes[party.rawValue * 32..<party.rawValue * 32 + 32])
            out[party] = Session(member: member, party: party, epoch: epoch, id: id, secret: secret)
        }
        return (out, Array(bytes[96...]))
    }

    package func store(_ offer: borrowing SessionOffer, epoch: UInt32) throws(KeystoreError) {
        let secrets = offer.secrets
        try write(
            PartyID.allCases.flatMap { secrets[$0] ?? [] } + offer.announcement.encoded, "session-\(epoch).key",
            keepsExisting: true)
    }

    /// A credential is its service's: it is not erased here.
    package func erase(_ name: String) throws(KeystoreError) {
        if let path = credential("\(name).key") { throw .notErased(path: path) }
        try PrivateFile.erase(path("\(name).key"))
    }

    /// A credential of this name comes before the folder's file.
    package func path(of file: String) -> String { credential(file) ?? path(file) }

    /// The path of the credential that has this file's name.
    func credential(_ file: String) -> String? {
        credentials.map { $0 + "/" + file }.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    private func isThere(_ file: String) -> Bool {
        credential(file) != nil || FileManager.default.fileExists(atPath: path(file))
    }

    func path(_ file: String) -> String { directory + "/" + file }

    /// The bytes of a file, which the caller wipes. What is wrong with it is looked for in this order: missing, open to others,
    /// unreadable, malformed.
    private func read(_ file: String) throws(KeystoreError) -> [UInt8] {
        // What systemd hands to a service is the service's alone, whatever bits say (it may be a rule of access).
        if let credential = credential(file) { return try read(file, at: credential) }
        try PrivateFile.check(path(file))
        return try read(file, at: path(file))
    }

    func read(_ file: String, at path: String) throws(KeystoreError) -> [UInt8] {
        guard var text = PrivateFile.contents(path) else { throw .unreadable(path: path) }
        defer { wipe(&text) }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        let first = text.firstIndex { !blanks.contains($0) } ?? text.endIndex
        let end = text.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? text.endIndex
        let line = text[first..<end]
        guard line.starts(with: FolderKey.mark.utf8) else {
            guard let bytes = Base64.decoded(line) else { throw .malformed(path: path) }
            return bytes
        }
        guard let box = Base64.decoded(line.dropFirst(FolderKey.mark.utf8.count)) else { throw .malformed(path: path) }
        guard let key else { throw .locked(folder: directory) }
        guard let bytes = key.open(box, as: file) else { throw .otherKey(path: path) }
        return bytes
    }

    private func write(_ bytes: [UInt8], _ file: String, keepsExisting: Bool = false) throws(KeystoreError) {
        // A folder that somebody protected gets no file in the clear, from whoever has not opened it.
        if key == nil, try Self.protection(of: directory).folderKey != nil { throw .locked(folder: directory) }
        if credential(file) != nil, !keepsExisting { throw .notWritten(path: path(file)) }
        try PrivateFile.write(text(of: bytes, file), to: path(file), keepsExisting: keepsExisting)
    }

    /// The text of a file, encrypted where the folder is.
    func text(of bytes: [UInt8], _ file: String) -> String {
        key.map { $0.seal(bytes, as: file) + "\n" } ?? Self.plain(bytes)
    }

    static func plain(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() + "\n" }
}
