import Foundation
import Keys
import PipelineFiles
import Records
import Roles
import Secrets
import Support
import Testing

@Suite("Keys of one role in a folder of its own")
struct RoleKeysTests {
    private let folder: TemporaryFolder
    private let roster: Roster

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let text = """
            consortium: demo
            epoch: 1
            parties:
              - { name: party-0, host: 127.0.0.1, port: 1 }
              - { name: party-1, host: 127.0.0.1, port: 2 }
              - { name: party-2, host: 127.0.0.1, port: 3 }
            members: [bank-a]
            operators: [anna]

            """
        let plan = try ConsortiumPlan(file: folder.write(text, to: "consortium.yaml"))
        var cards = try PartyID.allCases.map {
            try RoleKeys(directory: folder.path($0.name)).make($0, by: CertificateAuthority(now: 1_700_000_000))
        }
        cards.append(try RoleKeys(directory: folder.path("bank-a")).make(#require(MemberID("bank-a"))))
        cards.append(try RoleKeys(directory: folder.path("anna")).make(#require(OperatorID("anna"))))
        cards.append(try RoleKeys(directory: folder.path("coordinator")).makeCoordinator())
        for (card, name) in zip(cards, ["party-0", "party-1", "party-2", "bank-a", "anna", "coordinator"]) {
            let file = folder.path(name) + "/card.yaml"
            #expect(try KeyCard(file: file).yaml == card.yaml)
        }
        roster = try Roster(plan, cards)
    }

    private func misfits(_ name: String, _ roster: Roster? = nil) throws -> (role: String, misfits: [String]) {
        try FileKeystore(directory: folder.path(name)).misfits(roster ?? self.roster)
    }

    @Test("fit the roster that its card became part of")
    func fit() throws {
        for (name, role) in [
            ("party-2", "party party-2"), ("bank-a", "member bank-a"), ("anna", "operator anna"),
            ("coordinator", "coordinator"),
        ] {
            let found = try misfits(name)
            #expect(found.role == role && found.misfits.isEmpty, "\(found.misfits)")
        }
    }

    @Test("are named one by one where they do not fit")
    func named() throws {
        try FileKeystore(directory: folder.path("party-1")).store(HPKEPrivateKey(), "agreement")
        #expect(try misfits("party-1").misfits == ["agreement.key: the roster has another agreement key"])
        try FileManager.default.removeItem(atPath: folder.path("party-1/hpke.key"))
        #expect(try misfits("party-1").misfits.count == 2)
        // With keys of a later epoch that of the roster's may be erased, and what is there has to fit all the same.
        try FileKeystore(directory: folder.path("party-1")).store(HPKEPrivateKey(), "hpke-2")
        #expect(try misfits("party-1").misfits == ["agreement.key: the roster has another agreement key"])
        try FileKeystore(directory: folder.path("party-1")).erase("agreement")
        #expect(try misfits("party-1").misfits == [])
        try FileManager.default.removeItem(atPath: folder.path("party-0/tls.pem"))
        try FileManager.default.copyItem(atPath: folder.path("party-2/tls.pem"), toPath: folder.path("party-0/tls.pem"))
        #expect(try misfits("party-0").misfits == ["tls.pem: the roster has another TLS certificate"])
        try FileKeystore(directory: folder.path("bank-a")).store(HPKEPrivateKey())
        #expect(try misfits("bank-a").misfits == ["hpke.key: the roster has another HPKE key"])
    }

    @Test("are looked at through the passphrase of their folder, and by the files that systemd handed over")
    func opened() throws {
        let fast = try #require(Scrypt(cost: 4, blockSize: 8, parallelism: 1))
        let phrase = try folder.write("correct horse\n", to: "phrase")
        #expect(chmod(phrase, 0o600) == 0)
        _ = try FileKeystore(directory: folder.path("party-1"))
            .protect(by: .passphrase(fast, random: randomBytes), Unlocking(passphraseFile: phrase))
        #expect(throws: KeystoreError.locked(folder: folder.path("party-1"))) { try misfits("party-1") }
        let handed = folder.path("handed")
        try FileManager.default.createDirectory(atPath: handed, withIntermediateDirectories: false)
        let unlocking = Unlocking(passphraseFile: phrase, credentials: handed)
        func found() throws -> [String] {
            try FileKeystore(directory: folder.path("party-1"), unlocking: unlocking).misfits(roster).misfits
        }
        #expect(try found() == [])
        try FileManager.default.copyItem(atPath: folder.path("party-2/tls.pem"), toPath: handed + "/tls.pem")
        #expect(try found() == ["tls.pem: the roster has another TLS certificate"])
        #expect(chmod(folder.path("party-1/tls.key"), 0o640) == 0)
        let path = folder.path("party-1/tls.key")
        #expect(try found() == ["\(KeystoreError.readableByOthers(path: path, mode: "640"))"])
    }

    @Test("of nobody in the roster are told as such")
    func nobody() throws {
        let stranger = folder.path("stranger")
        _ = try RoleKeys(directory: stranger).make(#require(MemberID("bank-z")))
        #expect(throws: RoleError.keysOfNobody(directory: stranger)) { try misfits("stranger") }
    }

    @Test("are never overwritten")
    func kept() throws {
        let before = try FileKeystore(directory: folder.path("bank-a")).signingKey().verifyingKey
        #expect(throws: RoleError.keysExist(directory: folder.path("bank-a"))) {
            try RoleKeys(directory: folder.path("bank-a")).make(#require(MemberID("bank-a")))
        }
        #expect(try FileKeystore(directory: folder.path("bank-a")).signingKey().verifyingKey == before)
    }
}
