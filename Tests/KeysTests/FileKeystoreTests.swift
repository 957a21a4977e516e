import Foundation
import Keys
import Records
import Secrets
import Support
import Testing
import ThreeParty

private func stream(_ key: borrowing SecretKey) -> [UInt8] {
    CounterStream.bytes(of: key.derive([[1]]), count: 32)
}

/// What the call throws, as the sentence that a person reads.
private func message(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch { return "\(error)" }
}

@Suite("A keystore of files")
struct FileKeystoreTests {
    private let folder: TemporaryFolder
    private let store: FileKeystore

    init() throws {
        folder = try TemporaryFolder()
        store = FileKeystore(directory: folder.path + "/keys")
    }

    private func write(_ text: String, _ file: String, mode: Int = 0o600) throws {
        try FileManager.default.createDirectory(atPath: store.directory, withIntermediateDirectories: true)
        let path = store.directory + "/" + file
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func mode(_ file: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: store.directory + "/" + file)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test("gives back the keys that it was given, from files that only their owner may read")
    func roundTrip() throws {
        let hpke = HPKEPrivateKey()
        let signing = SigningKey()
        try store.store(hpke)
        try store.store(hpke, "agreement")
        try store.store(signing)
        #expect(try store.hpkeKey().publicKey == hpke.publicKey)
        #expect(try store.hpkeKey("agreement").publicKey == hpke.publicKey)
        #expect(try store.signingKey().verifyingKey == signing.verifyingKey)
        for file in ["hpke.key", "agreement.key", "identity.key"] { #expect(try mode(file) == 0o600) }
        let files = try FileManager.default.contentsOfDirectory(atPath: store.directory)
        #expect(files.sorted() == ["agreement.key", "hpke.key", "identity.key"])
    }

    @Test("replaces a key whole")
    func replaces() throws {
        try store.store(HPKEPrivateKey())
        let second = HPKEPrivateKey()
        try store.store(second)
        #expect(try store.hpkeKey().publicKey == second.publicKey)
        #expect(try mode("hpke.key") == 0o600)
    }

    @Test("makes a local key on first use, and the same again after")
    func localKeys() throws {
        let first = stream(try store.localKey("event-id"))
        #expect(stream(try store.localKey("event-id")) == first)
        #expect(stream(try store.localKey("other")) != first)
        #expect(try mode("event-id.key") == 0o600)
    }

    @Test("keeps a member's sessions of an epoch, and has none of another")
    func sessions() throws {
        let member = try member("bank-a")
        let zero = HPKEPrivateKey()
        let one = HPKEPrivateKey()
        let two = HPKEPrivateKey()
        let offer = try SessionOffer(
            consortium: "c", member: member, epoch: 3,
            parties: [.zero: zero.publicKey, .one: one.publicKey, .two: two.publicKey],
            identity: SigningKey())
        #expect(try store.sessions(of: member, epoch: 3) == nil)
        try store.store(offer, epoch: 3)
        let (kept, announcement) = try #require(try store.sessions(of: member, epoch: 3))
        #expect(announcement == offer.announcement.encoded)
        // Another offer for the same epoch changes nothing: the first one may be announced.
        try store.store(
            SessionOffer(
                consortium: "c", member: member, epoch: 3,
                parties: [.zero: zero.publicKey, .one: one.publicKey, .two: two.publicKey], identity: SigningKey()),
            epoch: 3)
        #expect(try store.sessions(of: member, epoch: 3)?.announcement == announcement)
        for party in PartyID.allCases {
            let ours = try #require(offer.sessions[party])
            let theirs = try #require(kept[party])
            #expect(theirs.epoch == 3 && theirs.party == party && theirs.member == member)
            #expect(stream(ours.labelBoxes) == stream(theirs.labelBoxes))
            #expect(stream(ours.scoreBoxes) == stream(theirs.scoreBoxes))
        }
        #expect(try store.sessions(of: member, epoch: 4) == nil)
        #expect(try mode("session-3.key") == 0o600)
    }

    @Test("names a missing key and says how to make one")
    func missing() {
        let path = store.directory + "/hpke.key"
        let sentence = message { _ = try store.hpkeKey().publicKey }
        #expect(sentence == "there is no key at \(path); `cordon keys init` makes a development set")
        #expect(message { _ = try store.signingKey().verifyingKey }?.contains("/identity.key;") == true)
    }

    @Test("refuses a key that others may read, and says what to run", arguments: [0o640, 0o604, 0o666, 0o620])
    func openToOthers(mode: Int) throws {
        try store.store(HPKEPrivateKey())
        let path = store.directory + "/hpke.key"
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(
            message { _ = try store.hpkeKey().publicKey }
                == "the key at \(path) is open to other users (mode \(String(mode, radix: 8))); run: chmod 600 \(path)")
    }

    @Test(
        "names a file that holds no key, and nothing of what it holds",
        arguments: ["", "\n", "not base64!", "c2hvcnQ=", "AAAA"])
    func malformed(text: String) throws {
        for file in ["hpke.key", "identity.key", "event-id.key", "session-3.key"] { try write(text, file) }
        let member = try member("bank-a")
        let failures = [
            ("hpke.key", message { _ = try store.hpkeKey().publicKey }),
            ("identity.key", message { _ = try store.signingKey().verifyingKey }),
            ("event-id.key", message { _ = try store.localKey("event-id") }),
            ("session-3.key", message { _ = try store.sessions(of: member, epoch: 3) }),
        ]
        for (file, sentence) in failures {
            let path = store.directory + "/" + file
            #expect(sentence == "the file at \(path) does not hold a key of the kind that belongs there")
        }
    }

    @Test("says where it can't write")
    func notWritten() throws {
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let blocked = FileKeystore(directory: folder.path + "/file")
        let sentence = message { try blocked.store(SigningKey()) }
        #expect(sentence == "the key file \(folder.path)/file/identity.key can't be written")
    }
}
