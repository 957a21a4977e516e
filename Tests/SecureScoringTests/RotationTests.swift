import EventLogs
import Ingest
import Records
import SecureScoring
import Support
import Telemetry
import Testing
import Tokens

/// What a rotation of the token key is to parties that count: factors that they come to know, and events that name tokens of one
/// epoch or another.
@Suite("A rotation of the token key", .serialized)
struct RotationTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld() }

    /// Every party has the factor to the next epoch; `forked` has that of another attempt.
    private func rotate(forked: PartyID? = nil) throws {
        let from = counted.rotations.newest
        let bytes = try factor(from, seed: 900 + from.number)
        for updates in [counted.rotations] + Array(world.updates.values) {
            updates.prepare(try TokenUpdate(from: from, bytes: bytes))
        }
        if let forked { world.updates[forked]?.prepare(try TokenUpdate(from: from, bytes: factor(from, seed: 1900))) }
        counted.rotations.begin(from.next)
    }

    private func factor(_ from: TokenEpoch, seed: UInt64) throws -> [UInt8] {
        var generator = SplitMix64(state: seed)
        let zero = RotationContribution(party: .zero, using: &generator)
        let one = RotationContribution(party: .one, using: &generator)
        let two = RotationContribution(party: .two, using: &generator)
        let context = TokenContext(consortium: Array("test".utf8), epoch: from)
        let commitments = [zero.commitment(for: context), one.commitment(for: context), two.commitment(for: context)]
        let update = try TokenUpdate(zero, one, two, commitments: commitments, context: context)
        return update.withSecretBytes { $0 }
    }

    /// The new key is in force at a party, which moves its counts; waits until it has.
    private func move(_ party: PartyID, waits: Bool = true) throws {
        world.updates[party]?.begin(counted.rotations.newest)
        guard waits else { return }
        let epoch = Double(counted.rotations.newest.number)
        let metrics = world.metrics[party]
        let hasMoved = world.time.wait { metrics?.value("cordon_counted_token_epoch") == epoch }
        try #require(hasMoved, "\(party) did not move")
    }

    private func send(_ day: Int64) throws {
        let events = counted.day(day)
        try counted.send(events)
        try counted.expectScores("day \(day)")
        try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
    }

    private func expectCalm() throws {
        #expect(world.entries.errors.isEmpty)
        for topic in [Topics.rejected, Topics.rejected(world.a.id), Topics.rejected(world.b.id)] {
            #expect(try world.records(topic).isEmpty)
        }
        #expect(counted.telling > 10)
    }

    @Test(
        "that a party read otherwise than the leader stops the batches that name its epoch, until it reads the same",
        arguments: [PartyID.one, .two])
    func forked(party: PartyID) throws {
        try world.start()
        for day in 0..<3 as Range<Int64> { try send(day) }
        try rotate(forked: party)
        // What names the old epoch alone is counted on: the old key is the same at all.
        try send(8)
        counted.epochs = [TokenEpoch(1), TokenEpoch(2)]
        let offsets = try counted.send(counted.day(9))
        let stopped = try #require(world.entries.wait(for: "batch stopped", from: party))
        #expect(stopped.message.hasPrefix("batch stopped: this party has another token key of epoch 2 than party-0"))
        let decided = try world.records(Topics.batches).compactMap { WireBatchDecision(decoding: $0.value ?? []) }
        #expect(decided.allSatisfy { $0.end <= offsets[0] }, "nothing is counted under keys that differ")
        // It reads the attempt that the others read.
        world.updates[party]?.prepare(try TokenUpdate(from: .first, bytes: factor(.first, seed: 901)))
        try counted.expectScores()
        try send(10)
    }

    @Test("goes through parties and members one after the other, in any order, and no score is another for it")
    func oneAfterTheOther() throws {
        try world.start()
        for day in 0..<4 as Range<Int64> { try send(day) }
        try rotate()
        // Members may be ahead of all parties.
        counted.epochs = [TokenEpoch(2), TokenEpoch(1)]
        try send(8)
        try move(.two)
        try send(9)
        try move(.zero)
        counted.epochs = [TokenEpoch(1), TokenEpoch(2)]
        try send(10)
        try move(.one)
        // And behind all of them.
        try send(11)
        counted.epochs = [TokenEpoch(2), TokenEpoch(2)]
        try send(12)
        try rotate()
        for party in PartyID.allCases { try move(party) }
        counted.epochs = [TokenEpoch(3), TokenEpoch(1)]
        try send(17)
        try send(18)
        world.stop()
        try expectCalm()
    }

    @Test("comes between a batch's scores and its counting, which two of the parties put off until the next batch")
    func heldBatch() throws {
        try world.start()
        for day in 0..<3 as Range<Int64> {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores()
            // No label comes behind it.
            try rotate()
            for party in PartyID.allCases { try move(party) }
            try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
        }
        counted.epochs = [TokenEpoch(4), TokenEpoch(2)]
        for day in 8..<12 as Range<Int64> { try send(day) }
        world.stop()
        try expectCalm()
    }

    @Test("outlives restarts, whatever is left of the counts", arguments: [false, true])
    func restarts(forgets: Bool) throws {
        try world.start()
        for day in 0..<4 as Range<Int64> { try send(day) }
        try rotate()
        // Some stop before they have moved, some while, some after.
        try move(.one)
        try move(.two, waits: false)
        for day in [8, 9, 10] as [Int64] {
            counted.epochs = [TokenEpoch(day == 8 ? 1 : 2), TokenEpoch(day == 10 ? 1 : 2)]
            world.stop()
            if forgets { try world.forgetState(PartyID.allCases[Int(day) % 3], countsOnly: true) }
            try world.start()
            try send(day)
        }
        for party in PartyID.allCases where !forgets { try move(party) }
        try send(17)
        world.stop()
        try expectCalm()
    }

    @Test("is refused to who names an epoch that no key was made for, and counts nothing of it")
    func unknownEpoch() throws {
        try world.start()
        let events = counted.day(0)
        try counted.send(events)
        for epoch in [0, 2, .max] as [UInt64] {
            let bad = counted.event(0, day: 0, "t1", "d1")
            try world.append([
                try world.a.seal(bad, spec: world.spec, tokens: .init(epoch: epoch, bytes: bad.tokens(world.spec)))
            ])
        }
        let told = try world.a.history(
            [(counted.event(0, day: 0, "t1", "d1"), true)], day: 0, spec: world.spec, epoch: TokenEpoch(2))
        try world.appendLabels([told])
        try counted.expectScores()
        try counted.label(events, frauds: Set(events.prefix(2)))
        try counted.send([counted.event(0, day: 8, "t1", "d1"), counted.event(1, day: 8, "t1", "d1")])
        try counted.expectScores()
        let rejected = try world.rejected(Topics.rejected(world.a.id), 4)
        #expect(rejected.allSatisfy { $0.reason == "unknown_token_epoch" && $0.party == 1 })
        #expect(rejected.count { $0.topic == Topics.labels } == 1)
        world.stop()
    }

    @Test("that a party has lost the factor of, or its counts are older than, stops it with a sentence")
    func lostFactor() throws {
        try world.start()
        try send(0)
        try rotate()
        for party in PartyID.allCases { try move(party) }
        counted.epochs = [TokenEpoch(2), TokenEpoch(2)]
        try send(1)
        world.stop()
        world.updates[.zero]?.forget(from: TokenEpoch(1))
        // Its counts are of the new epoch, and go on.
        try world.start()
        try send(2)
        world.stop()
        // What it took of the old one can't be counted again.
        try world.forgetState(.zero, countsOnly: true)
        try world.start(.zero)
        guard case .notOpenedAgain = world.ended(.zero) as? ScoringError else {
            Issue.record("it went on, or ended by something else")
            return
        }
    }
}
