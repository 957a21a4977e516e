import Evaluation
import EventLogs
import Formats
import Keys
import Logging
import Model
import PipelineFiles
import Policy
import Records
import Roles
import SecureScoring
import Simulation
import Stages
import Support
import Telemetry
import Testing
import Tokens

/// Something that is wrong with what a role is given.
private enum Flaw: Hashable {
    case missing(String)
    /// The topic keeps its records for a second.
    case forgetful(String)
    /// The topic's records have their writers' times.
    case stamped(String)
    case state, key, bins
}

/// A log that lacks some topics, keeps others for too short, and lets writers stamp others.
private struct Flawed: LogDecorator {
    let log: any EventLog
    let flaws: Set<Flaw>

    func partitions(of topic: String) throws(LogError) -> Int {
        if flaws.contains(.missing(topic)) { throw .unknownTopic(topic) }
        return try log.partitions(of: topic)
    }

    func settings(of topic: String) throws(LogError) -> TopicSettings {
        var settings = try log.settings(of: topic)
        if flaws.contains(.forgetful(topic)) { (settings.cleanup, settings.retention) = (.delete, .seconds(1)) }
        if flaws.contains(.stamped(topic)) { settings.timestamps = .writer }
        return settings
    }
}

/// Stores of which none can be opened.
private struct Unreachable: StateStores {
    func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        throw .unreachable(reason: "no state")
    }
}

/// The end of a party's start: it opens its links.
private struct Linked: Error {}

@Suite("What a role verifies at its start")
struct RoleChecksTests {
    private let terms: Terms
    private let folder: TemporaryFolder
    private let log: SimulatedLog
    private let clock = SimulatedClock(start: Terms.start)
    private let lines = CapturedLines()

    init() throws {
        terms = try Terms()
        folder = try TemporaryFolder()
        log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        try log.create(terms.topics)
        _ = try deal(terms.model, roster: terms.roster, coordinator: terms.keys("coordinator"), log: log)
    }

    private func agent(_ flaws: Set<Flaw>, verdicts: MemberRule? = nil) throws -> AgentRole {
        let spec = terms.spec.spec
        let other = FeatureSpec(name: "other", features: spec.features, terms: spec.terms)
        return try AgentRole(
            member: terms.roster.members[0], roster: terms.roster, keystore: terms.keys("bank-0"),
            spec: flaws.contains(.bins) ? BinnedSpec(spec: other, edges: terms.spec.edges) : terms.spec,
            binsFile: "bins.json", mapping: .canonical, rules: ValidationRules(),
            policy: DecisionPolicy(review: 0.5, decline: 0.9), fallback: .review, bankCode: nil,
            verdicts: verdicts, form: SealedForm(),
            stores: SimulatedMachine(), instance: nil, sessionTimeout: .seconds(10),
            log: Flawed(log: log, flaws: flaws), clock: clock, logger: lines.logger())
    }

    private func party(
        _ flaws: Set<Flaw>, limit: RateLimit = RateLimit(elementsPerSecond: 1000, burst: 100_000),
        rows: RowLimits? = nil
    ) throws -> PartyRole {
        PartyRole(
            party: .zero, roster: terms.roster,
            keystore: flaws.contains(.key) ? FileKeystore(directory: folder.path) : terms.keys("party-0"),
            stores: flaws.contains(.state) ? Unreachable() : SimulatedMachine(), limits: BatchLimits(),
            tokenLimit: limit, tokenAttempt: 1, rows: rows,
            log: Flawed(log: log, flaws: flaws), logger: lines.logger(), clock: clock, sideWork: { _ in .inline })
    }

    private func sentence(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing is wrong"
        } catch { return "\(error)" }
    }

    /// A start with a flaw and all that come behind it says what the flaw's own check says, for each flaw.
    ///
    /// - Parameter expected: flaws in the checks' order, and how the sentence begins.
    private func verify(
        _ expected: [(flaw: Flaw, sentence: String)], checks: (Set<Flaw>) throws -> [Check],
        start: (Set<Flaw>) throws -> Void
    ) throws {
        let sound = try checks([])
        #expect(sound.count == expected.count && Set(sound.map(\.name)).count == sound.count)
        try sound.run()
        for index in expected.indices {
            let flaws = Set(expected[index...].map(\.flaw))
            let found = sentence { try start(flaws) }
            #expect(found.hasPrefix(expected[index].sentence), "\(sound[index].name): \(found)")
            let list = try checks(flaws)
            for check in list[..<index] { try check.run() }
            #expect(sentence { try list[index].run() } == found)
        }
    }

    private func missing(_ topics: [String]) -> [(flaw: Flaw, sentence: String)] {
        topics.map { (.missing($0), "\(LogError.unknownTopic($0))") }
    }

    /// What topics that keep their records for a second lack.
    private static let forgetful: [(flaw: Flaw, sentence: String)] = [
        (
            .forgetful("consortium.manifests"),
            "\(RoleError.topicNotCompacted(topic: "consortium.manifests", cleanup: .delete))"
        ), (.forgetful("consortium.sessions"), lost("consortium.sessions")),
        (.forgetful("consortium.tokenkeys"), lost("consortium.tokenkeys")),
    ]

    private static func lost(_ topic: String) -> String {
        "\(RoleError.topicLosesRecords(topic, "retention.ms is 1000 and must be -1"))"
    }

    private func stamped(_ topic: String) -> (flaw: Flaw, sentence: String) {
        (.stamped(topic), "\(RoleError.topicStampedByWriters(topic: topic))")
    }

    @Test("is for an agent its topics, what they keep, and its bins: the first that is wrong stops it")
    func agent() throws {
        let topics = [
            "bank-0.transactions", "consortium.sealed", "bank-0.decisions", "bank-0.alerts", "bank-0.receipts",
            "consortium.labels", "consortium.tokenkeys", "bank-0.blinded", "bank-0.evaluations",
        ]
        let kept = (
            flaw: Flaw.forgetful("bank-0.transactions"),
            sentence: "bank-0.transactions: retention.ms is 1000 and must be at least"
        )
        let bins = (flaw: Flaw.bins, sentence: "the bins in bins.json have the digest")
        try verify(
            missing(topics) + [kept] + Self.forgetful + [bins],
            checks: { try agent($0).checks }, start: { _ = try agent($0).stages(host: ThreadHost(clock: clock)) })
        #expect(sentence { _ = try agent([]).stages(host: ThreadHost(clock: clock)) } == "nothing is wrong")
    }

    @Test("is for a party its topics, what they keep, and its key: the first that is wrong stops it")
    func party() throws {
        var topics = ["consortium.sealed", "consortium.tokenkeys", "consortium.labels", "consortium.batches"]
        for member in ["bank-0", "bank-1"] {
            topics += ["scores", "receipts", "blinded", "evaluations"].map { "\(member).\($0)" }
        }
        let key = (flaw: Flaw.key, sentence: "there is no key at \(folder.path("hpke.key"))")
        try verify(
            missing(topics) + [stamped("consortium.labels"), Self.forgetful[0], stamped("consortium.sealed")]
                + Self.forgetful.dropFirst() + [key],
            checks: { try party($0).checks }, start: { _ = try party($0).stages(Metrics()) { throw Linked() } })
        #expect(throws: Linked.self) { _ = try party([]).stages(Metrics()) { throw Linked() } }
    }

    @Test("is for a party that keeps rows the topic of trainings too: complete, and stamped by the log")
    func sync() throws {
        let topic = "consortium.sync"
        func found(_ flaws: Set<Flaw>, rows: RowLimits?) -> String {
            sentence { _ = try party(flaws, rows: rows).stages(Metrics()) { throw Linked() } }
        }
        #expect(found([.forgetful(topic)], rows: Terms.rows) == Self.lost(topic))
        #expect(found([.stamped(topic)], rows: Terms.rows) == stamped(topic).sentence)
        #expect(found([], rows: Terms.rows) == "\(Linked())")
        #expect(found([.forgetful(topic), .stamped(topic)], rows: nil) == "\(Linked())")
    }

    @Test("is for an agent that gives verdicts the topic of trainings too, and that it is complete")
    func verdicts() throws {
        let topic = "consortium.sync"
        func found(_ flaws: Set<Flaw>, _ rule: MemberRule?) -> String {
            sentence { try agent(flaws, verdicts: rule).checks.run() }
        }
        #expect(found([.missing(topic)], .standard) == "\(LogError.unknownTopic(topic))")
        #expect(found([.forgetful(topic)], .standard) == Self.lost(topic))
        #expect(found([], .standard) == "nothing is wrong")
        #expect(found([.missing(topic), .forgetful(topic)], nil) == "nothing is wrong")
    }

    @Test("warns of a rate of tokens at which a member can try all cards of a BIN, and is silent at the default")
    func rate() throws {
        for (limit, warnings) in [(RateLimit.standard, 0), (RateLimit(elementsPerSecond: 4000, burst: 20_000), 1)] {
            #expect(throws: Linked.self) { _ = try party([], limit: limit).stages(Metrics()) { throw Linked() } }
            #expect(lines.entries.count { $0.level == .warning } == warnings)
        }
        #expect(lines.text.contains("all cards of a six-digit BIN in 2 days"))
    }

    @Test("finds a party's state behind its topics, and before its key")
    func state() throws {
        func start(_ flaws: Set<Flaw>) -> String {
            sentence { _ = try party(flaws).stages(Metrics()) { throw Linked() } }
        }
        #expect(start([.state, .key]) == "\(LogError.unreachable(reason: "no state"))")
        let topic = "consortium.sessions"
        #expect(start([.state, .forgetful(topic)]) == Self.lost(topic))
    }
}
