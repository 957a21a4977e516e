import EventLogs
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Support
import Testing

@Suite("A seat at the table of a consortium")
struct AgreementSeatTests {
    private let table: AgreementTable
    private let day = 20_000

    init() throws { table = try AgreementTable() }

    private func join(_ card: KeyCard, by name: String = "bank-a") throws -> AgreedVersion {
        try table.seat(name).propose { try $0.join(card, budget: .daily(9), votes: true, day: day) }
    }

    @Test("a member joins by its card: proposed and signed by one, signed by it and by whom the rule asks")
    func joining() throws {
        let bank = MemberID("bank-d")!
        let card = try RoleKeys(directory: table.folder.path("bank-d")).make(bank)
        #expect(throws: AgreementSeatError.self) { try table.seat("bank-d").author() }
        #expect(try table.seat(nil).members.map(\.name) == ["bank-a", "bank-b", "bank-c"])
        let proposed = try join(card)
        #expect(try table.seat(nil).members.map(\.name) == ["bank-a", "bank-b", "bank-c", "bank-d"])
        #expect(proposed.signed.keys.map(\.description) == ["member/bank-a"] && proposed.inForce == nil)
        #expect(try table.seat("bank-d").author(signing: proposed) == .member(bank))
        #expect(try table.seat("coordinator").author() == .coordinator)
        #expect(throws: ConsortiumRefusal.agreement(.notAsked(.coordinator))) {
            try table.seat("coordinator").sign(proposed)
        }
        _ = try table.seat("bank-d").sign(proposed)
        #expect(throws: ConsortiumRefusal.agreement(.replayed)) { try table.seat("bank-d").sign(proposed) }
        _ = try table.seat("anna").sign(proposed)
        #expect(try table.history.agreement.inForce.agreement.version == 1)
        #expect(try table.seat("bank-c").sign(proposed).inForce != nil)
        let history = try table.history
        #expect(history.agreement.inForce.digest == proposed.digest && history.agreement.proposals.isEmpty)
        // Membership changes with keys.
        #expect(history.standing(of: bank, in: KeyEpoch(1)) == .unknown)
        #expect(table.roster.standing(history).members.map(\.id.name) == ["bank-a", "bank-b", "bank-c"])
        try table.rotate()
        #expect(try table.seat(nil).standing.members.map(\.id) == table.seat(nil).members)
        #expect(try table.seat(nil).standing.epoch == 2)
    }

    @Test("a member leaves by its own word, and an expelled one is not asked")
    func leaving() throws {
        let (b, c) = (MemberID("bank-b")!, MemberID("bank-c")!)
        let left = try table.seat("bank-c").propose {
            try $0.end(c, .init(day: day, isExpulsion: false, withdrawsLabels: false))
        }
        #expect(left.inForce != nil && left.signed.count == 1)
        #expect(throws: AgreementSeatError.notSeated(keys: table.folder.path("bank-c"))) {
            try table.seat("bank-c").propose { $0.purposes = ["audits"] }
        }
        #expect(throws: AgreementSeatError.gone(c)) {
            try table.seat("bank-a").propose {
                try $0.end(c, .init(day: day, isExpulsion: true, withdrawsLabels: false))
            }
        }
        // A majority of two are both, and bank-b is not asked.
        #expect(throws: ConsortiumRefusal.agreement(.defect(.unreachable(.expel)))) {
            try table.seat("bank-a").propose {
                try $0.end(b, .init(day: day, isExpulsion: true, withdrawsLabels: false))
            }
        }
        #expect(throws: AgreementSeatError.unknownMember("bank-x")) {
            try table.seat("bank-a").propose {
                try $0.end(MemberID("bank-x")!, .init(day: day, isExpulsion: true, withdrawsLabels: false))
            }
        }
    }

    @Test("what would not count is not written")
    func refused() throws {
        let before = try table.log.end(of: TopicPartition(Topics.agreement))
        #expect(throws: ConsortiumRefusal.agreement(.defect(.nothing))) { try table.seat("bank-a").propose { _ in } }
        #expect(throws: ConsortiumRefusal.agreement(.defect(.approvals))) {
            try table.seat("bank-a").propose { $0.approvals = 2 }
        }
        #expect(throws: AgreementSeatError.otherCard("coordinator", wanted: "a member")) {
            try table.seat("bank-a").propose {
                try $0.join(.coordinator(table.roster.coordinator), budget: .unlimited, votes: true, day: day)
            }
        }
        #expect(throws: AgreementSeatError.self) { try table.seat(nil).propose { $0.purposes = ["audits"] } }
        #expect(try table.log.end(of: TopicPartition(Topics.agreement)) == before)
    }

    @Test("says of a member that changes its keys what is wrong, whichever of its two identities counts")
    func renewing() throws {
        let proposed = try table.seat("bank-a").propose { $0.purposes = ["audits"] }
        let keystore = FileKeystore(directory: table.folder.path("bank-a"))
        for name in ["identity-2", "identity"] {
            if name == "identity" {
                // As it is once the new one counts, and has its number still.
                try keystore.store(keystore.signingKey(), "identity-2")
                try keystore.store(SigningKey(), name)
            } else {
                try keystore.store(SigningKey(), name)
            }
            #expect(throws: ConsortiumRefusal.agreement(.replayed)) { try table.seat("bank-a").sign(proposed) }
        }
    }

    @Test("finds a version by the beginning of its digest; several proposals have to be named")
    func finding() throws {
        let founding = try table.history.agreement.inForce
        #expect(try table.seat(nil).version(beginning: nil).digest == founding.digest)
        let one = try table.seat("bank-a").propose { $0.purposes = ["audits"] }
        #expect(try table.seat(nil).version(beginning: nil).digest == one.digest)
        #expect(try table.seat(nil).version(beginning: "\(founding.digest)").digest == founding.digest)
        let other = try table.seat("bank-b").propose { $0.purposes = ["fraud-prevention", "audits"].sorted() }
        #expect(throws: AgreementSeatError.several(["\(one.digest)", "\(other.digest)"])) {
            try table.seat(nil).version(beginning: nil)
        }
        #expect(try table.seat(nil).version(beginning: "\(other.digest)".uppercased()).digest == other.digest)
        #expect(throws: AgreementSeatError.unknownVersion("xyz")) { try table.seat(nil).version(beginning: "xyz") }
    }

    @Test("roles work with whom the agreement names and with the keys of an epoch; the rest is the roster's")
    func standing() throws {
        let card = try RoleKeys(directory: table.folder.path("bank-d")).make(MemberID("bank-d")!)
        var agreement = table.roster.foundingAgreement.next
        try agreement.join(card, budget: .daily(9), votes: true, day: day)
        try agreement.end(MemberID("bank-b")!, .init(day: day, isExpulsion: true, withdrawsLabels: false))
        agreement.members[0].budget = .unlimited
        agreement.parties[.one]?.address = .init(host: "new", port: 9)
        agreement.openings = OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4)
        agreement.approvals = 0
        let founding = table.roster.foundingKeys
        var parties = founding.parties
        let key = HPKEPrivateKey().publicKey
        parties[.two]?.hpke = key
        var members = founding.members
        members[MemberID("bank-a")!]?.identity = SigningKey().verifyingKey
        let keys = EpochKeys(
            consortium: "demo", number: KeyEpoch(7), agreement: agreement.digest, parties: parties, members: members)
        let standing = table.roster.standing(agreement, keys)
        #expect(standing.epoch == 7 && standing.members.map(\.id.name) == ["bank-a", "bank-c", "bank-d"])
        #expect(standing.members[0].identity == members[MemberID("bank-a")!]?.identity)
        #expect(standing.members[0].budget == .unlimited && standing.members[2].budget == .daily(9))
        #expect(standing.members[2].identity == card.identity)
        #expect(standing.cell.parties[.one]?.host == "new" && standing.cell.parties[.zero]?.host == "127.0.0.1")
        #expect(standing.cell.parties[.two]?.hpke == key && standing.cell.parties[.one]?.hpke != key)
        #expect(standing.openings == agreement.openings && standing.approvals == 0 && standing.countLimit == 77)
        // Nothing on the topic: all as the roster says.
        #expect(table.roster.standing(try table.history).digest == table.roster.digest)
    }
}
