import EventLogs
import Formats
import Foundation
import Ingest
import Keys
import LocalStore
import Model
import Policy
import Records
import Roles
import Support
import Testing

/// Processes are killed, frozen and replaced at random moments under load; afterwards a checker reads every topic.
///
/// `scripts/crash.sh SECONDS SEED` runs it for longer; a seed gives the same choices, not the same interleaving.
@Suite("Crashes", .serialized)
struct CrashTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["CORDON_CRASH_SECONDS"].flatMap { Double($0) } ?? 8
    private static let seed = environment["CORDON_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
    private static let bootstrap = environment["CORDON_TEST_BOOTSTRAP"]

    @Test(
        "kill -9 of any process at any moment, on the embedded log: each transaction is decided once, with the same score"
    )
    func embedded() throws {
        var run = try CrashRun(TestConsortium(), seed: Self.seed)
        try run.underLoad(seconds: Self.seconds) { try $0.killAndRestart() }
        try run.check()
    }

    @Test(
        "kill -9 of any process at any moment while keys are rotated, the coordinator's too, on the embedded log: the same"
    )
    func rotating() throws {
        var run = try CrashRun(TestConsortium(), seed: Self.seed)
        try run.underLoad(seconds: Self.seconds) { try $0.rotateAndKill() }
        try run.finishRotating()
        try run.check()
    }

    @Test("two agents of a member take over from each other, and a frozen one comes back, on the embedded log")
    func takeOver() throws {
        var run = try CrashRun(TestConsortium(), seed: Self.seed, agents: ["bank-a", "bank-a/agent-2"])
        try run.underLoad(seconds: Self.seconds) { try $0.freezeOrKillAnAgent() }
        try run.check()
    }

    @Test(
        "kill -9 of any process at any moment, on Kafka",
        .enabled(if: bootstrap != nil, "CORDON_TEST_BOOTSTRAP names no broker"))
    func kafka() throws {
        var run = try CrashRun(TestConsortium(kafka: Self.bootstrap), seed: Self.seed)
        try run.underLoad(seconds: Self.seconds) { try $0.killAndRestart() }
        try run.check()
    }

    @Test(
        "an agent that was frozen and replaced by another process of its instance writes nothing when it goes on",
        arguments: bootstrap == nil ? [nil] : [nil, bootstrap])
    func zombie(kafka: String?) throws {
        var run = try CrashRun(TestConsortium(kafka: kafka), seed: Self.seed)
        try run.underLoad(seconds: Self.seconds) { try $0.freezeAndReplace() }
        try run.check()
    }

    @Test(
        "two agents of a member take over from each other as one leaves, on Kafka",
        .enabled(if: bootstrap != nil, "CORDON_TEST_BOOTSTRAP names no broker"))
    func takeOverOnKafka() throws {
        var run = try CrashRun(
            TestConsortium(kafka: Self.bootstrap), seed: Self.seed, agents: ["bank-a/new-1", "bank-a/new-2"])
        try run.underLoad(seconds: Self.seconds) { try $0.stopAndRestartAnAgent() }
        try run.check()
    }
}

/// A consortium under load, and what was sent.
private struct CrashRun {
    let consortium: TestConsortium
    private var random: SplitMix64
    private var sent: [LabelledTransaction] = []
    private(set) var kills = 0
    private let agents: [String]
    /// A frozen agent whose place another process has.
    private var zombie: Program?
    /// The coordinator's command that rotates keys.
    private var rotation: Program?
    /// Commands that have rotated keys to the end.
    private var rotations = 0
    /// Agents that stand frozen, and since when.
    private var frozen: [String: ContinuousClock.Instant] = [:]

    /// - Parameter agents: bank-a's, where it has others than one.
    init(_ consortium: TestConsortium, seed: UInt64, agents: [String] = ["bank-a"]) throws {
        self.consortium = consortium
        self.agents = agents
        random = SplitMix64(state: seed)
        for name in TestConsortium.parties + TestConsortium.members.dropFirst() + agents { try consortium.start(name) }
    }

    /// Sends transactions and does harm now and then; then lets everything run and waits for the last decision.
    mutating func underLoad(seconds: Double, harm: (inout CrashRun) throws -> Void) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        var next = ContinuousClock.now + .milliseconds(500)
        while ContinuousClock.now < end {
            try send(Int.random(in: 1...40, using: &random))
            Thread.sleep(forTimeInterval: 0.02)
            if ContinuousClock.now >= next {
                try harm(&self)
                next = ContinuousClock.now + .milliseconds(Int.random(in: 100...900, using: &random))
            }
        }
        for name in frozen.keys { consortium.processes[name]?.thaw() }
        if zombie != nil { try freezeAndReplace() }
        for member in TestConsortium.members {
            let count = sent.count { $0.member.name == member }
            try eventually("all decisions of \(member)", within: 120) {
                try consortium.decisions(member).count >= count
            }
        }
    }

    mutating func killAndRestart() throws {
        guard let name = consortium.processes.keys.sorted().randomElement(using: &random) else { return }
        consortium.processes[name]?.kill()
        _ = consortium.processes[name]?.wait()
        kills += 1
        if Bool.random(using: &random) { Thread.sleep(forTimeInterval: Double.random(in: 0...0.3, using: &random)) }
        try consortium.start(name)
    }

    /// Rotates keys one time after the other, and kills any process meanwhile, or the coordinator's command, whose successor goes
    /// on.
    mutating func rotateAndKill() throws {
        if let command = rotation, let exit = command.exitCode {
            #expect(exit == 0, "\(command.said)")
            rotations += 1
            rotation = nil
        }
        guard let command = rotation else {
            rotation = try consortium.rotation()
            return
        }
        guard Int.random(in: 0..<7, using: &random) == 0 else { return try killAndRestart() }
        command.kill()
        _ = command.wait()
        kills += 1
        rotation = try consortium.rotation()
    }

    /// Takes the rotation that is under way to its end, or one more.
    mutating func finishRotating() throws {
        let command = try rotation ?? consortium.rotation()
        #expect(command.wait() == 0, "\(command.said)")
        rotations += 1
        let (said, least) = (try consortium.records("consortium.agreement").count, 8 * rotations)
        #expect(said > least)
    }

    /// Of bank-a's two agents at most one is harmed at a time; a frozen one comes back when the other has its place.
    mutating func freezeOrKillAnAgent() throws {
        for (name, since) in frozen where ContinuousClock.now - since > .seconds(3) {
            consortium.processes[name]?.thaw()
            frozen[name] = nil
        }
        guard frozen.isEmpty, let name = agents.randomElement(using: &random) else { return }
        if Bool.random(using: &random) {
            consortium.processes[name]?.freeze()
            frozen[name] = ContinuousClock.now
        } else {
            consortium.processes[name]?.kill()
            _ = consortium.processes[name]?.wait()
            try consortium.start(name)
        }
        kills += 1
    }

    /// Freezes bank-a's agent and gives its place to another process; at the next call thaws it, and it must end.
    mutating func freezeAndReplace() throws {
        kills += 1
        if let old = zombie {
            old.thaw()
            try eventually("the end of the replaced agent") { old.exitCode != nil }
            let successor = consortium.processes["bank-a"]?.said ?? ""
            #expect(old.exitCode == 1, "it said: \(old.said)\nits successor: \(successor)")
            #expect(old.said.contains("another process has taken over"), "\(old.said)")
            zombie = nil
        } else if let old = consortium.processes["bank-a"] {
            // One that has not joined yet would be the later of the two.
            try eventually("bank-a in its group") { old.said.contains("partition assigned") }
            old.freeze()
            zombie = old
            try consortium.start("bank-a")
        }
    }

    mutating func stopAndRestartAnAgent() throws {
        guard let name = agents.randomElement(using: &random), let agent = consortium.processes[name] else { return }
        // A cluster forgets who leaves before it has joined for good; noida-db 0.2.3 waits for it for ever.
        try eventually("\(name) in its group") {
            agent.said.contains("partition assigned") || agent.said.contains("in the group, without a partition")
        }
        agent.terminate()
        #expect(agent.wait() == 0)
        try consortium.start(name)
        kills += 1
    }

    private mutating func send(_ count: Int) throws {
        var batch: [NewRecord] = []
        for _ in 0..<count {
            guard let member = TestConsortium.members.randomElement(using: &random).flatMap({ MemberID($0) }) else {
                return
            }
            let number = sent.count
            let transaction = Transaction(
                id: "t-\(number)", time: EventTime(seconds: 1_768_989_600 + Int64(number)),
                customer: "c-\(Int.random(in: 0..<30, using: &random))",
                terminal: "x-\(Int.random(in: 0..<20, using: &random))",
                amount: MinorUnits(Int64.random(in: 1...50_000, using: &random)))
            sent.append(LabelledTransaction(member: member, transaction: transaction, fraud: false, scenario: 0))
            batch.append(
                NewRecord(
                    TopicPartition(Topics.transactions(member)), key: Array(transaction.customer.utf8),
                    value: CanonicalJSON.encode(transaction)))
        }
        try consortium.log.append(batch)
    }

    /// Each transaction has one decision with the score of an undisturbed computation in the clear, its alert where it
    /// needs one, and its place in the agent's windows; nothing else is there.
    func check() throws {
        #expect(kills > 0)
        let exits = consortium.stopAll()
        #expect(exits.values.allSatisfy { $0 == 0 }, "\(exits)")
        let model = try ClearModel(
            json: Array(Data(contentsOf: URL(fileURLWithPath: consortium.folder.path("model/model.json")))))
        let rows = offlineFeatures(sent, spec: model.binned.spec, where: { _ in true })
        for name in TestConsortium.members {
            var expected: [String: Int64] = [:]
            for row in rows where sent[row.index].member.name == name {
                expected[sent[row.index].transaction.id] = model.score(values: row.values)
            }
            let decisions = try consortium.decisions(name)
            #expect(decisions.count == expected.count, "\(name) after \(kills) kills")
            let scores = Dictionary(
                decisions.map { ($0.data.transaction, $0.data.rawScore) }, uniquingKeysWith: { a, _ in a })
            #expect(scores == expected, "\(name) after \(kills) kills")
            let alerts = try consortium.records("\(name).alerts").compactMap { CloudEvent(json: $0.value ?? []) }
            let alerting = decisions.filter { $0.data.decision != "approve" }
            #expect(alerts.map(\.data.transaction).sorted() == alerting.map(\.data.transaction).sorted())
            // What came behind the closing of its keys was sealed again.
            let rejected = try consortium.records("\(name).rejected").map {
                WireRejected(decoding: $0.value ?? [])?.reason
            }
            #expect(rejected.allSatisfy { $0 == "epoch_closed" && rotations > 0 })
            try checkWindows(name)
        }
        #expect(try consortium.records("consortium.rejected").isEmpty)
        print(
            "== \(kills) kills, freezes or replacements; \(sent.count) transactions, whose decisions were checked")
    }

    private func checkWindows(_ name: String) throws {
        let model = try BinnedSpec(
            json: Array(Data(contentsOf: URL(fileURLWithPath: consortium.folder.path("model/bins.json")))))
        let keystore = FileKeystore(directory: consortium.folder.path("keys/\(name)"))
        let state = try AgentState(
            spec: model.spec, hasher: EntityHasher(key: try keystore.localKey("windows")),
            transactions: TopicPartition("\(name).transactions"),
            store: SealedStores(SQLiteStateStores(prefix: consortium.folder.path("state/\(name)") + "/"), keystore)
                .open("\(name).transactions-0.sqlite"))
        #expect(state.waiting == 0, "\(name)")
        let own = sent.filter { $0.member.name == name }
        #expect(state.knownIDs == own.count, "\(name)'s windows")
        let event = try #require(EventID([UInt8](repeating: 0, count: 16)))
        var batch = AgentState.Batch()
        for labelled in own {
            // A repeat: known, and with the same content.
            let seen = try state.observe(
                labelled.transaction, at: SourcePosition(offset: 0), event: event, received: 0, in: &batch)
            #expect(seen == nil, "\(name)'s windows")
        }
    }
}
