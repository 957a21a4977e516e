import Crypto
import Foundation
import Keys
import Records
import Secrets
import Support
import Testing

@Suite("Names and ages of keys")
struct KeyNamesTests {
    @Test("a name of a file is one kind's alone, with any epoch behind it")
    func stems() throws {
        let stems = [
            "identity": "identity", "hpke": "HPKE", "agreement": "agreement", "session": "session", "tls": "TLS",
            "at-rest": "at-rest", "at-rest-next": "at-rest", "at-rest-old": "at-rest", "event-id": "event id",
            "windows": "windows", "tokens": "cached tokens", "token-keys": "token key wrap",
            "token-proofs": "token proofs",
        ]
        var random = SplitMix64(3)
        for (stem, name) in stems {
            #expect(KeyKind.of(file: "\(stem).key")?.kind.name == (stem == "session" ? nil : name), "\(stem)")
            for epoch in [0, 1, 9, 10, UInt32.max]
                + (0..<20).map({ _ in UInt32.random(in: 0 ... .max, using: &random) })
            {
                let found = try #require(KeyKind.of(file: "\(stem)-\(epoch).key"))
                #expect(found.kind.name == name && found.epoch == epoch, "\(stem)-\(epoch)")
            }
            for wrong in [
                "\(stem)", "\(stem).pem", "\(stem)-.key", "\(stem)-1", "\(stem)-01.key", "\(stem)-+1.key",
                "\(stem)--1.key", "\(stem)-4294967296.key", "\(stem)1.key", " \(stem).key", "\(stem).key.new",
                "\(stem.uppercased()).key",
            ] {
                #expect(KeyKind.of(file: wrong) == nil, "\(wrong)")
            }
        }
        // No kind's files are missing in the list above.
        let told = Set(stems.values)
        let elsewhere: Set<String> = ["pairwise", "token", "bearer token"]
        #expect(told.union(elsewhere) == Set(KeyKind.all.map(\.name)) && told.isDisjoint(with: elsewhere))
    }

    @Test("a kind is found by its name as the table has it, and by no other text")
    func named() {
        for kind in KeyKind.all {
            #expect(KeyKind.named(kind.name) == kind)
            #expect(KeyKind.named(kind.name + " ") == nil && KeyKind.named("x" + kind.name) == nil)
        }
        #expect(Set(KeyKind.all.map(\.name)).count == KeyKind.all.count && KeyKind.named("") == nil)
    }

    @Test(
        "days that are left are whole days, rounded down before an expiry and behind it",
        arguments: 0..<4 as Range<UInt64>)
    func daysLeft(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let kind = try #require(KeyKind.named("HPKE"))
        for _ in 0..<300 {
            let (expiry, now) = (Int64(random.next() % 3_000_000), Int64(random.next() % 3_000_000))
            let key = KeyRecord(kind: kind, epoch: nil, holding: .clear, place: "p", made: nil, expiry: expiry)
            let left = try #require(key.daysLeft(at: now))
            // The largest number of days that are not more than what is left.
            #expect(Int64(left) * 86_400 <= expiry - now && Int64(left + 1) * 86_400 > expiry - now)
        }
    }

    @Test("an expiry that is said goes before the kind's days, and a kind without days has none of its own")
    func expiries() throws {
        for kind in KeyKind.all {
            let own = KeyRecord(kind: kind, epoch: 3, holding: .clear, place: "p", made: 5)
            #expect(own.expiry == kind.days.map { 5 + Int64($0) * 86_400 }, "\(kind.name)")
            #expect(KeyRecord(kind: kind, epoch: 3, holding: .clear, place: "p", made: 5, expiry: 7).expiry == 7)
            #expect(KeyRecord(kind: kind, epoch: 3, holding: .clear, place: "p", made: nil).expiry == nil)
            #expect(KeyRecord.warningDays < kind.days ?? .max)
        }
    }

    @Test("what is wrong with a key is said with its place, each in a sentence of its own")
    func sentences() {
        let place = "/keys/of/a-role"
        let all: [KeystoreError] = [
            .missing(path: place), .unreadable(path: place), .readableByOthers(path: place, mode: "644"),
            .malformed(path: place), .notWritten(path: place), .notErased(path: place), .locked(folder: place),
            .wrongPassphrase(folder: place), .emptyPassphrase(path: place), .otherKey(path: place),
            .protection(path: place), .token(uri: place, reason: "gone"),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
        for error in all { #expect(error.description.contains(place) && !error.description.hasSuffix(".")) }
        #expect("\(all[2])".contains("chmod 600 \(place)") && "\(all[2])".contains("644"))
        #expect("\(all[11])".contains("gone"))
    }
}

@Suite("A private file")
struct PrivateFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func mode(_ file: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: folder.path(file))[.posixPermissions] as? NSNumber)?.intValue
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("is its owner's alone, holds all of a text or the one before, and leaves nothing beside it")
    func writes() throws {
        for text in ["", "a", String(repeating: "x\n", count: 50_000), "ä\u{0}b"] {
            try PrivateFile.write(text, to: folder.path("f"))
            #expect(try folder.bytes("f") == Data(text.utf8) && mode("f") == 0o600)
        }
        #expect(try names() == ["f"])
        // One that others might read is not written into: a new one takes its place.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path("f"))
        try PrivateFile.write("b", to: folder.path("f"))
        #expect(try mode("f") == 0o600)
    }

    @Test("that is there already stays as it is where that is asked for")
    func keeps() throws {
        try PrivateFile.write("first", to: folder.path("f"), keepsExisting: true)
        try PrivateFile.write("second", to: folder.path("f"), keepsExisting: true)
        #expect(try folder.bytes("f") == Data("first".utf8) && names() == ["f"])
        try PrivateFile.write("third", to: folder.path("f"))
        #expect(try folder.bytes("f") == Data("third".utf8))
    }

    @Test("that can't be is refused with the path that was asked for")
    func refused() throws {
        try PrivateFile.write("a file", to: folder.path("f"))
        // A file is no folder, and a folder no file.
        let below = folder.path("f/below")
        #expect(throws: KeystoreError.notWritten(path: below)) { try PrivateFile.write("x", to: below) }
        try FileManager.default.createDirectory(atPath: folder.path("d/full"), withIntermediateDirectories: true)
        let full = folder.path("d")
        #expect(throws: KeystoreError.notWritten(path: full)) { try PrivateFile.write("x", to: full) }
        #expect(try names() == ["d", "f"])
    }

    @Test("takes the place of a link, and what the link led to stays as it was")
    func links() throws {
        try folder.write("elsewhere", to: "target")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("f"), withDestinationPath: folder.path("target"))
        try PrivateFile.write("secret", to: folder.path("f"))
        #expect(try folder.bytes("target") == Data("elsewhere".utf8) && folder.bytes("f") == Data("secret".utf8))
        let type = try FileManager.default.attributesOfItem(atPath: folder.path("f"))[.type] as? FileAttributeType
        #expect(type == .typeRegular)
    }
}

@Suite("Nonces of score shares")
struct ScoreNonceTests {
    @Test("are HMAC of their labels under the session's key for scores, the same at both ends and in a batch")
    func oracle() throws {
        let (sessions, other) = (try Sessions(), try Sessions())
        let agreed = Digest32(of: [[1]])
        for party in PartyID.allCases {
            let (member, own) = (try #require(sessions.members[party]), try #require(sessions.parties[party]))
            let batch = own.scoreNonces(agreed)
            var seen: Set<[UInt8]> = []
            for source in [
                SourcePosition(offset: 0), SourcePosition(partition: 1, offset: 0), SourcePosition(offset: 1),
                SourcePosition(offset: 0, index: 1), SourcePosition(partition: 7, offset: .max, index: 511),
                SourcePosition(offset: -5), SourcePosition(offset: 0),
            ] {
                let nonce = member.scoreNonce(agreed, source)
                #expect(nonce == own.scoreNonce(agreed, source))
                #expect(nonce == batch.nonce(of: source) { Array($0) })
                let label: [[UInt8]] = [
                    Array("cordon/score/nonce/v1".utf8), agreed.bytes,
                    UInt32(source.partition).bigEndianBytes, source.offset.bigEndianBytes,
                    UInt32(source.index).bigEndianBytes,
                ]
                let derived = own.scoreBoxes.derive(label).lend { $0.withUnsafeBytes { Array($0) } }
                #expect(nonce == derived && nonce.count == 32)
                #expect(nonce != member.scoreNonce(Digest32(of: [[2]]), source))
                #expect(try nonce != #require(other.members[party]).scoreNonce(agreed, source))
                seen.insert(nonce)
            }
            // Six places, of which one comes twice.
            #expect(seen.count == 6)
        }
    }
}
