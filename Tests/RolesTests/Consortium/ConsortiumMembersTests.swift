import Audit
import EventLogs
import Keys
import LocalStore
import Manifests
import Model
import PipelineFiles
import Records
import Roles
import SecureScoring
import Simulation
import Support
import Testing

@Suite("The members that a party works with")
struct ConsortiumMembersTests {
    private let table: AgreementTable

    init() throws { table = try AgreementTable() }

    @Test("are the roster's while nothing is said, also on a log without the topic")
    func nothing() throws {
        let members = try ConsortiumMembers(table.roster, log: table.log)
        #expect(members.entries.map(\.id.name) == ["bank-a", "bank-b", "bank-c"])
        #expect(members.entries.allSatisfy { $0.takesPart && $0.budget == .daily(5) })
        let a = table.roster.members[0]
        #expect(members.identity(of: a.id, in: 1) == a.identity && members.hpke(of: a.id) == a.hpke)
        #expect(members.standing(of: a.id, in: 1) == .takesPart && members.standing(of: a.id, in: 2) == .unknown)
        #expect(members.current.digest == table.roster.digest)
        let bare = try ConsortiumMembers(table.roster, log: table.bareLog())
        try bare.refresh()
        #expect(bare.entries.count == 3 && bare.changes == 0)
    }

    @Test("change with the epoch of keys that stands on a version, at the next look, in the same order")
    func change() throws {
        let (bank, left) = (MemberID("bank-d")!, MemberID("bank-a")!)
        let members = try ConsortiumMembers(table.roster, log: table.log)
        let card = try RoleKeys(directory: table.folder.path("bank-d")).make(bank)
        let proposed = try table.seat("bank-b").propose {
            try $0.join(card, budget: .daily(9), votes: true, day: 20_000)
            try $0.end(left, .init(day: 20_000, isExpulsion: false, withdrawsLabels: false))
        }
        for name in ["bank-a", "bank-c", "bank-d", "anna"] {
            _ = try table.seat(name).sign(try table.seat(nil).version(proposed.digest))
        }
        try members.refresh()
        #expect(members.entries.count == 3 && members.changes == 0)
        #expect(members.history.agreement.inForce.digest == proposed.digest)
        try table.rotate()
        #expect(members.entries.count == 3)
        try members.refresh()
        #expect(members.entries.map(\.id.name) == ["bank-a", "bank-b", "bank-c", "bank-d"])
        #expect(members.entries.map(\.takesPart) == [false, true, true, true])
        #expect(members.entries[3].budget == .daily(9) && members.changes == 1)
        #expect(members.standing(of: left, in: 2) == .left && members.standing(of: left, in: 1) == .takesPart)
        #expect(members.identity(of: left, in: 2) == nil && members.identity(of: left, in: 1) != nil)
        #expect(members.identity(of: bank, in: 2) == card.identity && members.identity(of: bank, in: 1) == nil)
        #expect(members.current.members.map(\.id.name) == ["bank-b", "bank-c", "bank-d"])
        try members.refresh()
        #expect(members.changes == 1)
    }

    /// The terms that all agree on, in effect.
    private func agree(_ change: (inout ConsortiumAgreement) throws -> Void) throws {
        let proposed = try table.seat("bank-b").propose(change)
        for name in ["bank-a", "bank-c", "anna"] where try table.history.agreement.inForce.digest != proposed.digest {
            _ = try table.seat(name).sign(try table.seat(nil).version(proposed.digest))
        }
        try table.rotate()
    }

    @Test(
        "object to models of another feature spec, and to counts that reach further back than is agreed, as soon as it is in effect"
    )
    func objections() throws {
        let terms = try Terms()
        try table.log.create([
            TopicSettings(name: Topics.manifests, cleanup: .compact), TopicSettings(name: Topics.sealed),
        ])
        _ = try deal(
            terms.model, roster: table.roster, coordinator: FileKeystore(directory: table.folder.path("coordinator")),
            log: table.log)
        let record = try #require(
            try table.log.reader(at: [Position(TopicPartition(Topics.manifests), 0)]).available(limit: 1).first)
        // The same with windows that are three days longer: the simulation's reach back for a day.
        let dealt = try #require(WireModelManifest(decoding: record.value ?? []))
        var header = try #require(WireModelHeader(decoding: Array(dealt.header)))
        for index in header.counts.features.indices where header.counts.features[index].delay > 0 {
            header.counts.features[index].over += 3 * 86_400
        }
        let boxes = stride(from: 0, to: dealt.boxes.count, by: 2).map {
            (encapsulated: Array(dealt.boxes[$0]), box: Array(dealt.boxes[$0 + 1]))
        }
        let manifest = try ModelManifest(
            verifying: ModelManifest.make(
                header: header.encoded, boxes: boxes,
                coordinator: FileKeystore(directory: table.folder.path("coordinator")).signingKey()
            ).manifest, consortium: "demo", coordinator: table.roster.coordinator)
        let reach = Int(try #require(manifest.counts).reach)
        let days = (reach + 86_399) / 86_400
        let members = try ConsortiumMembers(table.roster, log: table.log)
        #expect(try members.objection(to: manifest) == nil && members.agreement.retention.agreedTopics.isEmpty)
        try agree { ($0.features, $0.retention) = (manifest.featureSpec, .init(records: 9, rows: 5, counts: days)) }
        try members.refresh()
        #expect(try members.objection(to: manifest) == nil && members.agreement.retention.rows == 5)
        let nine = Duration.seconds(9 * 86_400)
        #expect(members.agreement.retention.agreedTopics == [Topics.sealed: nine, Topics.labels: nine])
        try table.moveOver()
        try agree { $0.retention.counts = days - 1 }
        try members.refresh()
        #expect(try members.objection(to: manifest)?.hasPrefix("not_agreed: the agreement has counts kept for") == true)
        try table.moveOver()
        try agree { ($0.features, $0.retention.counts) = (manifest.featureSpec ^ 1, nil) }
        try members.refresh()
        #expect(try members.objection(to: manifest)?.contains("another feature spec") == true)
    }

    @Test("come and go in audit logs of parties and the coordinator, once each, with the epoch that brings it")
    func audited() throws {
        let (bank, left) = (MemberID("bank-d")!, MemberID("bank-a")!)
        func members() throws -> ConsortiumHistory { try ConsortiumMembers(table.roster, log: table.log).history }
        let (notes, again) = (AuditNotes(), AuditNotes())
        var told = MembershipAudit()
        told.tell(try members(), to: notes)
        let card = try RoleKeys(directory: table.folder.path("bank-d")).make(bank)
        func agree(by name: String, _ signers: [String], _ change: (inout ConsortiumAgreement) throws -> Void) throws {
            let proposed = try table.seat(name).propose(change)
            for signer in signers { _ = try table.seat(signer).sign(try table.seat(nil).version(proposed.digest)) }
        }
        try agree(by: "bank-b", ["bank-c", "bank-d", "anna"]) {
            try $0.join(card, budget: .daily(9), votes: true, day: 20_000)
        }
        try agree(by: "bank-a", []) {
            try $0.end(left, .init(day: 20_000, isExpulsion: false, withdrawsLabels: false))
        }
        told.tell(try members(), to: notes)
        #expect(notes.events.isEmpty)
        try table.rotate()
        told.tell(try members(), to: notes)
        told.tell(try members(), to: notes)
        let version = try #require(try members().version(in: KeyEpoch(2)))
        #expect(
            notes.events == [
                AuditEvent(.leave, of: version.digest, [.member: "bank-a", .epoch: "2"]),
                AuditEvent(.join, of: version.digest, [.member: "bank-d", .epoch: "2"]),
            ])
        let coordinated = AuditNotes()
        try table.log.create([TopicSettings(name: Topics.sealed)])
        let keystore = FileKeystore(directory: table.folder.path("coordinator"))
        let coordinator = try KeyCoordinator(table.roster, keystore: keystore, log: table.log, audit: coordinated)
        _ = try coordinator.advance(EpochConductor()) { _ in false }
        #expect(coordinated.events.map(\.kind) == [.epochActivated, .leave, .join])
        try agree(by: "bank-b", ["bank-c", "anna"]) {
            try $0.end(bank, .init(day: 20_001, isExpulsion: true, withdrawsLabels: false))
        }
        try table.moveOver()
        try table.rotate()
        told.tell(try members(), to: notes)
        #expect(notes.events.map(\.kind) == [.leave, .join, .expel])
        // Another process tells all of it; the log has it once.
        var anew = MembershipAudit()
        anew.tell(try members(), to: again)
        #expect(again.events == notes.events)
        #expect(try members().membershipChanges(of: KeyEpoch(1)).isEmpty)
        #expect(try members().membershipChanges(of: KeyEpoch(9)).isEmpty)
    }
}
