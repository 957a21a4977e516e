import EventLogs
import Formats
import Ingest
import LocalStore
import Model
import Records
import Simulation
import Stages
import Support
import Telemetry
import Testing
import Tokens

private func transaction(_ id: String, _ seconds: Int64, terminal: String = "t1") -> [UInt8] {
    CanonicalJSON.encode(payment(id, seconds: seconds, terminal: terminal))
}

private let first = EventTime(rfc3339: "2018-07-05")!.seconds

@Suite("Turns of the ingest stage")
struct IngestTurnTests {
    private let bank: CountingBank

    init() throws { bank = try CountingBank() }

    private func turn(_ stage: IngestPipeline) throws -> Turn { try stage.turn(until: bank.clock.now) }

    /// How many rows the state file has, blocks and pending transactions together.
    private func rows() throws -> Int {
        let store = try SQLiteStateStore(path: bank.folder.path + "/state.sqlite")
        var count = 0
        for table in ["blocks", "pending", "labels", "verdicts"] { try store.scan(table) { _ in count += 1 } }
        return count
    }

    @Test("a turn is a batch: a full one asks for the next turn at once, another rests until the beat")
    func batches() throws {
        let state = try bank.state()
        let stage = try bank.pipeline(state, batchSize: 2)
        #expect(try turn(stage) == .idle)
        try bank.send((0..<3).map { transaction("p\($0)", first + $0) })
        #expect(try turn(stage) == .worked)
        #expect(state.ingested == 2)
        #expect(try turn(stage) == .rest(Beat.agents.wait(by: bank.clock)))
        #expect(state.ingested == 3)
        #expect(try turn(stage) == .idle)
        #expect(try bank.sealed().count == 3)
    }

    @Test("a batch waits for its tokens over turns, is asked for unchanged, and nothing else is read meanwhile")
    func waiting() throws {
        let state = try bank.state()
        let stage = try bank.pipeline(state)
        bank.tokens.isSilent = true
        try bank.send([transaction("a", first), transaction("b", first + 1, terminal: "π")])
        #expect(try turn(stage) == .idle)
        try bank.send([transaction("c", first + 2, terminal: "t2")])
        #expect(try turn(stage) == .idle)
        #expect(bank.tokens.asked.count == 2 && bank.tokens.asked[0] == bank.tokens.asked[1])
        // Counted once, however often it is asked.
        let refused = bank.metrics.value(
            "cordon_identifiers_refused_total", .init("entity", "terminal"), .init("reason", "identifier_not_ascii"))
        #expect(refused == 1)
        #expect(try bank.sealed().isEmpty && state.ingested == nil)
        bank.tokens.isSilent = false
        _ = try turn(stage)
        #expect(try bank.sealed().map(\.event) == ["a", "b"].map(bank.eventID))
        #expect(state.ingested == 2)
        _ = try turn(stage)
        #expect(try bank.sealed().count == 3 && state.ingested == 3)
    }

    @Test(
        "of a member that leaves nothing is sealed any more: what waits for tokens, and what comes then, is passed on")
    func left() throws {
        let state = try bank.state()
        let epochs = bank.sessions.sealing
        let stage = try bank.pipeline(state, under: epochs)
        try bank.send([transaction("a", first)])
        _ = try turn(stage)
        bank.tokens.isSilent = true
        try bank.send([transaction("b", first + 1), Array("none".utf8)])
        #expect(try turn(stage) == .idle && bank.values("bank-a.rejected").isEmpty)
        epochs.note(.hasLeft)
        _ = try turn(stage)
        #expect(state.ingested == 3 && state.waiting == 2 && state.undecided(limit: 1) == [SourcePosition(offset: 0)])
        #expect(try bank.values("bank-a.rejected").count == 1)
        let asked = bank.tokens.asked.count
        try bank.send([transaction("c", first + 2)])
        _ = try turn(stage)
        // What has no answer for long is not sealed again, either.
        bank.clock.wait(for: .seconds(200))
        _ = try turn(stage)
        #expect(state.ingested == 4 && state.waiting == 3 && bank.tokens.asked.count == asked)
        #expect(try bank.sealed().map(\.event) == [bank.eventID("a")] && bank.told().isEmpty)
        // A successor finds all of it.
        try stage.finish()
        #expect(try bank.state().waiting == 3)
    }

    @Test("nothing is checkpointed while a batch waits: memory has its events, and the log has not")
    func checkpoints() throws {
        let state = try bank.state()
        let stage = try bank.pipeline(state)
        bank.tokens.isSilent = true
        try bank.send([transaction("a", first)])
        for _ in 0..<3 {
            #expect(try turn(stage) == .idle)
            bank.clock.wait(for: .seconds(1))
        }
        #expect(state.waiting == 1)
        #expect(try rows() == 0)
        bank.tokens.isSilent = false
        _ = try turn(stage)
        bank.clock.wait(for: .seconds(1))
        // The next turn, which has nothing to do, checkpoints what is in the log.
        #expect(try turn(stage) == .idle)
        #expect(try rows() == 3)
        #expect(try bank.state().ingested == 1)
    }

    @Test("a stage that is stopped while it waits abandons the batch, and its successor ingests it")
    func stopped() throws {
        bank.tokens.isSilent = true
        try bank.send([transaction("a", first), transaction("b", first + 1)])
        let stage = try bank.pipeline(bank.state())
        #expect(try turn(stage) == .idle)
        stage.stop()
        #expect(!stage.isUnderWay)
        try stage.finish()
        #expect(try rows() == 0)
        #expect(try bank.log.committed(bank.source, group: IngestPipeline.group(bank.sessions.member)) == nil)
        bank.tokens.isSilent = false
        let successor = try bank.state()
        #expect(successor.ingested == nil && successor.waiting == 0)
        try bank.ingest(successor)
        #expect(try bank.sealed().map(\.event) == ["a", "b"].map(bank.eventID))
        #expect(successor.waiting == 2)
    }

    @Test("a stage that is stopped between batches checkpoints and commits its position")
    func finished() throws {
        try bank.send([transaction("a", first)])
        let stage = try bank.pipeline(bank.state())
        _ = try turn(stage)
        try stage.finish()
        #expect(try bank.state().ingested == 1)
        #expect(try bank.log.committed(bank.source, group: IngestPipeline.group(bank.sessions.member)) == 1)
    }

    @Test("an agent without state names the transaction before its first one, which its predecessor sealed")
    func withoutState() throws {
        try bank.send([transaction("a", first), transaction("b", first + 1)])
        try bank.ingest(bank.state())
        try bank.send([transaction("c", first + 2)])
        try bank.ingest(bank.state("other"))
        let headers = try bank.values(Topics.sealed).map { try #require(SealedTransaction($0)).header }
        #expect(headers.map(\.source?.offset) == [0, 1, 2])
        #expect(headers.map(\.previous?.offset) == [nil, 0, 1])
    }

    @Test("a stage that ends with an error leaves the batch to its successor")
    func failed() throws {
        try bank.send([transaction("a", first), transaction("b", first + 1)])
        let log = BrokenLog(bank.log)
        let state = try bank.state()
        let stage = try bank.pipeline(state, log: log)
        #expect(throws: LogError.unreachable(reason: "test")) { try turn(stage) }
        #expect(try bank.sealed().isEmpty && state.ingested == nil && rows() == 0)
        try bank.ingest(try bank.state())
        #expect(try bank.sealed().map(\.event) == ["a", "b"].map(bank.eventID))
    }
}

/// A log that takes nothing.
private struct BrokenLog: EventLog {
    let log: SQLiteEventLog

    init(_ log: SQLiteEventLog) { self.log = log }

    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] { throw .unreachable(reason: "test") }
    func create(_ topics: [TopicSettings]) throws(LogError) { try log.create(topics) }
    func topics() throws(LogError) -> [TopicSettings] { try log.topics() }
    func partitions(of topic: String) throws(LogError) -> Int { try log.partitions(of: topic) }
    func reader(at positions: [Position]) throws(LogError) -> any LogReader { try log.reader(at: positions) }
    func earliest(of partition: TopicPartition) throws(LogError) -> Int64 { try log.earliest(of: partition) }
    func end(of partition: TopicPartition) throws(LogError) -> Int64 { try log.end(of: partition) }
    func commit(_ positions: [Position], group: String) throws(LogError) { try log.commit(positions, group: group) }
    func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember { try log.join(settings) }
    func writer(id: String) throws(LogError) -> any FencedWriter { try log.writer(id: id) }

    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try log.committed(partition, group: group)
    }
}
