import Foundation
import Keys
import Records
import Secrets
import Support
import Testing

@Suite("A keystore's files")
struct KeystoreFilesTests {
    private let folder: TemporaryFolder
    private let store: FileKeystore

    init() throws {
        folder = try TemporaryFolder()
        store = FileKeystore(directory: folder.path)
    }

    private func write(_ text: String, _ file: String, mode: Int = 0o600) throws {
        let path = try folder.write(text, to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func failure(_ body: () throws -> Void) -> KeystoreError? {
        do {
            try body()
            return nil
        } catch { return error as? KeystoreError }
    }

    @Test("hold a key as a line of base64")
    func form() throws {
        let secret: [UInt8] = (1...32).map { $0 }
        let line = Data(secret).base64EncodedString()
        let key = try HPKEPrivateKey(bytes: secret)
        try store.store(key)
        #expect(try folder.bytes("hpke.key") == Data((line + "\n").utf8))
        // Blanks around it are no part of it.
        for text in [line, line + "\r\n", "  \(line)\n\n", "\n\t\(line) "] {
            try write(text, "other.key")
            #expect(try store.hpkeKey("other").publicKey == key.publicKey)
        }
    }

    @Test("are read where their owner alone may, whatever else the owner may", arguments: [0o600, 0o400, 0o700, 0o500])
    func ownModes(mode: Int) throws {
        try write(Data(repeating: 7, count: 32).base64EncodedString(), "local.key", mode: mode)
        let key = trace(try store.localKey("local"))
        #expect(key == trace(SecretKey(bytes: [UInt8](repeating: 7, count: 32))))
    }

    @Test(
        "of any kind are refused where others may do anything with them",
        arguments: [0o601, 0o610, 0o602, 0o660, 0o777])
    func modes(mode: Int) throws {
        let bank = try member("bank-a")
        for file in ["hpke.key", "identity.key", "local.key", "session-1.key"] {
            try write(Data(repeating: 7, count: 128).base64EncodedString(), file, mode: mode)
        }
        let octal = String(mode, radix: 8)
        func refused(_ file: String) -> KeystoreError {
            .readableByOthers(path: folder.path + "/" + file, mode: octal)
        }
        #expect(failure { _ = try store.hpkeKey().publicKey } == refused("hpke.key"))
        #expect(failure { _ = try store.signingKey().verifyingKey } == refused("identity.key"))
        #expect(failure { _ = trace(try store.localKey("local")) } == refused("local.key"))
        #expect(failure { _ = try store.sessions(of: bank, epoch: 1) } == refused("session-1.key"))
    }

    @Test(
        "hold a key of its own length, and sessions of three secrets and an announcement",
        arguments: [1, 31, 32, 33, 64, 96, 97])
    func lengths(count: Int) throws {
        let bank = try member("bank-a")
        for file in ["hpke.key", "identity.key", "local.key", "session-1.key"] {
            try write(Data(repeating: 7, count: count).base64EncodedString(), file)
        }
        func malformed(_ file: String) -> KeystoreError { .malformed(path: folder.path + "/" + file) }
        #expect(failure { _ = try store.hpkeKey().publicKey } == (count == 32 ? nil : malformed("hpke.key")))
        #expect(failure { _ = try store.signingKey().verifyingKey } == (count == 32 ? nil : malformed("identity.key")))
        #expect(failure { _ = trace(try store.localKey("local")) } == (count == 32 ? nil : malformed("local.key")))
        let sessions = failure { _ = try store.sessions(of: bank, epoch: 1) }
        #expect(sessions == malformed("session-1.key"))
    }

    @Test(
        "that are no text, or no base64, hold no key",
        arguments: [[0xFF, 0xFE], [0x41, 0x80], [0x2A], []] as [[UInt8]])
    func noText(bytes: [UInt8]) throws {
        for file in ["hpke.key", "identity.key"] {
            try write("", file)
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path(file)))
            try handle.write(contentsOf: bytes)
            try handle.close()
        }
        #expect(failure { _ = try store.hpkeKey().publicKey } == .malformed(path: folder.path + "/hpke.key"))
        #expect(failure { _ = try store.signingKey().verifyingKey } == .malformed(path: folder.path + "/identity.key"))
    }

    @Test("hold sessions party by party, and behind them the announcement")
    func sessions() throws {
        let bank = try member("bank-a")
        let secrets = (0..<3).map { [UInt8](repeating: UInt8(10 + $0), count: 32) }
        var wire = WireSessionAnnouncement()
        wire.body = Data([1, 2, 3, 4])
        let announcement = wire.encoded
        try write(Data(secrets.flatMap(\.self) + announcement).base64EncodedString(), "session-7.key")
        let kept = try #require(try store.sessions(of: bank, epoch: 7))
        #expect(kept.announcement == announcement)
        for party in PartyID.allCases {
            let session = try #require(kept.sessions[party])
            let secret = SecretKey(bytes: secrets[party.rawValue])
            let uses = [
                "transaction-boxes", "label-boxes", "score-boxes", "evaluation-tags", "receipt-tags", "choice-boxes",
                "contribution-boxes",
            ]
            let derived = uses.map { trace(secret.derive([Array("cordon/session/v2/\($0)".utf8)])) }
            #expect(traces(session) == derived && Set(derived).count == uses.count)
            #expect(session.member == bank && session.epoch == 7 && session.party == party)
        }
        for epoch in [0, 6, 8, .max] as [UInt32] { #expect(try store.sessions(of: bank, epoch: epoch) == nil) }
    }

    @Test("lie in folders that are their owner's alone, however many had to be made")
    func folderModes() throws {
        let keys = FileKeystore(directory: folder.path("new/er/keys"))
        try keys.store(SigningKey())
        for made in ["new", "new/er", "new/er/keys"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path(made))[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o700, "\(made)")
        }
    }

    @Test("of other forms are looked at as well: there, and their owner's alone", arguments: [0o600, 0o640, 0o604])
    func foreign(mode: Int) throws {
        #expect(
            failure { try PrivateFile.check(folder.path("tls.key")) } == .missing(path: folder.path("tls.key")))
        try write("-----BEGIN", "tls.key", mode: mode)
        let refused = KeystoreError.readableByOthers(
            path: folder.path("tls.key"), mode: String(mode, radix: 8))
        #expect(failure { try PrivateFile.check(folder.path("tls.key")) } == (mode == 0o600 ? nil : refused))
        #expect(failure { _ = try store.privatePath(of: "tls.key") } == (mode == 0o600 ? nil : refused))
    }

    @Test("that are folders can't be read")
    func folders() throws {
        for name in ["hpke.key", "identity.key"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        #expect(failure { _ = try store.hpkeKey().publicKey } == .unreadable(path: folder.path + "/hpke.key"))
        #expect(failure { _ = try store.signingKey().verifyingKey } == .unreadable(path: folder.path + "/identity.key"))
    }

    @Test("are made once, whoever of many comes first")
    func race() throws {
        for round in 0..<10 {
            let name = "local-\(round)"
            let workers = (0..<8).map { [store] _ in Worker { trace(try store.localKey(name)) } }
            let keys = Set(try workers.map { try $0.value() })
            let after = trace(try store.localKey(name))
            #expect(keys == [after])
        }
        // Nothing is left of those that came later.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == (0..<10).map { "local-\($0).key" })
    }

    @Test("of sessions are the first offer's, whoever of many comes first")
    func offers() throws {
        let bank = try member("bank-a")
        let keys = [HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey]
        let workers = (0..<6).map { [store] _ in
            Worker {
                let offer = try SessionOffer(
                    consortium: "c", member: bank, epoch: 2, parties: [.zero: keys[0], .one: keys[1], .two: keys[2]],
                    identity: SigningKey())
                try store.store(offer, epoch: 2)
                return try store.sessions(of: bank, epoch: 2)?.announcement ?? []
            }
        }
        let announcements = Set(try workers.map { try $0.value() })
        #expect(announcements.count == 1 && announcements.first?.isEmpty == false)
    }

    @Test("come to be in folders that were not there, and go nowhere else")
    func newFolders() throws {
        let deep = FileKeystore(directory: folder.path + "/a/b/c")
        try deep.store(SigningKey())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b/c") == ["identity.key"])
        #expect(failure { _ = try deep.hpkeKey().publicKey } == .missing(path: folder.path + "/a/b/c/hpke.key"))
    }

    @Test("that are erased are gone, with what a process that was killed left of them, and nothing else is")
    func erased() throws {
        let line = Data(repeating: 7, count: 32).base64EncodedString()
        for file in ["hpke-2.key", "hpke-2.key.8C6F.new", "hpke-20.key", "hpke-2.key.old", "hpke.key"] {
            try write(line, file)
        }
        // Another name of the same file shows what became of its bytes.
        #expect(link(folder.path("hpke-2.key"), folder.path("witness")) == 0)
        try store.erase("hpke-2")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["hpke-2.key.old", "hpke-20.key", "hpke.key", "witness"])
        #expect(try folder.bytes("witness") == Data(repeating: 0, count: line.utf8.count))
        #expect(failure { _ = try store.hpkeKey("hpke-2").publicKey } == .missing(path: folder.path + "/hpke-2.key"))
        // Once more, and in a folder that is not there: nothing is left to do.
        try store.erase("hpke-2")
        try FileKeystore(directory: folder.path("none")).erase("hpke")
    }

    @Test("that can't be erased are named")
    func notErased() throws {
        let path = folder.path + "/local.key"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(failure { try store.erase("local") } == .notErased(path: path))
    }

    @Test("hold no identity of a token")
    func token() {
        let expected = KeystoreError.notWritten(path: folder.path + "/identity.key")
        #expect(failure { try store.store(SigningKey(DetachableSigner())) } == expected)
        #expect(!FileManager.default.fileExists(atPath: folder.path("identity.key")))
    }

    @Test("are spoken of by path, in a sentence for each thing that may be wrong")
    func sentences() {
        let all: [(KeystoreError, String)] = [
            (.missing(path: "k/a.key"), "there is no key at k/a.key; `cordon keys init` makes a development set"),
            (.unreadable(path: "k/a.key"), "the key at k/a.key can't be read by this user"),
            (
                .readableByOthers(path: "k/a.key", mode: "644"),
                "the key at k/a.key is open to other users (mode 644); run: chmod 600 k/a.key"
            ),
            (.malformed(path: "k/a.key"), "the file at k/a.key does not hold a key of the kind that belongs there"),
            (.notWritten(path: "k/a.key"), "the key file k/a.key can't be written"),
            (.notErased(path: "k/a.key"), "the key file k/a.key can't be erased"),
        ]
        for (error, sentence) in all { #expect("\(error)" == sentence) }
    }
}
