import EventLogs
import Formats
import Ingest
import Keys
import LocalStore
import Model
import Records
import Sealing
import Simulation
import Stages
import Support
import Telemetry
import Testing

private func transaction(_ id: String, _ seconds: Int64, terminal: String = "t1") -> [UInt8] {
    CanonicalJSON.encode(payment(id, seconds: seconds, terminal: terminal))
}

private let first = EventTime(rfc3339: "2018-07-05")!.seconds

@Suite("A member's agent whose log loses transactions")
struct SealedAgainTests {
    private let bank: CountingBank
    private let receipts: TopicPartition
    private let lines = CapturedLines()

    init() throws {
        bank = try CountingBank()
        receipts = TopicPartition(Topics.receipts(bank.sessions.member))
        try bank.log.create([TopicSettings(name: receipts.topic)])
    }

    private func reader(_ state: AgentState) throws -> ReceiptReader {
        try ReceiptReader(
            member: bank.sessions.member, log: bank.log, state: state, sessions: bank.sessions.find, clock: bank.clock,
            metrics: bank.metrics, logger: lines.logger())
    }

    private func say(_ spans: [(after: Int64?, through: Int64)], _ party: PartyID = .one) throws {
        let receipt = MissingReceipt(
            party: party, sealedPartition: 0,
            spans: spans.map { after, through in
                .init(after: after.map { SourcePosition(offset: $0) }, through: SourcePosition(offset: through))
            })
        try log(receipt.encoded(#require(bank.sessions.parties[party])))
    }

    private func log(_ receipt: [UInt8]) throws { try bank.log.append([NewRecord(receipts, value: receipt)]) }

    private func turn(_ stage: any Stage) throws { _ = try stage.turn(until: bank.clock.now) }

    /// The header of each sealed record.
    private func headers() throws -> [SealedHeader] {
        try bank.values(Topics.sealed).map { try #require(SealedTransaction($0)).header }
    }

    private func metric(_ reason: String) -> Double {
        bank.metrics.value("cordon_transactions_sealed_again_total", .init("reason", reason))
    }

    @Test("seals again what a party lacks, as it was and at its place, and nothing that has its answer")
    func missing() throws {
        let state = try bank.state()
        let stage = try bank.pipeline(state)
        // Features and tokens differ: later transactions would change what windows say of the first ones.
        try bank.send((0..<5).map { transaction("p\($0)", first + $0, terminal: "t\($0)") })
        try turn(stage)
        let (sealed, places) = (try bank.sealed(), try headers())
        state.decided([SourcePosition(offset: 2)], positions: [])
        for party in PartyID.allCases { try say([(0, 3)], party) }
        let reader = try reader(state)
        try turn(reader)
        bank.clock.wait(for: .seconds(3))
        try turn(stage)
        let again = try bank.sealed().dropFirst(5)
        #expect(again.map(\.event) == [sealed[1], sealed[3]].map(\.event))
        #expect(again.map(\.bits) == [sealed[1], sealed[3]].map(\.bits))
        #expect(again.map(\.tokens) == [sealed[1], sealed[3]].map(\.tokens))
        for (new, old) in zip(try headers().dropFirst(5), [places[1], places[3]]) {
            #expect(new.source == old.source && new.previous == old.previous && new.time == old.time)
            #expect(new.partition == old.partition)
        }
        #expect(metric("missing") == 2 && bank.metrics.value("cordon_missing_receipts_total") == 3)
        // A word is good once.
        bank.clock.wait(for: .seconds(3))
        try turn(stage)
        #expect(try bank.sealed().count == 7)
        #expect(state.waiting == 4)
    }

    @Test("is told by nobody but the parties, and of what is its own")
    func forged() throws {
        let state = try bank.state()
        let stage = try bank.pipeline(state)
        try bank.send([transaction("p", first)])
        try turn(stage)
        let other = try Sessions("bank-b")
        let receipt = MissingReceipt(
            party: .zero, sealedPartition: 0, spans: [.init(after: nil, through: SourcePosition(offset: 9))])
        try log(receipt.encoded(#require(other.parties[.zero])))
        var changed = receipt.encoded(try #require(bank.sessions.parties[.zero]))
        for at in changed.indices {
            changed[at] ^= 1
            try log(changed)
            changed[at] ^= 1
        }
        // Of another partition of the member's topic.
        let elsewhere = MissingReceipt(
            party: .zero, sealedPartition: 0,
            spans: [.init(after: nil, through: SourcePosition(partition: 1, offset: 9))])
        try log(elsewhere.encoded(#require(bank.sessions.parties[.zero])))
        let reader = try reader(state)
        for _ in 0..<3 { try turn(reader) }
        bank.clock.wait(for: .seconds(3))
        try turn(stage)
        #expect(try bank.sealed().count == 1)
        #expect(bank.metrics.value("cordon_receipts_refused_total") == Double(changed.count + 1))
    }

    @Test("seals again what waits for too long, also after a restart, and waits for its tokens as ever")
    func overdue() throws {
        let state = try bank.state()
        try bank.send((0..<2).map { transaction("p\($0)", first + $0) })
        try bank.ingest(state)
        let places = try headers()
        try state.checkpoint()
        let successor = try bank.state()
        let stage = try bank.pipeline(successor)
        bank.clock.wait(for: .seconds(59))
        try turn(stage)
        #expect(try headers().count == 2)
        bank.clock.wait(for: .seconds(62))
        bank.tokens.isSilent = true
        try bank.send([transaction("p2", first + 2)])
        for _ in 0..<2 { try turn(stage) }
        #expect(try headers().count == 2)
        bank.tokens.isSilent = false
        try turn(stage)
        let all = try headers()
        #expect(all.map(\.source?.offset) == [0, 1, 0, 1, 2])
        #expect(all[2...3].map(\.previous) == places.map(\.previous) && all[4].previous?.offset == 1)
        #expect(metric("overdue") == 2)
    }

    @Test(
        "seals again at once what stands behind the closing of its keys, as it was and at its place, also after a restart"
    )
    func closed() throws {
        let next = try Sessions(epoch: 2)
        let epochs = bank.sessions.sealing
        let state = try bank.state()
        let stage = try bank.pipeline(state, under: epochs)
        try bank.send((0..<3).map { transaction("p\($0)", first + $0) })
        try turn(stage)
        // Two stand behind the closing, of which one has its answer all the same, and one before it.
        state.decided([SourcePosition(offset: 2)], positions: [])
        try state.checkpoint()
        epochs.renew(.init(number: 2, sessions: next.members))
        try turn(stage)
        #expect(try headers().count == 3)
        epochs.close(EpochClosings([1: [0]]))
        for _ in 0..<3 { try turn(stage) }
        var all = try headers()
        #expect(all.map(\.source?.offset) == [0, 1, 2, 1] && all.map(\.sessionEpoch) == [1, 1, 1, 2])
        #expect(all[3].previous == all[1].previous && all[3].time == all[1].time)
        #expect(metric("closed") == 1 && state.waiting == 2)

        // One that begins behind the closing holds what it reads against that, too.
        let successor = try bank.pipeline(try bank.state(), under: epochs)
        for _ in 0..<3 { try turn(successor) }
        all = try headers()
        #expect(all.dropFirst(4).map(\.source?.offset) == [1] && all[4].sessionEpoch == 2)
    }

    @Test("seals again what it put into the log under an epoch that was closed before it")
    func closedMeanwhile() throws {
        let next = try Sessions(epoch: 2)
        let epochs = bank.sessions.sealing
        let stage = try bank.pipeline(try bank.state(), under: epochs)
        // An agent that was held up: it knows of the closing, and has not gone over to the next epoch.
        epochs.close(EpochClosings([1: [-1]]))
        try turn(stage)
        try bank.send([transaction("p0", first)])
        for _ in 0..<2 { try turn(stage) }
        epochs.renew(.init(number: 2, sessions: next.members))
        for _ in 0..<3 { try turn(stage) }
        let epochsSealed = try headers().map(\.sessionEpoch)
        #expect(epochsSealed.first == 1 && epochsSealed.last == 2 && epochsSealed.count { $0 == 2 } == 1)
    }

    @Test("seals labels again whose epoch was closed while they waited for the tokens of their batch")
    func labels() throws {
        let next = try Sessions(epoch: 2)
        let epochs = bank.sessions.sealing
        let stage = try bank.pipeline(try bank.state(), under: epochs)
        try bank.send([transaction("p0", first)])
        try turn(stage)
        // A month later its label is due, and leaves with the next transaction.
        bank.tokens.isSilent = true
        try bank.send([transaction("p1", first + 30 * EventTime.day)])
        try turn(stage)
        epochs.renew(.init(number: 2, sessions: next.members))
        epochs.close(EpochClosings([1: [0]]))
        bank.clock.wait(for: .seconds(3))
        try turn(stage)
        func labels() throws -> [LabelHeader] {
            try bank.values(Topics.labels).map { try #require(LabelRecord($0)).header }
        }
        #expect(try labels().isEmpty)
        bank.tokens.isSilent = false
        try turn(stage)
        #expect(try labels().map(\.sessionEpoch) == [1])
        bank.clock.wait(for: .seconds(3))
        for _ in 0..<2 { try turn(stage) }
        let all = try labels()
        #expect(all.map(\.sessionEpoch) == [1, 2] && all[0].source == all[1].source)
        // Once: they stand under an epoch that is open.
        bank.clock.wait(for: .seconds(3))
        for _ in 0..<2 { try turn(stage) }
        #expect(try labels().count == 2)
    }

    @Test(
        "seals nothing again with features of another spec, and says so once; other cuts of the same features are as good"
    )
    func otherSpec() throws {
        let own = consortiumSpec().features.filter { $0.shared == nil }
        let shared = consortiumSpec().features.filter { $0.shared != nil }
        func spec(_ own: [Feature], _ edges: [[Double]]) throws -> BinnedSpec {
            let terms = consortiumSpec().terms
            return try BinnedSpec(
                spec: FeatureSpec(name: "consortium", features: own + shared, terms: terms),
                edges: edges + [[0.5], [2]])
        }
        let state = try bank.state()
        try bank.send([transaction("p0", first), transaction("p1", first + 1)])
        try bank.ingest(state)
        state.decided([SourcePosition(offset: 1)], positions: [])
        try state.checkpoint()
        func restart(_ own: [Feature], _ edges: [[Double]]) throws -> (IngestPipeline, ReceiptReader) {
            bank.spec = try spec(own, edges)
            let successor = try bank.state()
            return (try bank.pipeline(successor), try reader(successor))
        }
        // As many features, one of which is another.
        let weekend = Feature(name: "weekend", kind: .weekend)
        var (ingest, receipts) = try restart([own[0], weekend], [[1.5, 5], [0.5]])
        for _ in 0..<3 {
            bank.clock.wait(for: .seconds(62))
            try say([(nil, 1)])
            for stage in [receipts, ingest, receipts] as [any Stage] { try turn(stage) }
        }
        #expect(try headers().count == 2 && metric("overdue") + metric("missing") == 0)
        let said = lines.entries.filter { $0.message.contains("another spec") }
        #expect(said.count == 1 && said.first?.metadata.contains("offsets=0 ") == true)
        #expect(lines.entries.count { $0.message.contains("a party lacks") } == 1)
        (ingest, receipts) = try restart(own, [[7], [2]])
        bank.clock.wait(for: .seconds(62))
        try turn(ingest)
        #expect(try headers().map(\.source?.offset) == [0, 1, 0] && headers().last?.featureSpec == bank.spec.id)
    }
}
