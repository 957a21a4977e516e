import EventLogs
import Formats
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Policy
import Records
import Roles
import Simulation
import Stages
import Support
import Testing

@Suite("An agent that may ask for reasons")
struct OpenedReasonsTests {
    private let table: AgreementTable
    private let terms: Terms
    private let clock = SimulatedClock(start: Terms.start)

    init() throws {
        table = try AgreementTable()
        terms = try Terms()
        let member = table.roster.members[0].id
        let topics =
            [Topics.sessions, Topics.sealed, Topics.labels, Topics.tokenKeys]
            + [
                Topics.transactions, Topics.scores, Topics.receipts, Topics.decisions, Topics.alerts, Topics.blinded,
                Topics.evaluations,
            ].map { $0(member) }
        try table.log.create(
            [TopicSettings(name: Topics.manifests, cleanup: .compact)] + topics.map { TopicSettings(name: $0) })
    }

    /// The names of the stages that an agent has which begins now.
    private func stages(for purpose: String = ConsortiumAgreement.purpose) throws -> [String] {
        try plans(for: purpose).map(\.name)
    }

    private func plans(for purpose: String = ConsortiumAgreement.purpose) throws -> [StagePlan] {
        try AgentRole(
            member: table.roster.members[0], roster: table.roster,
            keystore: FileKeystore(directory: table.folder.path("bank-a")), spec: terms.spec, binsFile: "",
            mapping: .canonical, rules: ValidationRules(), policy: DecisionPolicy(review: 0.5, decline: 0.9),
            fallback: .review, bankCode: nil, form: SealedForm(), stores: SimulatedMachine(), instance: nil,
            sessionTimeout: .seconds(10), log: table.log, clock: clock, logger: .silent, purpose: purpose
        ).stages(host: ThreadHost(clock: clock))
    }

    @Test("does so by the agreement that is in effect, whatever the roster says, and needs the topics then")
    func agreed() throws {
        #expect(try stages() == ["partitions", "keys"])
        let proposed = try table.seat("bank-b").propose {
            $0.opened.insert(.reasons)
            $0.openings = OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 100))
        }
        for name in ["bank-a", "bank-c", "anna"] where try table.history.agreement.inForce.digest != proposed.digest {
            _ = try table.seat(name).sign(try table.seat(nil).version(proposed.digest))
        }
        #expect(try table.history.agreement.inForce.digest == proposed.digest && stages() == ["partitions", "keys"])
        try table.rotate()
        let member = table.roster.members[0].id
        for topic in [Topics.reasons, Topics.reasons(member), Topics.contributions(member)] {
            #expect(throws: LogError.unknownTopic(topic)) { try stages() }
            try table.log.create([TopicSettings(name: topic)])
        }
        #expect(try stages() == ["partitions", "keys", "reasons"])
    }

    @Test("runs for a purpose that the agreement in effect names alone, whatever was announced before")
    func purposes() throws {
        #expect(throws: RoleError.purposeNotAgreed("credit", agreed: ["fraud-prevention"])) {
            try stages(for: "credit")
        }
        let sessions = TopicPartition(Topics.sessions)
        #expect(try table.log.end(of: sessions) == 0)
        let proposed = try table.seat("bank-b").propose { $0.purposes = ["credit"] }
        for name in ["bank-a", "bank-c", "anna"] where try table.history.agreement.inForce.digest != proposed.digest {
            _ = try table.seat(name).sign(try table.seat(nil).version(proposed.digest))
        }
        // What is in force and has no epoch of keys is not in effect.
        #expect(try stages() == ["partitions", "keys"])
        // Of an agent that runs the stage of keys finds it, and no retry of it goes on.
        let plan = try #require(try plans().first { $0.name == "keys" })
        let keys = try #require(try plan.make())
        #expect(try keys.turn(until: clock.now) != .worked && !plan.outlives(RoleError.sessionKeysIncomplete))
        try table.rotate()
        #expect(throws: RoleError.purposeNotAgreed("fraud-prevention", agreed: ["credit"])) {
            try keys.turn(until: clock.now)
        }
        #expect(throws: RoleError.purposeNotAgreed("fraud-prevention", agreed: ["credit"])) { try stages() }
        #expect(try stages(for: "credit") == ["partitions", "keys"])
    }
}
