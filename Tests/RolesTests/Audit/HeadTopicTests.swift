import Audit
import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Stages
import Support
import Testing

@Suite("Heads of audit logs on their topic")
struct HeadTopicTests {
    private let terms: Terms
    private let broker: SimulatedBroker
    private let clock = SimulatedClock(start: Terms.start)

    init() throws {
        terms = try Terms()
        broker = SimulatedBroker(clock: clock)
        try SimulatedLog(broker, clock: clock).create(terms.topics)
    }

    private func audit(_ role: SyncAuthor, _ keys: String, _ storage: AuditBytes = AuditBytes()) throws -> AuditLog {
        try terms.roster.auditLog(of: role, key: terms.keys(keys).signingKey(), in: storage, clock: clock)
    }

    private func topic(
        _ role: SyncAuthor, _ audit: AuditLog, _ log: SimulatedLog? = nil
    ) throws -> HeadTopic {
        try HeadTopic(
            role, audit, terms: terms.roster.syncTerms, log: log ?? SimulatedLog(broker, clock: clock))
    }

    private func tell(_ audit: AuditLog, _ number: Int) {
        clock.wait(for: .seconds(60))
        audit.write(AuditEvent(.keyInForce, [.count: "\(number)"]))
    }

    @Test("roles that show each other their heads find nothing, and name each other's in their own")
    func honest() throws {
        let roles: [(SyncAuthor, AuditLog)] = [
            (.party(.zero), try audit(.party(.zero), "party-0")),
            (.coordinator, try audit(.coordinator, "coordinator")),
            (.member(Terms.member(0)), try audit(.member(Terms.member(0)), "bank-0")),
        ]
        let topics = try roles.map { try topic($0.0, $0.1) }
        for round in 0..<5 {
            for (place, (_, audit)) in roles.enumerated() {
                tell(audit, round)
                #expect(try topics[place].read().isEmpty)
                #expect(try topics[place].show())
                #expect(try topics[place].read().isEmpty)
                #expect(try !topics[place].show(), "nothing new")
            }
        }
        for (place, (role, audit)) in roles.enumerated() {
            #expect(try topics[place].read().isEmpty)
            try topics[place].witness()
            #expect(Set(audit.seen.keys) == Set(roles.map(\.0)).subtracting([role]))
            #expect(audit.seen.values.allSatisfy { $0.head.size == 5 })
        }
    }

    @Test("a party that shows two histories is found by the others, who write so")
    func liar() throws {
        let storage = AuditBytes()
        let liar = try audit(.party(.one), "party-1", storage)
        tell(liar, 0)
        _ = liar.sign()
        let other = try audit(.party(.one), "party-1", AuditBytes(storage.bytes))
        let witness = try audit(.coordinator, "coordinator")
        let watching = try topic(.coordinator, witness)
        tell(liar, 1)
        _ = try topic(.party(.one), liar).exchange()
        #expect(try watching.exchange().isEmpty)
        tell(other, 2)
        // It would see that it contradicts itself; it does not care.
        let shown = try #require(other.shown(after: nil))
        try SimulatedLog(broker, clock: clock).append([NewRecord(TopicPartition(Topics.audit), value: shown)])
        let found = try watching.exchange()
        #expect(found.map(\.role) == [.party(.one)])
        let forked = found.contains { if case .forked = $0.fault { true } else { false } }
        #expect(forked)
        #expect(witness.count == 1)
        #expect(try watching.exchange().isEmpty && witness.count == 1)
    }

    @Test("a role that loses its file, or has an older one, finds so itself, and so does everybody else, once")
    func lost() throws {
        let storage = AuditBytes()
        let first = try audit(.party(.two), "party-2", storage)
        tell(first, 0)
        _ = first.sign()
        let backup = storage.bytes
        tell(first, 1)
        let witness = try audit(.party(.zero), "party-0")
        let watching = try topic(.party(.zero), witness)
        #expect(try topic(.party(.two), first).exchange().isEmpty)
        #expect(try watching.exchange().isEmpty)
        for bytes in [backup, []] {
            let again = try audit(.party(.two), "party-2", AuditBytes(bytes))
            tell(again, 7)
            tell(again, 8)
            let own = try topic(.party(.two), again)
            #expect(try own.exchange().map(\.role) == [.party(.two)])
            #expect(try watching.exchange().map(\.role) == [.party(.two)])
            tell(again, 9)
            #expect(try own.exchange().isEmpty)
            #expect(try watching.exchange().isEmpty)
        }
    }

    @Test("a head whose append failed is shown again until it is read, also where it had arrived")
    func failures() throws {
        for (fault, party) in [(LogFault.refuseAppends(1), PartyID.zero), (.loseAnswers(1), .one)] {
            let audit = try audit(.party(party), party.name)
            let log = SimulatedLog(broker, clock: clock)
            let topic = try topic(.party(party), audit, log)
            _ = try topic.read()
            tell(audit, 0)
            log.disturb(fault)
            #expect(throws: LogError.self) { try topic.show() }
            tell(audit, 1)
            _ = try topic.read()
            _ = try topic.show()
            #expect(try topic.read().isEmpty)
            #expect(try topic.read().isEmpty)
            _ = try topic.show()
            #expect(try topic.read().isEmpty)
            #expect(try !topic.show() && audit.shown(after: nil) != nil, "both entries are shown")
        }
    }

    @Test("a reader that starts again goes on where it was, and records that are none are passed over")
    func restarts() throws {
        let storage = AuditBytes()
        let other = try audit(.coordinator, "coordinator")
        let shows = try topic(.coordinator, other)
        for round in 0..<4 {
            let own = try audit(.party(.zero), "party-0", storage)
            tell(own, round)
            tell(other, round)
            _ = try shows.exchange()
            try SimulatedLog(broker, clock: clock).append([
                NewRecord(TopicPartition(Topics.audit), value: [UInt8(round), 2, 3])
            ])
            let topic = try topic(.party(.zero), own)
            #expect(try topic.exchange().isEmpty)
            #expect(!topic.takeRefused().isEmpty && topic.takeRefused().isEmpty)
            #expect(own.seen[.coordinator]?.head.size == round + 1)
        }
    }
}
