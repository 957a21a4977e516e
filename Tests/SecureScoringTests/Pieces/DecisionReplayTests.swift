import EventLogs
import Foundation
import Keys
import Logging
import Manifests
import Records
import SecureScoring
import Stages
import Support
import Telemetry
import Testing
import ThreeParty

/// A party that counts again what three parties decided, from the log alone.
private struct Replayer {
    let pieces: Pieces
    let counting: PartitionCounting
    private let replay: DecisionReplay
    private let model: ModelManifest

    init(_ counted: CountedWorld, _ party: PartyID, key: [UInt8]? = nil, rows: LabelOrder? = nil) throws {
        let world = counted.world
        pieces = try Pieces(world, party, rows: rows)
        counting = PartitionCounting(pieces.terms, in: pieces.context)
        let reader = BatchReader(
            try pieces.sealedLog(), models: pieces.models, counting: counting, patience: .zero, in: pieces.context)
        let sessions = try SessionRegistry(
            consortium: "c", party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: key ?? PartySeeds.hpke(party))),
            members: [world.a.id: world.a.identity, world.b.id: world.b.identity], log: world.log,
            logger: pieces.context.logger)
        let exchange = CellExchange(
            transport: world.wire.transport(party), keys: PartySeeds.pairs(party), stream: .scoring(0),
            firstBatch: 0,
            patience: .zero, clock: pieces.clock)
        replay = DecisionReplay(
            counting, reader: reader, backend: CellBackend(exchange, models: pieces.registry, sessions: sessions),
            in: pieces.context)
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 1, until: pieces.clock.now)
        model = try pieces.models.model(at: 1)
    }

    /// Counts all that is decided; each batch's plan and agreement.
    func all() throws -> [(plan: BatchPlan, agreed: Digest32)] {
        var found: [(plan: BatchPlan, agreed: Digest32)] = []
        while let (batch, agreement) = try replay.next(for: model) { found.append((batch.plan, agreement.digest)) }
        return found
    }

    var recounted: Double { pieces.context.metrics.value("cordon_batches_recounted_total") }
}

@Suite("Counting again by the leader's decisions", .serialized)
struct DecisionReplayTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    /// Three days of transactions and their labels, scored and counted; nobody runs any more.
    init() throws {
        counted = try CountedWorld()
        let world = counted.world
        try world.start()
        for day in 0..<3 as Range<Int64> {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores()
            try counted.label(events, frauds: Set(events.prefix(3)))
        }
        // A batch of transactions behind the labels shows that they are counted.
        try counted.send(counted.day(9))
        try counted.expectScores()
        world.stop()
        try world.forgetState()
    }

    private func decisions() throws -> [WireBatchDecision] {
        try world.records(Topics.batches).compactMap { WireBatchDecision(decoding: $0.value ?? []) }
    }

    private func append(_ value: [UInt8]?) throws {
        try world.log.append([NewRecord(TopicPartition(Topics.batches), value: value)])
    }

    /// A decision with the leader's tags.
    private func tagged(_ decision: WireBatchDecision, by party: PartyID = .zero) -> [UInt8] {
        var decision = decision
        decision.tags = []
        let digest = Digest32(of: [Array("cordon/decision/v3".utf8), decision.encoded])
        let tags = try? PartySeeds.decisionTag(party).tags(of: digest, epoch: KeyEpoch(decision.keyEpoch))
        decision.tags = (tags ?? []).map { Data($0) }
        return decision.encoded
    }

    @Test("comes to the same at each party, batch by batch, each counted on the one before")
    func same() throws {
        let decided = try decisions()
        #expect(decided.count >= 4)
        let all = try PartyID.allCases.map { party in
            let replayer = try Replayer(counted, party)
            let found = try replayer.all()
            #expect(replayer.recounted == Double(found.count))
            #expect(try replayer.all().isEmpty)
            return found
        }
        for found in all {
            #expect(found.map(\.plan.digest) == all[0].map(\.plan.digest))
            #expect(found.map(\.agreed.bytes) == decided.map { Array($0.agreedDigest) })
            #expect(found.map(\.plan.range.lowerBound) == decided.map(\.first))
            #expect(found.map(\.plan.labels.upperBound) == decided.map(\.labelsEnd))
        }
        // Each batch stands on counts of its own.
        let standings = all[0].map(\.plan.counted)
        #expect(standings[0] == genesis && Set(standings).count == standings.count)
        #expect(world.entries.errors.isEmpty)
    }

    @Test(
        "leaves labels with the rows before a snapshot says that they are counted: such are not read again",
        arguments: [false, true])
    func labelsBeforeSnapshot(isLast: Bool) throws {
        let order = LabelOrder()
        let replayer = try Replayer(counted, .one, rows: order)
        _ = try replayer.all()
        #expect(order.snapshots.isEmpty)
        if isLast {
            try replayer.counting.finish()
        } else {
            replayer.pieces.clock.wait(for: .seconds(60))
            try replayer.counting.checkpoint()
        }
        let labels = Int64(try world.records(Topics.labels).count)
        #expect(labels > 0 && order.snapshots == [LabelOrder.Snapshot(counted: labels, kept: labels)])
    }

    @Test("passes over what the leader did not decide, and what it decided before")
    func forged() throws {
        let decided = try decisions()
        let last = try #require(decided.last)
        var next = last
        next.first = last.end
        next.end = last.end + 1
        var unversioned = next
        unversioned.schema = 1
        try append(nil)
        try append([0xFF])
        try append(tagged(next, by: .one))
        try append(next.encoded)
        try append(tagged(unversioned))
        try append(Array(tagged(next).dropLast()))
        // True ones once more.
        for decision in decided { try append(decision.encoded) }
        let replayer = try Replayer(counted, .one)
        #expect(try replayer.all().count == decided.count)
        #expect(world.entries.errors.isEmpty)
    }

    @Test("says where a decision of the leader's does not fit the records that it names, and goes on behind it")
    func misfit() throws {
        let before = try decisions().count
        let end = Int64(try world.records(Topics.sealed).count)
        // The record is there, and the agreement is another batch's.
        try world.append([try world.a.seal(counted.event(0, day: 10, "t1", nil), spec: world.spec)])
        try append(tagged(beyond(end)))
        let replayer = try Replayer(counted, .two)
        #expect(try replayer.all().count == before)
        let said = world.entries.entries.filter { $0.level >= .warning }
        #expect(said.count == 1)
        for entry in said {
            #expect(entry.message == "a decision does not fit the records that it names, and is passed over")
            #expect(entry.metadata.contains("partition=\(Topics.sealed)"))
        }
    }

    @Test("waits where this party's log does not have yet what was decided, and passes over nothing")
    func behind() throws {
        let before = try decisions().count
        let end = Int64(try world.records(Topics.sealed).count)
        try append(tagged(beyond(end)))
        let replayer = try Replayer(counted, .two)
        for _ in 0..<2 { #expect(throws: BatchAbort.logBehind) { try replayer.all() } }
        #expect(replayer.recounted == Double(before))
        #expect(world.entries.errors.isEmpty)
    }

    /// A decision like the last one, on one record of `consortium.sealed`.
    private func beyond(_ offset: Int64) throws -> WireBatchDecision {
        var decision = try #require(try decisions().last)
        let labels = Int64(try world.records(Topics.labels).count)
        (decision.first, decision.end, decision.repeats) = (offset, offset + 1, [])
        (decision.labelsFirst, decision.labelsEnd) = (labels, labels)
        return decision
    }

    @Test("ends with a sentence where this party can't open any more what it took")
    func lostKey() throws {
        let replayer = try Replayer(counted, .one, key: [UInt8](repeating: 99, count: 32))
        do {
            _ = try replayer.all()
            Issue.record("counted without its key")
        } catch let error as ScoringError {
            guard case .notOpenedAgain(replayer.pieces.context.partition, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect("\(error)".contains("it has lost keys, of sessions or of tokens"))
        }
        #expect(replayer.recounted == 0)
    }
}
