import EventLogs
import Foundation
import Ingest
import LocalStore
import Logging
import Model
import Policy
import Records
import Sealing
import Simulation
import Support
import Telemetry
import Testing

@Suite("Decisions")
struct DecisionPipelineTests {
    private let bank: DecidingBank

    init() throws { bank = try DecidingBank() }

    @Test("a score that came before its transaction was taken in again is decided by whoever comes next")
    func early() throws {
        // A predecessor sealed two transactions and ended before its state had them; the parties scored them.
        try bank.score(Plan(1, [0: 42, 1: 43], in: UInt16.self))
        try bank.run(bank.state())
        #expect(try bank.decided().isEmpty)
        // The next one takes them in, and is killed before it decides; the third decides.
        try bank.takeIn(0..<2, bank.state())
        try bank.run(bank.state())
        #expect(try bank.decided() == ["t-0", "t-1"])
        // And a fourth decides nothing again.
        try bank.run(bank.state())
        #expect(try bank.decided() == ["t-0", "t-1"])
    }

    @Test("leave a position in the log that moves past scores of other partitions, and stays at what is still needed")
    func position() throws {
        let scores = TopicPartition(Topics.scores(bank.sessions.member))
        func committed(_ partition: Int) throws -> Int64? {
            try bank.log.committed(scores, group: DecisionPipeline.group(bank.sessions.member, partition))
        }
        func foreign(_ name: UInt8) throws {
            let plan = Plan(name, [0: 42], in: UInt16.self)
            for party in PartyID.allCases {
                let record = plan.record(party, bank.sessions) { $0.sources[0].partition = 1 }
                try bank.log.append([NewRecord(scores, value: record.encoded)])
            }
        }
        try foreign(1)
        let state = try bank.state()
        let pipeline = try bank.pipeline(state)
        try bank.run(pipeline)
        #expect(try committed(0) == 3 && committed(1) == nil)
        // A transaction that the agent has not taken in again.
        try bank.score(Plan(2, [0: 42], in: UInt16.self))
        try foreign(3)
        try bank.run(pipeline)
        #expect(try committed(0) == 3)
        try bank.takeIn(0..<1, state)
        try bank.run(pipeline)
        #expect(try committed(0) == 9 && bank.decided() == ["t-0"])
    }

    @Test("on rounded scores carry the score that the step begins at, and its probability")
    func rounded() throws {
        try bank.takeIn(0..<3, bank.state())
        try bank.score(Plan(1, steps: [0: 1, 1: 0, 2: 1], of: 2))
        try bank.run(bank.state(), isRounded: true)
        let data = try bank.events(Topics.decisions(bank.sessions.member)).map(\.data)
        #expect(data.map(\.rawScore) == [100, 0, 100] && data.map(\.probability) == [0.2, 0.1, 0.2])
        #expect(data.map { $0.score * 16_384 } == [100, 0, 100])
    }

    @Test(
        "are not made of exact scores where steps were said, nor of steps where exact scores were, nor of other steps")
    func otherForm() throws {
        let metrics = Metrics()
        try bank.takeIn(0..<3, bank.state())
        try bank.score(Plan(1, [0: 42], in: UInt16.self))
        try bank.score(Plan(2, steps: [1: 1], of: 3))
        try bank.score(Plan(3, steps: [2: 1], of: 2))
        try bank.run(bank.state(), metrics: metrics, isRounded: true)
        #expect(try bank.decided() == ["t-2"])
        #expect(metrics.value("cordon_score_records_refused_total") == 2)
        try bank.takeIn(3..<5, bank.state())
        try bank.score(Plan(4, steps: [3: 1], of: 2))
        try bank.score(Plan(5, [4: 42], in: UInt16.self))
        try bank.run(bank.state(), metrics: metrics)
        // What is exact is decided by a card that says so.
        #expect(try bank.decided() == ["t-2", "t-0", "t-4"])
    }

    /// What anybody may write who may write to a topic: no value, nothing, noise, a record cut off, one of a schema to come.
    private func poison() -> [[UInt8]?] {
        let good = Plan(9, [7: 1], in: UInt16.self).bytes(.zero, bank.sessions)
        var header = WireScoreHeader()
        header.schema = .max
        var newer = WireScoreShares()
        newer.header = Data(header.encoded)
        return [nil, [], [0xFF, 0xFF], Array(good.dropLast()), newer.encoded, [UInt8](repeating: 1, count: 100_000)]
    }

    @Test("go on behind records that are no score shares: each is counted, and none stops the partition")
    func poisonedScores() throws {
        let metrics = Metrics()
        let scores = TopicPartition(Topics.scores(bank.sessions.member))
        try bank.takeIn(0..<1, bank.state())
        let plan = Plan(1, [0: 42], in: UInt16.self)
        for (party, value) in zip([PartyID.zero, .zero, .one, .one, .two, .two], poison()) {
            try bank.log.append([
                NewRecord(scores, value: value), NewRecord(scores, value: plan.bytes(party, bank.sessions)),
            ])
        }
        try bank.run(bank.state(), turns: 5, metrics: metrics)
        #expect(try bank.decided() == ["t-0"])
        #expect(metrics.value("cordon_score_records_refused_total") == 6)
        // A successor passes over them, too.
        try bank.run(bank.state())
        #expect(try bank.decided() == ["t-0"])
    }

    @Test("are read back behind records that are no decisions: each is counted, and what was decided stays so")
    func poisonedDecisions() throws {
        let metrics = Metrics()
        let decisions = TopicPartition(Topics.decisions(bank.sessions.member))
        try bank.takeIn(0..<1, bank.state())
        try bank.log.append(poison().map { NewRecord(decisions, value: $0) })
        try bank.score(Plan(1, [0: 42], in: UInt16.self))
        try bank.run(bank.state(), metrics: metrics)
        #expect(metrics.value("cordon_decision_records_unreadable_total") == 6)
        try bank.takeIn(
            0..<1, bank.state(in: SQLiteStateStore(path: bank.folder.path + "/lost.sqlite", takingOver: true)))
        try bank.run(bank.state(in: SQLiteStateStore(path: bank.folder.path + "/lost.sqlite", takingOver: true)))
        let reader = try bank.log.reader(at: [Position(decisions, 0)])
        #expect(try reader.available(limit: 100).compactMap { CloudEvent(json: $0.value ?? []) }.count == 1)
    }

    @Test("a frozen agent with a state folder of its own takes no note of what its successor decided")
    func foldersApart() throws {
        // Two machines: each agent is the owner of its own state.
        let elsewhere = bank.folder.path + "/elsewhere.sqlite"
        try bank.score(Plan(1, [0: 42], in: UInt16.self))
        let frozen = try bank.state()
        try bank.takeIn(0..<1, frozen)
        let pipeline = try bank.pipeline(frozen)
        // One turn decides the first transaction, and takes no note of the decisions' end yet.
        try bank.run(pipeline, turns: 1)
        #expect(try bank.decided() == ["t-0"])
        let successor = try bank.state(in: SQLiteStateStore(path: elsewhere, takingOver: true))
        try bank.takeIn(0..<2, successor)
        try bank.score(Plan(2, [1: 43], in: UInt16.self))
        try bank.run(successor)
        #expect(try bank.decided() == ["t-0", "t-1"])
        // It goes on, and is fenced; what it has ingested since is kept all the same.
        #expect(throws: LogError.self) { try bank.run(pipeline) }
        try bank.takeIn(1..<2, frozen)
        // The partition comes back to it.
        try bank.run(bank.state())
        #expect(try bank.decided() == ["t-0", "t-1"])
    }

    @Test("what was decided by an agent that ended before it kept its state is not decided again")
    func notKept() throws {
        try bank.score(Plan(1, [0: 42, 1: 43], in: UInt16.self))
        let first = try bank.state()
        try bank.takeIn(0..<2, first, keeping: false)
        try bank.run(first)
        #expect(try bank.decided() == ["t-0", "t-1"])
        // Its successor reads the decisions back, keeps its state, and ends before it has taken in what they are on.
        let second = try bank.state()
        #expect(second.waiting == 0 && second.ingested == nil)
        try bank.run(second)
        try second.checkpoint()
        // The one after it has taken in one of them, and the last one both.
        let third = try bank.state()
        try bank.run(third)
        try bank.takeIn(0..<1, third)
        try bank.run(third)
        try third.checkpoint()
        let last = try bank.state()
        try bank.run(last)
        try bank.takeIn(1..<2, last)
        #expect(last.waiting == 0 && last.ingested == 2)
        try bank.run(last)
        #expect(try bank.decided() == ["t-0", "t-1"])
        // Then, and only then, nobody needs to read them back any more.
        try last.checkpoint()
        #expect(try last.position(TopicPartition(Topics.decisions(bank.sessions.member))) == 2)
    }

    @Test("an agent that was replaced between reading its state and opening its writer decides nothing")
    func replacedBeforeItsWriter() throws {
        // The third score's transaction is not taken in: it holds the kept position in the scores back.
        try bank.score(Plan(1, [0: 42, 1: 43, 2: 44], in: UInt16.self))
        try bank.takeIn(0..<2, bank.state())
        let frozen = try bank.state()
        let successor = try bank.state()
        try bank.run(successor)
        try successor.checkpoint()
        // Its writer is the newest one. What it remembers is from before its successor's decisions.
        #expect(throws: LogError.fenced(writer: bank.statePath)) { try bank.run(frozen) }
        #expect(try bank.decided() == ["t-0", "t-1"])
    }

    @Test("a partition whose writer a replaced agent fenced begins again, and loses and doubles nothing")
    func fencedByItsPredecessor() throws {
        try bank.takeIn(0..<2, bank.state())
        let frozen = try bank.state()
        let store = try SQLiteStateStore(path: bank.statePath, takingOver: true)
        let successor = try bank.state(in: store)
        let pipeline = try bank.pipeline(successor)
        try bank.score(Plan(1, [0: 42], in: UInt16.self))
        try bank.run(pipeline)
        #expect(throws: LogError.fenced(writer: bank.statePath)) { try bank.pipeline(frozen) }
        try bank.score(Plan(2, [1: 43], in: UInt16.self))
        let fencing = LogError.fenced(writer: "\(bank.sessions.member).decisions-0")
        #expect(throws: fencing) { try bank.run(pipeline) }
        #expect(try bank.decided() == ["t-0"])

        #expect(PartitionSequel(after: fencing, of: frozen) == .handedOver)
        #expect(PartitionSequel(after: fencing, of: successor) == .begunAgain)
        try bank.run(bank.state(in: store))
        #expect(try bank.decided() == ["t-0", "t-1"])
    }

    @Test("what comes of a partition follows from its error")
    func sequels() throws {
        let state = try bank.state()
        let position = Position(bank.transactions, 0)
        for (error, sequel) in [
            (.unreachable(reason: ""), .begunAgain), (.unreadable(position, reason: ""), .stopped),
            (.wentBackwards(position, after: 1), .stopped), (.offsetOutOfRange(position, earliest: 1), .stopped),
            (.corrupted(reason: ""), .fatal), (.failed(reason: ""), .fatal), (.unknownTopic(""), .fatal),
        ] as [(LogError, PartitionSequel)] {
            #expect(PartitionSequel(after: error, of: state) == sequel, "\(error)")
        }
    }

    /// What became of the member's transactions by the parties' refusals: code by offset, in order.
    private func refused() throws -> [String] {
        let reader = try bank.log.reader(at: [Position(TopicPartition(Topics.rejected(bank.sessions.member)), 0)])
        return try reader.available(limit: 100).map { record in
            let wire = try #require(WireRejected(decoding: record.value ?? []))
            #expect(wire.stage == "decision" && wire.topic == bank.transactions.topic && wire.sealedOriginal.isEmpty)
            return "\(wire.offset) \(wire.reason)"
        }
    }

    @Test("end what all three parties refuse: it is told by its code, kept no longer, and never decided")
    func partiesRefuse() throws {
        let metrics = Metrics()
        let state = try bank.state()
        try bank.takeIn(0..<3, state)
        let plan = Plan(1, [0: 42], refused: [1: .overBudget], in: UInt16.self)
        let scores = TopicPartition(Topics.scores(bank.sessions.member))
        for party in [PartyID.zero, .two] {
            try bank.log.append([NewRecord(scores, value: plan.bytes(party, bank.sessions))])
        }
        let pipeline = try bank.pipeline(state, metrics: metrics)
        try bank.run(pipeline)
        // One of them has not said so.
        #expect(try refused().isEmpty && state.waiting == 3)
        try bank.log.append([NewRecord(scores, value: plan.bytes(.one, bank.sessions))])
        // A score that comes after it is of a transaction that nobody waits for.
        try bank.score(Plan(2, [1: 43], in: UInt16.self))
        try bank.run(pipeline)
        #expect(try refused() == ["1 over_budget"])
        #expect(try bank.decided() == ["t-0"] && state.waiting == 1)
        #expect(metrics.value("cordon_rejected_total", .init("reason", "over_budget")) == 1)
        try state.checkpoint()
        // A successor neither has it nor tells it again.
        let successor = try bank.state()
        try bank.run(successor)
        #expect(try refused().count == 1 && successor.waiting == 1)
    }

    @Test("of a member that has left are made as long as scores may come; what has none then is rejected, once")
    func left() throws {
        let state = try bank.state()
        var participation = Participation.hasLeft
        try bank.takeIn(0..<3, state)
        let pipeline = try bank.pipeline(state, participation: { participation })
        try bank.run(pipeline)
        #expect(state.waiting == 3)
        // The parties are done with it, and a score lies there that was not read yet.
        try bank.score(Plan(1, [1: 42], in: UInt16.self))
        participation = .isSettled(scores: 4)
        try bank.run(pipeline)
        #expect(try bank.decided() == ["t-1"] && state.waiting == 2 && refused().isEmpty)
        participation = .isSettled(scores: 3)
        try bank.run(pipeline)
        #expect(try refused() == ["0 member_left", "2 member_left"] && state.waiting == 0)
        // What its system sends later, too.
        try bank.takeIn(3..<4, state)
        try bank.run(pipeline)
        #expect(try refused().dropFirst(2) == ["3 member_left"] && bank.decided() == ["t-1"])
    }

    @Test("tell what was refused before its transaction was taken in, once that is")
    func refusedEarly() throws {
        try bank.score(Plan(1, [:], refused: [0: .timeAhead], in: UInt16.self))
        let state = try bank.state()
        let pipeline = try bank.pipeline(state)
        try bank.run(pipeline)
        #expect(try refused().isEmpty)
        try bank.takeIn(0..<1, state)
        try bank.run(pipeline)
        #expect(try refused() == ["0 time_ahead"] && state.waiting == 0)
    }

    @Test("say which rules matched; a challenge has no alert; rules in shadow change nothing; matches are counted")
    func rules() throws {
        func rule(_ id: String, _ mode: PolicyRule.Mode, _ amount: Int64, _ effect: PolicyRule.Effect) throws
            -> PolicyRule
        {
            let limits = try #require(Limits(lower: .inclusive(MinorUnits(amount)), upper: nil))
            return PolicyRule(id: id, mode: mode, reason: "why \(id)", condition: .amount(limits), effect: effect)
        }
        let policy = DecisionPolicy(
            bands: try ScoreBands(review: 0.5, decline: 0.9),
            rules: [
                try rule("one", .live, 101, .atLeast(.challenge)), try rule("two", .shadow, 102, .set(.approve)),
                try rule("three", .live, 103, .set(.decline)),
            ])
        let metrics = Metrics()
        try bank.score(Plan(1, [0: 0, 1: 0, 2: 0, 3: 0], in: UInt16.self))
        try bank.takeIn(0..<4, bank.state())
        try bank.run(bank.state(), policy: policy, metrics: metrics)

        let decisions = try bank.events(Topics.decisions(bank.sessions.member)).map(\.data)
        try #require(decisions.map(\.transaction) == ["t-0", "t-1", "t-2", "t-3"])
        #expect(decisions.map(\.decision) == ["approve", "challenge", "challenge", "decline"])
        #expect(decisions.map(\.scoreDecision) == [nil, "approve", "approve", "approve"])
        #expect(decisions.map { $0.rules?.map(\.id) } == [nil, ["one"], ["one"], ["one", "three"]])
        #expect(decisions[3].rules?.map(\.reason) == ["why one", "why three"])
        #expect(decisions.map { $0.shadowRules?.map(\.decision) } == [nil, nil, ["approve"], ["decline"]])
        #expect(decisions[2].shadowRules?.map(\.id) == ["two"])
        let alerts = try bank.events(Topics.alerts(bank.sessions.member)).map(\.data)
        #expect(alerts.map(\.transaction) == ["t-3"])
        #expect(alerts.first?.rules == decisions[3].rules && alerts.first?.scoreDecision == "approve")
        func matches(_ id: String, _ mode: String) -> Double {
            metrics.value("cordon_rules_matched_total", .init("rule", id), .init("mode", mode))
        }
        #expect(matches("one", "live") == 3 && matches("two", "shadow") == 2 && matches("three", "live") == 1)
        #expect(metrics.value("cordon_decisions_total", .init("band", "challenge")) == 2)
    }

    /// What is wanted of an alert by a model of a spec, where the agent shares a second one.
    private func wanted(by featureSpec: UInt64, _ shadow: ShadowSpec, _ state: AgentState) throws -> [Double]? {
        let topic = Topics.reasons(bank.sessions.member)
        try bank.log.create([TopicSettings(name: topic)])
        let plan = Plan(1, [2: 50], in: UInt16.self)
        try bank.log.append(
            PartyID.allCases.map { party in
                NewRecord(
                    TopicPartition(Topics.scores(bank.sessions.member)),
                    value: plan.record(party, bank.sessions) { ($0.first, $0.end) = (4, 9) }.encoded)
            })
        try bank.run(
            bank.pipeline(
                state, policy: DecisionPolicy(review: 0.05, decline: 0.9), featureSpec: featureSpec, shadow: shadow,
                wantsReasons: true))
        let records = try bank.log.reader(at: [Position(TopicPartition(topic), 0)]).available(limit: 10)
        let event = try #require(records.first.flatMap { ReasonsEvent(json: $0.value ?? []) })
        #expect(records.count == 1 && event.data.state == .wanted && event.data.place?.first == 4)
        return event.data.values
    }

    @Test(
        "asks for reasons with the values that the model read: of the first spec, or of a second one",
        arguments: [0, 1, 2])
    func values(way: Int) throws {
        let next = ShadowSpec(
            try BinnedSpec(
                spec: FeatureSpec(
                    name: "next",
                    features: [
                        Feature(name: "n", kind: .count(.customer, .init(days: 1))),
                        Feature(name: "amount", kind: .amount),
                    ]), edges: [[1], [2]]))
        // Taken in before the agent knew the second spec, its values are not known.
        let state = try bank.state(shadow: way == 2 ? nil : next)
        try bank.takeIn(0..<3, state)
        let values = try wanted(by: way == 0 ? 1 : next.spec.id, next, state)
        #expect(values == [[1.02], [3, 1.02], nil][way])
    }
}
