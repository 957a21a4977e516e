import Foundation
package import Records
package import Secrets

/// Private keys of one role as files of a folder that only their owner may read.
///
/// A file is `<name>.key`, holds one line of base64 (RFC 4648) and has mode 600: `hpke.key` and `identity.key` with 32 bytes,
/// a local key's with 32 random bytes, and `session-<epoch>.key` with a member's three session secrets, party 0's first, and
/// the announcement behind them. Processes may share a folder: a file is there whole or not at all.
package struct FileKeystore: Keystore {
    /// The folder, without a slash at its end. It need not exist before the first key is stored.
    package let directory: String

    package init(directory: String) { self.directory = directory }

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
        var bytes = try read("identity.key")
        defer { wipe(&bytes) }
        guard let key = SigningKey(bytes: bytes) else { throw .malformed(path: path("identity.key")) }
        return key
    }

    /// Writes the identity to `identity.key`, in the place of one that is there. A key in a token stays there.
    package func store(_ key: borrowing SigningKey) throws(KeystoreError) {
        guard let bytes = key.rawRepresentation else { throw .notWritten(path: path("identity.key")) }
        try write(bytes, "identity.key")
    }

    package func localKey(_ name: String) throws(KeystoreError) -> SecretKey {
        let file = "\(name).key"
        if !FileManager.default.fileExists(atPath: path(file)) {
            var generator = SystemRandomNumberGenerator()
            try write((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }, file, keepsExisting: true)
        }
        var bytes = try read(file)
        defer { wipe(&bytes) }
        guard bytes.count == 32 else { throw .malformed(path: path(file)) }
        return SecretKey(bytes: bytes)
    }

    package func sessions(
        of member: MemberID, epoch: UInt32
    ) throws(KeystoreError) -> (sessions: [PartyID: Session], announcement: [UInt8])? {
        let file = "session-\(epoch).key"
        guard FileManager.default.fileExists(atPath: path(file)) else { return nil }
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

    package func erase(_ name: String) throws(KeystoreError) { try PrivateFile.erase(path("\(name).key")) }

    func path(_ file: String) -> String { directory + "/" + file }

    /// The bytes of a file, which the caller wipes. What is wrong with it is looked for in this order: missing, open to others,
    /// unreadable, malformed.
    private func read(_ file: String) throws(KeystoreError) -> [UInt8] {
        let path = path(file)
        try PrivateFile.check(path)
        guard var text = PrivateFile.contents(path) else { throw .unreadable(path: path) }
        defer { wipe(&text) }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        let first = text.firstIndex { !blanks.contains($0) } ?? text.endIndex
        let end = text.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? text.endIndex
        guard let bytes = Base64.decoded(text[first..<end]) else { throw .malformed(path: path) }
        return bytes
    }

    private func write(_ bytes: [UInt8], _ file: String, keepsExisting: Bool = false) throws(KeystoreError) {
        try PrivateFile.write(Data(bytes).base64EncodedString() + "\n", to: path(file), keepsExisting: keepsExisting)
    }
}
