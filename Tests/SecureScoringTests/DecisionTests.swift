import EventLogs
import Foundation
import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import SecureScoring
import Stages
import Synchronization
import Telemetry
import Testing
import ThreeParty

@Suite("Decisions in the log", .serialized)
struct DecisionTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld(viewed: Topics.batches) }

    private func begin() throws {
        try world.start()
        let events = counted.day(0)
        try counted.send(events)
        try counted.expectScores()
        try counted.label(events, frauds: Set(events.filter { $0.number % 2 == 0 }))
        try counted.send(counted.day(8))
        try counted.expectScores()
    }

    private func tagged(_ wire: WireBatchDecision) -> NewRecord {
        var wire = wire
        wire.tags = []
        let digest = Digest32(of: [Array("cordon/decision/v3".utf8), wire.encoded])
        let tags = try? PartySeeds.decisionTag(.zero).tags(of: digest, epoch: KeyEpoch(wire.keyEpoch))
        wire.tags = (tags ?? []).map { Data($0) }
        return NewRecord(TopicPartition(Topics.batches), value: wire.encoded)
    }

    /// The decision that the leader would make of the transactions at `offsets`, if nobody refused them: all that it takes is in
    /// the log.
    private func decision(of offsets: [Int64]) throws -> WireBatchDecision {
        let made = try world.records(Topics.batches).map {
            try #require(WireBatchDecision(decoding: $0.value ?? []))
        }
        var standing = genesis
        for each in made {
            standing = Digest32(
                of: [Array("cordon/counted/v2".utf8), standing.bytes, try #require(Digest32(each.agreedDigest)).bytes])
        }
        var wire = try #require(made.last)
        let labels = try #require(made.map(\.labelsEnd).max())
        (wire.labelsFirst, wire.labelsEnd, wire.refusals) = (labels, labels, [])
        (wire.first, wire.end) = (offsets[0], offsets[offsets.count - 1] + 1)
        let plan = BatchPlan(
            partition: 0, range: wire.first..<wire.end, labels: labels..<labels, repeats: [],
            records: try world.records(Topics.sealed).filter { offsets.contains($0.position.offset) },
            model: try #require(Digest32(wire.modelDigest)), counted: standing)
        let none = [UInt8](repeating: 0, count: offsets.count)
        // Whatever the frames were: the leader's word is taken for that.
        let agreement = Agreement(plan: plan.digest, codes: (none, none, none), found: none, transcript: .zero)
        wire.agreedDigest = Data(agreement.digest.bytes)
        wire.transcript = Data(agreement.transcript.bytes)
        return wire
    }

    @Test(
        "that the leader did not make are passed over by who counts again, the leader too, though all in them is right",
        arguments: PartyID.allCases)
    func forged(party: PartyID) throws {
        try begin()
        world.stop()
        let next = try counted.send(counted.day(9))
        let right = try decision(of: next)
        var (untagged, borrowed, other) = (right, right, right)
        untagged.tags = []
        borrowed.tags = try #require(
            WireBatchDecision(decoding: try world.records(Topics.batches).first?.value ?? [])
        ).tags
        other.tags = other.tags.map { _ in Data(count: 16) }
        try world.log.append(
            [untagged.encoded, borrowed.encoded, other.encoded, [0xFF]].map {
                NewRecord(TopicPartition(Topics.batches), value: $0)
            })
        try world.forgetState(party, countsOnly: true)
        try world.start()
        try counted.expectScores("a transaction that was passed over has no score")
        try counted.send(counted.day(10))
        try counted.expectScores()
        #expect(world.entries.errors.isEmpty)
    }

    @Test(
        "that name a wrong digest are passed over by who counts again, the leader too", arguments: PartyID.allCases)
    func wrongDigest(party: PartyID) throws {
        try begin()
        world.stop()
        let next = try counted.send(counted.day(9))
        let right = try decision(of: next)
        func wrong(_ change: (inout WireBatchDecision) -> Void) -> NewRecord {
            var wire = right
            change(&wire)
            return tagged(wire)
        }
        let none = Data(count: next.count)
        try world.log.append([
            wrong { $0.agreedDigest[0] ^= 1 }, wrong { $0.modelDigest = Data(count: 32) },
            wrong { $0.refusals = [Data(repeating: 6, count: next.count), none, none, none] },
            wrong { $0.refusals = [none, none, none, Data(count: 2)] }, wrong { $0.schema = 9 },
        ])
        try world.forgetState(party, countsOnly: true)
        try world.start()
        try counted.expectScores()
        #expect(world.entries.wait(for: "a decision does not fit", from: party) != nil)
        try counted.send(counted.day(10))
        try counted.expectScores()
        world.stop()
        // So the test's own decisions are the leader's, but for what was changed in them.
        let made = try world.records(Topics.batches).compactMap { WireBatchDecision(decoding: $0.value ?? []) }
        #expect(made.contains { $0.agreedDigest == right.agreedDigest && $0.first == right.first })
    }

    @Test(
        "that a party does not have keep it from computing a plan over other counts; no score leaves",
        arguments: [PartyID.one, .two])
    func otherCounts(party: PartyID) throws {
        try begin()
        world.stop()
        let view = try #require(world.views[party])
        view.hide(from: 1)
        try world.forgetState(party, countsOnly: true)
        let before = try world.records(Topics.scores(world.a.id)).count
        try counted.send(counted.day(9))
        try world.start(catchUp: .milliseconds(50))
        let follower = try #require(world.entries.wait(for: "batch stopped", from: party))
        #expect(follower.message.hasPrefix("batch stopped: this party's counts are not where the leader's are"))
        let leader = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(leader.message == "batch stopped: \(party) gave the batch up")
        #expect(try world.records(Topics.scores(world.a.id)).count == before)
        view.hide(from: nil)
        try counted.expectScores()
    }

    @Test("are counted alike by parties whose rosters name members in another order, and one in between; also again")
    func otherOrder() throws {
        let (a, b) = (world.a.id, world.b.id)
        world.rosters.withLock {
            $0 = [.zero: ("c", [a, b]), .one: ("c", [b, a]), .two: ("c", [MemberID("aaa")!, a, b])]
        }
        try begin()
        world.stop()
        world.rosters.withLock { $0[.one] = ("c", [MemberID("inserted")!, a, b]) }
        try world.forgetState(.two, countsOnly: true)
        try world.start()
        try counted.send(counted.day(9))
        try counted.expectScores()
        #expect(world.entries.errors.isEmpty)
    }

    @Test("of another consortium lead nowhere, though every record is the same", arguments: [PartyID.one, .two])
    func otherConsortium(party: PartyID) throws {
        world.rosters.withLock { $0[party] = ("d", [world.a.id, world.b.id]) }
        try world.start(catchUp: .milliseconds(50))
        try counted.send(counted.day(0))
        let stopped = try #require(world.entries.wait(for: "batch stopped", from: party))
        #expect(stopped.message.hasPrefix("batch stopped: this party's counts are not where the leader's are"))
        #expect(try world.records(Topics.scores(world.a.id)).isEmpty && world.records(Topics.batches).isEmpty)
    }

    @Test("are not gone on with by a party whose counts were begun for another consortium: it says what to do")
    func otherTerms() throws {
        try begin()
        world.stop()
        let pieces = try Pieces(world, .one, consortium: "d")
        let counting = PartitionCounting(pieces.terms, in: pieces.context)
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 1, until: pieces.clock.now)
        let model = try pieces.models.model(at: 1)
        let error = #expect(throws: ScoringError.countsOfOtherTerms) { _ = try counting.counts(for: model) }
        #expect(error.map { "\($0)".contains("remove the counts at all three parties") } == true)
    }

    @Test("a proposal that names other counts is another plan, and both followers give it up")
    func otherDigest() throws {
        let records = [
            LogRecord(
                position: Position(TopicPartition(Topics.sealed), 0), key: nil, value: [1], headers: [], timestamp: 0)
        ]
        func plan(_ counted: UInt8) throws -> BatchPlan {
            BatchPlan(
                partition: 0, range: 0..<1, repeats: [], records: records, model: .zero,
                counted: try #require(Digest32([UInt8](repeating: counted, count: 32))))
        }
        let wire = Wire()
        let cell = PartyID.allCases.map { party in
            CellExchange(
                transport: wire.transport(party), keys: PartySeeds.pairs(party), stream: .scoring(0), firstBatch: 0,
                patience: .seconds(1), clock: SystemClock())
        }
        try cell[0].propose(try plan(1), decisions: 0)
        try cell[0].begin(try plan(1), .agree(LabelInputs()))
        for follower in cell.dropFirst() {
            guard case .proposed(let proposal, let digest)? = try follower.next(until: SystemClock().now + .seconds(5))
            else {
                Issue.record("nothing was proposed")
                return
            }
            #expect(try proposal.counted == plan(1).counted && digest == plan(1).digest)
            #expect(try plan(2).digest != digest)
            try follower.begin(try plan(2), .agree(LabelInputs()))
        }
        #expect(throws: BatchAbort.self) { _ = try cell[0].next(until: SystemClock().now + .seconds(5)) }
        #expect(throws: BatchAbort.peerDisagrees(.zero, step: "refusals")) {
            _ = try cell[1].next(until: SystemClock().now + .seconds(5))
        }
    }
}
