import Foundation
import Keys
import Records
import Secrets
import Support
import Testing

@Suite("The kinds of keys")
struct KeyKindTests {
    @Test("are those of the page of keys, in its order and words")
    func page() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/design/keys.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
            .drop { $0 != ["key", "holder", "algorithm", "purpose", "rotated how", "days"] }.dropFirst(2)
            .prefix { $0.count == 6 }
        let kinds = KeyKind.all.map {
            [$0.name, $0.holder, $0.algorithm, $0.purpose, $0.rotation, $0.days.map { "\($0)" } ?? "-"]
        }
        #expect(Array(rows) == kinds)
    }

    @Test(
        "are told by the names of files",
        arguments: [
            ("identity.key", "identity", nil), ("hpke.key", "HPKE", nil), ("hpke-2.key", "HPKE", 2),
            ("agreement-12.key", "agreement", 12), ("session-1.key", "session", 1), ("at-rest.key", "at-rest", nil),
            ("at-rest-next.key", "at-rest", nil), ("tls.key", "TLS", nil), ("token-keys.key", "token key wrap", nil),
            ("event-id.key", "event id", nil),
        ] as [(String, String, UInt32?)])
    func files(file: String, name: String, epoch: UInt32?) throws {
        let found = try #require(KeyKind.of(file: file))
        #expect(found.kind.name == name && found.epoch == epoch)
    }

    @Test(
        "leave other files alone",
        arguments: [
            "hpke", "hpke.pem", "hpke-.key", "hpke-02.key", "hpke--1.key", "hpke-x.key", "session.key", ".key",
            "ab.key",
        ])
    func others(file: String) { #expect(KeyKind.of(file: file) == nil) }

    @Test("give a key its days, and what is left of them")
    func days() throws {
        let kind = try #require(KeyKind.of(file: "at-rest.key")?.kind)
        let day: Int64 = 86_400
        let key = KeyRecord(kind: kind, epoch: nil, holding: .clear, place: "p", made: 1000)
        #expect(key.expiry == 1000 + 365 * day)
        for (now, left) in [
            (1000, 365), (1001, 364), (1000 + 365 * day, 0), (1001 + 365 * day, -1), (1000 + 366 * day, -1),
            (1001 + 366 * day, -2),
        ] as [(Int64, Int)] {
            #expect(key.daysLeft(at: now) == left, "at \(now)")
        }
        #expect(KeyRecord(kind: kind, epoch: nil, holding: .token, place: "p", made: nil).daysLeft(at: 0) == nil)
        let windows = try #require(KeyKind.of(file: "windows.key")?.kind)
        #expect(KeyRecord(kind: windows, epoch: nil, holding: .clear, place: "p", made: 1000).expiry == nil)
    }
}

@Suite("A keystore's inventory")
struct InventoryTests {
    private let folder: TemporaryFolder
    private let keys: String

    init() throws {
        folder = try TemporaryFolder()
        keys = folder.path("keys")
    }

    private func age(_ file: String, to seconds: Int64) throws {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: keys + "/" + file)
    }

    private func passphrase() throws -> Unlocking {
        let path = try folder.write("p", to: "passphrase")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return Unlocking(passphraseFile: path)
    }

    @Test("names every key with its age and place, and needs no passphrase; protection makes none younger")
    func lists() throws {
        let store = FileKeystore(directory: keys)
        try store.store(SigningKey())
        try store.store(HPKEPrivateKey(), "hpke-3")
        try store.store(SecretKey(bytes: [UInt8](repeating: 9, count: 32)), "windows")
        for (file, time) in [("identity.key", 1000), ("hpke-3.key", 2000), ("windows.key", 3000)] as [(String, Int64)] {
            try age(file, to: time)
        }
        func rows(_ records: [KeyRecord]) -> [String] {
            records.map { "\($0.kind.name) \($0.epoch ?? 0) \($0.holding) \($0.made ?? 0) \($0.place.hasPrefix(keys))" }
        }
        #expect(
            rows(try store.inventory()) == [
                "HPKE 3 clear 2000 true", "identity 0 clear 1000 true", "windows 0 clear 3000 true",
            ])
        let scrypt = try #require(Scrypt(cost: 4, blockSize: 8, parallelism: 1))
        _ = try store.protect(by: .passphrase(scrypt, random: randomBytes), passphrase())
        #expect(
            rows(try store.inventory()) == [
                "HPKE 3 protected 2000 true", "identity 0 protected 1000 true", "windows 0 protected 3000 true",
            ])
        try store.setIdentity(uri: "pkcs11:token=a;object=b")
        try store.erase("identity")
        let first = try #require(try store.inventory().first)
        #expect(first.holding == .token && first.place == "pkcs11:token=a;object=b" && first.made == nil)
    }

    @Test("has a TLS key until its certificate ends, and credentials in the place of files")
    func others() throws {
        let pki = try CertificateAuthority(now: 1_700_000_000, days: 30)
        try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
        _ = try pki.issue(to: .zero, directory: keys)
        try FileManager.default.createDirectory(atPath: folder.path("credentials"), withIntermediateDirectories: true)
        try folder.write("k", to: "credentials/hpke.key")
        try folder.write("k", to: "credentials/cordon-passphrase")
        let records = try FileKeystore(directory: keys, credentials: folder.path("credentials")).inventory()
        #expect(records.map(\.kind.name) == ["HPKE", "TLS"])
        #expect(records[0].holding == .credential && records[0].made == nil && records[0].expiry == nil)
        #expect(records[1].expiry == Int64(1_702_592_000))
        // Each epoch's ends with its own; a certificate may be a credential, too.
        for name in ["tls.key", "tls.pem"] {
            try folder.write(String(decoding: folder.bytes("keys/" + name), as: UTF8.self), to: "credentials/" + name)
            try FileManager.default.moveItem(
                atPath: keys + "/" + name, toPath: keys + "/" + name.replacing("tls", with: "tls-2"))
        }
        let handed = try FileKeystore(directory: keys, credentials: folder.path("credentials")).inventory()
        #expect(handed.map(\.epoch) == [nil, 2, nil] && handed[2].holding == .credential)
        #expect(handed.dropFirst().map(\.expiry) == [1_702_592_000, 1_702_592_000])
        _ = try pki.issue(to: .zero, directory: keys)
        try folder.write("no certificate", to: "keys/tls.pem")
        let other = try FileKeystore(directory: keys).inventory()
        let tls = try #require(other.first { $0.epoch == nil })
        #expect(tls.expiry == (tls.made ?? 0) + 365 * 86_400)
    }

    @Test("are all told of a party, a member and the coordinator: those of their folders, and those that are in none")
    func whole() throws {
        func record(_ file: String, made: Int64 = 5) throws -> KeyRecord {
            let (kind, epoch) = try #require(KeyKind.of(file: file))
            return KeyRecord(kind: kind, epoch: epoch, holding: .clear, place: "k/\(file)", made: made)
        }
        let party = try [
            "identity.key", "hpke.key", "hpke-2.key", "agreement.key", "agreement-2.key", "tls.key", "at-rest.key",
            "token-keys.key", "token-proofs.key",
        ].map { try record($0) }
        let beside = KeyRecord.elsewhere(beside: party)
        #expect(beside.map(\.kind.name) == ["pairwise", "pairwise", "token"])
        #expect(beside.map(\.epoch) == [nil, 2, nil] && beside.map(\.holding) == [.memory, .memory, .state])
        #expect(beside[0].made == 5 && beside.allSatisfy { $0.expiry == nil && !$0.place.isEmpty })
        let member = try [
            "identity.key", "hpke.key", "session-1.key", "at-rest.key", "event-id.key", "windows.key", "tokens.key",
        ].map { try record($0) }
        #expect(KeyRecord.elsewhere(beside: member).isEmpty)
        let clients = KeyRecord.elsewhere(beside: member, tokens: ["till", "till"], file: "t.yaml", made: 9)
        #expect(clients.map(\.kind.name) == ["bearer token", "bearer token"] && clients[0].place == "t.yaml: till")
        #expect(clients[0].expiry == 9 + 365 * 86_400 && clients[0].holding == .hash)
        // Between them the roles have every kind that there is.
        let told = Set((party + beside + member + clients).map(\.kind.name))
        #expect(told == Set(KeyKind.all.map(\.name)))
    }
}
