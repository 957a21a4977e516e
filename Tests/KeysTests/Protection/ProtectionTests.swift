import Foundation
import Keys
import Records
import Secrets
import Support
import Testing

@Suite("A keystore's protection")
struct ProtectionTests {
    private let folder: TemporaryFolder
    private let keys: String
    private let fast = Scrypt(cost: 4, blockSize: 8, parallelism: 1)!

    init() throws {
        folder = try TemporaryFolder()
        keys = folder.path("keys")
    }

    private func passphrase(_ text: String, _ file: String = "passphrase", mode: Int = 0o600) throws -> Unlocking {
        let path = try folder.write(text, to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return Unlocking(passphraseFile: path)
    }

    private func opened(_ unlocking: Unlocking) throws -> FileKeystore {
        try FileKeystore(directory: keys, unlocking: unlocking)
    }

    private func text(_ file: String) throws -> String {
        String(decoding: try folder.bytes("keys/" + file), as: UTF8.self)
    }

    private func failure(_ body: () throws -> Void) -> KeystoreError? {
        do {
            try body()
            return nil
        } catch { return error as? KeystoreError }
    }

    /// A folder with keys in the clear, and a TLS key.
    private func filled() throws -> (store: FileKeystore, identity: VerifyingKey, hpke: HPKEPublicKey, local: [UInt8]) {
        let store = FileKeystore(directory: keys)
        let identity = SigningKey()
        let hpke = HPKEPrivateKey()
        try store.store(identity)
        try store.store(hpke)
        try folder.write("-----BEGIN PRIVATE KEY-----\n", to: "keys/tls.key")
        return (store, identity.verifyingKey, hpke.publicKey, trace(try store.localKey("at-rest")))
    }

    private func protect(_ store: FileKeystore, _ unlocking: Unlocking) throws -> [String] {
        try store.protect(by: .passphrase(fast, random: randomBytes), unlocking)
    }

    @Test("encrypts all keys but the TLS key, and the passphrase opens them")
    func protects() throws {
        let (store, identity, hpke, local) = try filled()
        let before = try text("hpke.key")
        #expect(link(keys + "/hpke.key", folder.path("witness")) == 0)
        let unlocking = try passphrase("correct horse\n")
        #expect(try protect(store, unlocking) == ["at-rest.key", "hpke.key", "identity.key"])
        for file in ["at-rest.key", "hpke.key", "identity.key"] { #expect(try text(file).hasPrefix("cordon/key/v1 ")) }
        #expect(try text("tls.key") == "-----BEGIN PRIVATE KEY-----\n")
        // What the files held in the clear is overwritten.
        #expect(try folder.bytes("witness") == Data(repeating: 0, count: before.utf8.count))
        let opened = try opened(unlocking)
        #expect(try opened.signingKey().verifyingKey == identity)
        #expect(try opened.hpkeKey().publicKey == hpke)
        #expect(trace(try opened.localKey("at-rest")) == local)
        // What comes later is encrypted, too.
        let made = trace(try opened.localKey("event-id"))
        #expect(try text("event-id.key").hasPrefix("cordon/key/v1 "))
        #expect(trace(try self.opened(unlocking).localKey("event-id")) == made)
    }

    @Test("keeps files in the clear readable, and takes them in when it is done again")
    func mixed() throws {
        let (store, identity, _, _) = try filled()
        let unlocking = try passphrase("p")
        _ = try protect(store, unlocking)
        let plain = Data(repeating: 7, count: 32).base64EncodedString()
        let path = try folder.write(plain, to: "keys/windows.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let before = trace(try opened(unlocking).localKey("windows"))
        #expect(before == trace(SecretKey(bytes: [UInt8](repeating: 7, count: 32))))
        #expect(try protect(opened(unlocking), unlocking) == ["windows.key"])
        #expect(trace(try opened(unlocking).localKey("windows")) == before)
        #expect(try opened(unlocking).signingKey().verifyingKey == identity)
    }

    @Test("takes another passphrase without touching a file, and the old one opens nothing then")
    func changed() throws {
        let (store, identity, _, _) = try filled()
        let (old, new) = (try passphrase("old", "old"), try passphrase("new", "new"))
        _ = try protect(store, old)
        let before = try text("identity.key")
        #expect(try protect(opened(old), new) == [])
        #expect(try text("identity.key") == before)
        #expect(failure { _ = try opened(old) } == .wrongPassphrase(folder: keys))
        #expect(try opened(new).signingKey().verifyingKey == identity)
    }

    @Test("goes on where a kill ended it, on the way in and on the way out", arguments: 0..<3)
    func killed(at number: Int) throws {
        let (store, identity, hpke, local) = try filled()
        let unlocking = try passphrase("p")
        let names = ["at-rest.key", "hpke.key", "identity.key"]
        let plain = try names.map(text)
        _ = try protect(store, unlocking)
        // As many files as were done before the kill are as they are; the others are as they were.
        for at in number..<3 { try folder.write(plain[at], to: "keys/" + names[at]) }
        func check(_ keystore: FileKeystore) throws {
            #expect(try keystore.signingKey().verifyingKey == identity && keystore.hpkeKey().publicKey == hpke)
            #expect(trace(try keystore.localKey("at-rest")) == local)
        }
        try check(opened(unlocking))
        #expect(try protect(opened(unlocking), unlocking) == Array(names[number...]))
        try check(opened(unlocking))
        for at in number..<3 { try folder.write(plain[at], to: "keys/" + names[at]) }
        #expect(try opened(unlocking).unprotect() == Array(names[..<number]))
        #expect(try names.map(text) == plain && !FileManager.default.fileExists(atPath: keys + "/protection"))
        try check(FileKeystore(directory: keys))
    }

    @Test("says what to do where the passphrase is missing, wrong, empty or open to others")
    func refusals() throws {
        let (store, _, _, _) = try filled()
        _ = try protect(store, passphrase("p"))
        #expect(failure { _ = try opened(Unlocking()) } == .locked(folder: keys))
        #expect(failure { _ = try opened(passphrase("q")) } == .wrongPassphrase(folder: keys))
        #expect(failure { _ = try opened(passphrase("\r\n")) } == .emptyPassphrase(path: folder.path("passphrase")))
        #expect(
            failure { _ = try opened(passphrase("p", mode: 0o640)) }
                == .readableByOthers(path: folder.path("passphrase"), mode: "640"))
        let none = Unlocking(passphraseFile: folder.path("none"))
        #expect(failure { _ = try opened(none) } == .missing(path: folder.path("none")))
        // Who has not opened the folder reads none of its keys, and puts none there in the clear.
        #expect(failure { _ = try store.hpkeKey().publicKey } == .locked(folder: keys))
        #expect(failure { try store.store(SigningKey()) } == .locked(folder: keys))
        #expect(failure { _ = trace(try store.localKey("new")) } == .locked(folder: keys))
        #expect("\(KeystoreError.locked(folder: "k"))".contains("--passphrase-file"))
        #expect("\(KeystoreError.locked(folder: "k"))".contains("cordon-passphrase"))
    }

    @Test("binds each file to its name, and finds any change")
    func bound() throws {
        let (store, _, _, _) = try filled()
        let unlocking = try passphrase("p")
        _ = try protect(store, unlocking)
        let own = try text("identity.key")
        try folder.write(try text("hpke.key"), to: "keys/identity.key")
        #expect(
            failure { _ = try opened(unlocking).signingKey().verifyingKey } == .otherKey(path: keys + "/identity.key"))
        let mark = "cordon/key/v1 "
        let box = try #require(Data(base64Encoded: String(own.dropFirst(mark.count).dropLast())))
        for at in box.indices {
            var changed = box
            changed[at] ^= 1
            try folder.write(mark + changed.base64EncodedString(), to: "keys/identity.key")
            #expect(
                failure { _ = try opened(unlocking).signingKey().verifyingKey }
                    == .otherKey(path: keys + "/identity.key"))
        }
        try folder.write(mark + "?", to: "keys/identity.key")
        #expect(
            failure { _ = try opened(unlocking).signingKey().verifyingKey } == .malformed(path: keys + "/identity.key"))
    }

    @Test("binds the folder's key to how it is wrapped: a cheaper derivation, put in by hand, opens nothing")
    func cost() throws {
        let (store, _, _, _) = try filled()
        let unlocking = try passphrase("p")
        _ = try protect(store, unlocking)
        let text = try text("protection")
        for changed in [
            text.replacingOccurrences(of: "scrypt 4 8 1", with: "scrypt 3 8 1"),
            text.replacingOccurrences(of: "key ", with: "key AAAA"),
        ] {
            try folder.write(changed, to: "keys/protection")
            #expect(failure { _ = try opened(unlocking) } == .wrongPassphrase(folder: keys))
        }
        for changed in [
            "", "cordon/keystore/v2\n", text + "more\n", text.replacingOccurrences(of: "scrypt 4", with: "scrypt 40"),
        ] {
            try folder.write(changed, to: "keys/protection")
            #expect(failure { _ = try opened(unlocking) } == .protection(path: keys + "/protection"))
        }
    }

    @Test("takes the passphrase, and keys, from systemd's credentials, which come first and stay")
    func credentials() throws {
        let (store, _, _, _) = try filled()
        _ = try protect(store, passphrase("p"))
        try FileManager.default.createDirectory(
            atPath: folder.path("credentials"), withIntermediateDirectories: false)
        try folder.write("p", to: "credentials/cordon-passphrase")
        let identity = SigningKey()
        let line = Data(identity.rawRepresentation!).base64EncodedString()
        let path = try folder.write(line, to: "credentials/identity.key")
        // As systemd shows them to a user of a rule of access.
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        let opened = try opened(Unlocking(credentials: folder.path("credentials")))
        #expect(try opened.signingKey().verifyingKey == identity.verifyingKey)
        #expect(failure { try opened.store(SigningKey()) } == .notWritten(path: keys + "/identity.key"))
        #expect(failure { try opened.erase("identity") } == .notErased(path: path))
        #expect(try opened.privatePath(of: "identity.key") == path)
        #expect(try opened.privatePath(of: "hpke.key") == keys + "/hpke.key")
        #expect(chmod(keys + "/hpke.key", 0o640) == 0)
        #expect(
            failure { _ = try opened.privatePath(of: "hpke.key") }
                == .readableByOthers(path: keys + "/hpke.key", mode: "640"))
        #expect(FileManager.default.fileExists(atPath: keys + "/identity.key"))
        // A file that was named comes before the credential.
        let both = Unlocking(
            passphraseFile: try passphrase("q", "other").passphraseFile, credentials: folder.path("credentials"))
        #expect(failure { _ = try self.opened(both) } == .wrongPassphrase(folder: keys))
    }

    @Test("reads back what it writes", arguments: [true, false], [true, false])
    func text(token: Bool, identity: Bool) throws {
        var protection = Protection()
        protection.folderKey = (
            token ? .token(uri: "pkcs11:token=a;object=b") : .passphrase(.standard, salt: [1, 2, 3]), [9, 8, 7]
        )
        if identity { protection.identity = "pkcs11:token=a;object=c" }
        #expect(Protection(protection.text) == protection)
        protection.folderKey = nil
        #expect(Protection(protection.text) == (identity ? protection : nil))
    }
}
