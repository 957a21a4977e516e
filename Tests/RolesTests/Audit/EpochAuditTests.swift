import Audit
import EventLogs
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Support
import Testing

@Suite("Epochs of keys in a role's audit log")
struct EpochAuditTests {
    private var people: KeyPeople
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private var written = 0

    init() throws {
        people = try KeyPeople()
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: ManualClock())
        try log.create([TopicSettings(name: Topics.agreement)])
    }

    private mutating func write() throws {
        try log.append(people.said.dropFirst(written).map { NewRecord(TopicPartition(Topics.agreement), value: $0) })
        written = people.said.count
    }

    private func entry(_ event: AuditEvent) -> String {
        ([event.kind.name] + [.epoch, .attempt, .party, .member].compactMap { event.fields[$0] }).joined(separator: " ")
    }

    @Test("are told step by step, each record once, with who said it and the epoch's digest")
    mutating func steps() throws {
        let notes = AuditNotes()
        let audit = try EpochAudit(people.roster, log: log, to: notes)
        try people.order(at: 1)
        try people.offer(at: 1)
        try write()
        try audit.read()
        try people.fix(at: 1)
        let keys = try #require(people.history.rotation?.keys).digest
        try people.ready(PartyID.allCases, at: 1)
        try people.place(.activation, KeyEpoch(2), at: 1)
        try people.place(.closing, KeyEpoch(1), at: 1)
        try people.say(.epochErased(EpochErased(epoch: KeyEpoch(1), keys: ["hpke"])), by: .party(.one), at: 1)
        try write()
        try audit.read()
        try audit.read()
        #expect(
            notes.events.map(entry) == [
                "epoch-ordered 2 1", "epoch-offered 2 1 party-0", "epoch-offered 2 1 party-1",
                "epoch-offered 2 1 party-2",
                "epoch-fixed 2 1", "epoch-ready 2 1 party-0", "epoch-ready 2 1 party-1", "epoch-ready 2 1 party-2",
                "epoch-activated 2", "epoch-closed 1", "epoch-erased 1 party-1",
            ])
        let founding = people.roster.foundingKeys
        #expect(notes.events[4...8].allSatisfy { $0.subject == keys })
        #expect(notes.events[9...].allSatisfy { $0.subject == founding.digest })
        #expect(notes.events[0].subject == founding.agreement)
        // Who begins anew says the same, of which the log takes none twice.
        let again = AuditNotes()
        try EpochAudit(people.roster, log: log, to: again).read()
        #expect(again.events == notes.events && Set(again.events).count == again.events.count)
    }

    @Test("tell who of the members has offered other keys")
    func member() throws {
        let member = Terms.member(0)
        let identity = SigningKey()
        let keys = MemberKeys(identity: identity.verifyingKey, hpke: HPKEPrivateKey(.xWing).publicKey)
        let offer = try AgreementStatement.memberOffer(MemberOffer(epoch: KeyEpoch(2), keys: keys)).record(
            by: .member(member), consortium: people.roster.consortium,
            key: people.terms.keys(member.name).signingKey(), new: identity)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: offer)])
        let notes = AuditNotes()
        try EpochAudit(people.roster, log: log, to: notes).read()
        #expect(notes.events.map(entry) == ["epoch-offered 2 \(member)"] && notes.events[0].subject != nil)
    }

    @Test("have what was refused beside them, by name and place; a log without the topic has none of either")
    mutating func refused() throws {
        let notes = AuditNotes()
        let audit = try EpochAudit(people.roster, log: log, to: notes)
        try people.order(at: 1)
        try write()
        let order = people.said[0]
        // The same again, somebody else's word, and no record at all.
        let stolen = try AgreementStatement.epochOrder(
            EpochOrder(epoch: KeyEpoch(2), attempt: 2, agreement: people.roster.foundingKeys.agreement, suite: .xWing)
        ).record(by: .coordinator, consortium: people.roster.consortium, key: people.terms.keys("party-0").signingKey())
        try log.append([order, stolen, [1, 2, 3]].map { NewRecord(TopicPartition(Topics.agreement), value: $0) })
        try audit.read()
        let refused = notes.events.filter { $0.kind == .refused }
        #expect(notes.events.count == 4 && refused.map { $0.fields[.offset] } == ["1", "2", "3"])
        #expect(refused[0].fields[.reason] == "\(EpochRefusal.replayed)")
        #expect(refused[1].fields[.reason] == "\(EpochRefusal.badSignature(.coordinator))")
        #expect(refused.allSatisfy { $0.fields[.topic] == Topics.agreement })
        let bare = try SQLiteEventLog(directory: folder.path("bare"), clock: ManualClock())
        let nothing = AuditNotes()
        try EpochAudit(people.roster, log: bare, to: nothing).read()
        #expect(nothing.events.isEmpty)
    }
}
