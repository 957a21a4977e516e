import Foundation
package import Records
package import Secrets

/// Private keys of one role as files of a folder that only their owner may read: the development default. A hardware
/// token or a key-management service takes its place behind the same calls.
///
/// A file holds one line of base64 (RFC 4648) and has mode 600: `hpke.key` and `identity.key` with 32 bytes, a local
/// key's with 32 random bytes, and `session-<epoch>.key` with a member's three session secrets, party 0's first, and
/// the announcement behind them. Every call reads its file anew. Processes may share a folder: a file is there whole or
/// not at all.
package struct FileKeystore: Sendable {
    /// The folder, without a slash at its end. It need not exist before the first key is stored.
    package let directory: String

    /// Why a key can't be had or kept. Each names the file, and nothing of what it holds.
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

        package var description: String {
            switch self {
            case .missing(let path): "there is no key at \(path); `cordon keys init` makes a development set"
            case .unreadable(let path): "the key at \(path) can't be read by this user"
            case .readableByOthers(let path, let mode):
                "the key at \(path) is open to other users (mode \(mode)); run: chmod 600 \(path)"
            case .malformed(let path): "the file at \(path) does not hold a key of the kind that belongs there"
            case .notWritten(let path): "the key file \(path) can't be written"
            }
        }
    }

    package init(directory: String) { self.directory = directory }

    /// The role's key that others encrypt to, from `<name>.key`.
    ///
    /// - Throws: `missing`, `readableByOthers`, `unreadable` or `malformed`.
    package func hpkeKey(_ name: String = "hpke") throws(KeystoreError) -> HPKEPrivateKey {
        var bytes = try read("\(name).key")
        defer { wipe(&bytes) }
        do { return try HPKEPrivateKey(bytes: bytes) } catch { throw .malformed(path: path("\(name).key")) }
    }

    /// Writes the key to `<name>.key`, in the place of one that is there.
    package func store(_ key: borrowing HPKEPrivateKey, _ name: String = "hpke") throws(KeystoreError) {
        try write(key.rawRepresentation, "\(name).key")
    }

    /// The role's Ed25519 identity, from `identity.key`.
    package func signingKey() throws(KeystoreError) -> SigningKey {
        var bytes = try read("identity.key")
        defer { wipe(&bytes) }
        guard let key = SigningKey(bytes: bytes) else { throw .malformed(path: path("identity.key")) }
        return key
    }

    /// Writes the identity to `identity.key`, in the place of one that is there.
    package func store(_ key: borrowing SigningKey) throws(KeystoreError) {
        try write(key.rawRepresentation, "identity.key")
    }

    /// A symmetric key of 32 bytes that the role keeps to itself, made on first use; of several processes that make it
    /// at once, one does and all use it.
    ///
    /// - Parameter name: what the key is for, such as `event-id`; also the file's name before `.key`.
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

    /// A member's sessions of an epoch and their announcement, as it goes on the log; nil where it has none yet. The
    /// announcement is not verified here, nor whose it is.
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

    /// Keeps a member's sessions of an epoch, unless it has some already: of several agents that offer at once, the
    /// first one's are everybody's. So an offer is used only after it was read back by `sessions(of:epoch:)`.
    package func store(_ offer: borrowing SessionOffer, epoch: UInt32) throws(KeystoreError) {
        let secrets = offer.secrets
        try write(
            PartyID.allCases.flatMap { secrets[$0] ?? [] } + offer.announcement.encoded, "session-\(epoch).key",
            keepsExisting: true)
    }

    func path(_ file: String) -> String { directory + "/" + file }

    /// The bytes of a file, which the caller wipes. What is wrong with it is looked for in this order: missing, open to others,
    /// unreadable, malformed.
    private func read(_ file: String) throws(KeystoreError) -> [UInt8] {
        let path = path(file)
        try Self.checkPrivate(path)
        guard var text = Self.contents(path) else { throw .unreadable(path: path) }
        defer { wipe(&text) }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        let first = text.firstIndex { !blanks.contains($0) } ?? text.endIndex
        let end = text.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? text.endIndex
        guard let bytes = Base64.decoded(text[first..<end]) else { throw .malformed(path: path) }
        return bytes
    }

    /// Whether a file of a private key is there and its owner's alone, of whatever form it is.
    ///
    /// - Throws: `missing` or `readableByOthers`.
    package static func checkPrivate(_ path: String) throws(KeystoreError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        if let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber,
            mode.intValue & 0o077 != 0
        {
            throw .readableByOthers(path: path, mode: String(mode.intValue, radix: 8))
        }
    }

    /// The whole of a file, in one buffer; nil where it can't be read.
    private static func contents(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
            while filled < buffer.count {
                let more = Foundation.read(file, buffer.baseAddress! + filled, buffer.count - filled)
                if more < 0, errno == EINTR { continue }
                failed = more < 0
                guard more > 0 else { break }
                filled += more
            }
        }
        return failed ? nil : bytes
    }

    private func write(_ bytes: [UInt8], _ file: String, keepsExisting: Bool = false) throws(KeystoreError) {
        try Self.writePrivate(Data(bytes).base64EncodedString() + "\n", to: path(file), keepsExisting: keepsExisting)
    }

    /// Writes a file of mode 600, whole or not at all: under another name in the same folder first, then renamed, or
    /// linked where an existing file is kept. Makes folders that are not there, of mode 700.
    ///
    /// - Parameter keepsExisting: leaves a file alone that is there already, also one that comes at the same moment.
    /// - Throws: `notWritten`, with the path that was asked for.
    static func writePrivate(_ text: String, to path: String, keepsExisting: Bool = false) throws(KeystoreError) {
        let temporary = "\(path).\(UUID().uuidString).new"
        defer { unlink(temporary) }
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            guard
                FileManager.default.createFile(
                    atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]),
                keepsExisting ? link(temporary, path) == 0 || errno == EEXIST : rename(temporary, path) == 0
            else { throw KeystoreError.notWritten(path: path) }
        } catch {
            throw .notWritten(path: path)
        }
    }
}
