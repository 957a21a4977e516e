import Audit
import Keys
import Manifests
import Model
import PipelineFiles
import Records
import Roles
import SecureScoring
import Simulation
import Stages
import Support
import Telemetry
import Testing
import ThreeParty
import Tokens

/// The end of a party's start: it opens its links.
private struct Linked: Error {}

@Suite("A role's audit log, put together")
struct RoleAuditTests {
    private let terms: Terms
    private let log: SimulatedLog
    private let clock = SimulatedClock(start: Terms.start)
    private let lines = CapturedLines()
    private let metrics = Metrics(describing: RoleMetrics.party)

    init() throws {
        terms = try Terms()
        log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        try log.create(terms.topics)
        _ = try deal(terms.model, roster: terms.roster, coordinator: terms.keys("coordinator"), log: log)
    }

    private func party(_ audit: (any AuditStorage)?) throws -> PartyRole {
        PartyRole(
            party: .zero, roster: terms.roster, keystore: terms.keys("party-0"), stores: SimulatedMachine(),
            limits: BatchLimits(),
            tokenLimit: RateLimit(elementsPerSecond: 1000, burst: 100_000), tokenAttempt: 1, log: log,
            logger: lines.logger(),
            clock: clock, audit: audit, sideWork: { _ in .inline })
    }

    private func verified(_ storage: AuditBytes) throws -> (AuditVerifier, [AuditEntry]) {
        let terms = terms.roster.syncTerms
        var verifier = AuditVerifier(consortium: terms.consortium) { terms.key(of: $0) }
        var entries: [AuditEntry] = []
        try storage.bytes.withUnsafeBytes { try verifier.verify($0) { entries.append($0) } }
        return (verifier, entries)
    }

    @Test("a party with one says that it starts, and a stage of its own signs, once where there is nothing new")
    func party() throws {
        let storage = AuditBytes()
        let transport = try #require(InProcessTransport.cell()[.zero])
        let plans = try party(storage).stages(metrics) { transport }
        let plan = try #require(plans.first { $0.name == "audit" })
        #expect(plan.isBackground)
        let stage = try #require(try plan.make())
        for _ in 0..<3 {
            #expect(try stage.turn(until: clock.now) == .rest(.milliseconds(200)))
            clock.wait(for: .seconds(2))
        }
        try stage.finish()
        let (verifier, entries) = try verified(storage)
        #expect(verifier.role == .party(.zero) && verifier.headCount == 1)
        #expect(entries.map(\.event.kind) == [.started])
        #expect(entries[0].event.fields[.program]?.isEmpty == false)
        #expect(metrics.value("cordon_audit_entries") == 1)
    }

    @Test("a party without one has no such stage")
    func without() throws {
        let transport = try #require(InProcessTransport.cell()[.zero])
        #expect(try !party(nil).stages(metrics) { transport }.contains { $0.name == "audit" })
    }

    @Test("a party does not start on a log that it did not write, and says what to do")
    func faulty() throws {
        let storage = AuditBytes()
        let other = try terms.roster.auditLog(
            of: .party(.one), key: terms.keys("party-1").signingKey(), in: storage, clock: clock)
        other.write(AuditEvent(.started))
        #expect(throws: RoleError.auditLog(.otherRole(0, .party(.one)))) {
            try party(storage).stages(metrics) { throw Linked() }
        }
        let sentence = "\(RoleError.auditLog(.altered(4)))"
        #expect(sentence.hasPrefix("the audit log is not what this role wrote: entry 4 is altered"))
        #expect(sentence.contains("Keep the file"))
    }

    @Test("a coordinator that deals a model has written so before the parties can read it")
    func dealing() throws {
        let storage = AuditBytes()
        let audit = try terms.roster.auditLog(
            of: .coordinator, key: terms.keys("coordinator").signingKey(), in: storage, clock: clock)
        let digest = try deal(
            terms.model, roster: terms.roster, coordinator: terms.keys("coordinator"), log: log, audit: audit)
        _ = audit.sign()
        let (verifier, entries) = try verified(storage)
        #expect(verifier.role == .coordinator)
        #expect(entries.map(\.event.kind) == [.manifest, .activation])
        #expect(entries.allSatisfy { $0.event.subject == digest && $0.event.fields[.version] == terms.model.version })
        // A log that can't be reached leaves the entry of what was meant.
        let notes = AuditNotes()
        #expect(throws: (any Error).self) {
            try deal(
                terms.model, roster: terms.roster, coordinator: terms.keys("coordinator"),
                log: SimulatedLog(SimulatedBroker(clock: clock), clock: clock), audit: notes)
        }
        #expect(notes.events.map(\.kind) == [.manifest])
    }
}
