import EventLogs
import Records
import Sealing
import SecureScoring
import Stages
import Testing
import ThreeParty

@Suite("The check of a proposal", .serialized)
struct ProposalCheckTests {
    private let world: World
    private let pieces: Pieces
    private let check: ProposalCheck
    private let taken: TakenRecords
    private let idle = BatchQueue(limit: 2)

    init() throws {
        world = try World()
        pieces = try Pieces(world)
        taken = try pieces.taken()
        check = try pieces.check(taken: taken)
        try world.activate("v1", sequence: 1)
        try world.append(try world.seal(1...4))
    }

    /// What the leader would propose of a range.
    private func proposed(_ range: Range<Int64>, repeats: [Int64] = []) throws -> (PlanProposal, Digest32) {
        let batch = try proposedBatch(range, repeats: repeats)
        return (PlanProposal(batch.plan, decisions: 0), batch.plan.digest)
    }

    private func proposedBatch(_ range: Range<Int64>, repeats: [Int64] = []) throws -> SealedBatch {
        let leader = try Pieces(world, .zero)
        _ = try leader.models.scan(leader.sealedLog(), upTo: range.lowerBound, until: leader.clock.now)
        return SealedBatch(
            partition: 0,
            transactions: try world.records(Topics.sealed).map { SealedRecord($0) }.filter {
                range.contains($0.record.position.offset)
            }, in: range, repeats: repeats, model: try leader.models.model(at: range.lowerBound), standing: nil)
    }

    /// Takes the records of a range, as the parties agreed to; the codes are those of a party that refuses.
    private func take(_ range: Range<Int64>, codes: [UInt8]? = nil) throws {
        let batch = try proposedBatch(range)
        let none = [UInt8](repeating: 0, count: range.count)
        taken.advance(
            batch,
            Agreement(plan: batch.plan.digest, codes: (none, codes ?? none, none), found: none, transcript: .zero))
    }

    @Test("gives the leader's batch where this party's log has the same records", arguments: [[], [Int64(2)]])
    func same(repeats: [Int64]) throws {
        for repeated in repeats { try take(repeated..<repeated + 1) }
        let (proposal, digest) = try proposed(1..<4, repeats: repeats)
        let batch = try check.batch(proposal, digest, after: idle)
        #expect(batch.plan.digest == digest)
        #expect(batch.content.records.map(\.position.offset) == [1, 2, 3].filter { !repeats.contains($0) })
        #expect(pieces.models.scanned == 4)
    }

    @Test("finds the record that differs")
    func differs() throws {
        let (proposal, digest) = try proposed(1..<4)
        try world.view(.one).change(2, to: [9])
        #expect(throws: BatchAbort.peerDisagrees(.zero, step: "proposal")) {
            try check.batch(proposal, digest, after: idle)
        }
    }

    @Test("finds a plan that says something else than its digest")
    func otherPlan() throws {
        let (proposal, _) = try proposed(1..<4)
        let (_, digest) = try proposed(1..<4, repeats: [2])
        #expect(throws: BatchAbort.peerDisagrees(.zero, step: "proposal")) {
            try check.batch(proposal, digest, after: idle)
        }
    }

    @Test("lets the leader leave nothing out as a repeat that was not taken: scored, or refused with every box open")
    func leftOut() throws {
        let (proposal, digest) = try proposed(1..<5, repeats: [2])
        let found = BatchAbort.peerDisagrees(.zero, step: "repeats")
        #expect(throws: found) { try check.batch(proposal, digest, after: idle) }
        // Refused as somebody's whose box did not open, it might be anybody's.
        try take(2..<3, codes: [Refusal.boxNotOpened.rawValue])
        #expect(throws: found) { try check.batch(proposal, digest, after: idle) }
        try take(2..<3, codes: [Refusal.overBudget.rawValue])
        #expect(try check.batch(proposal, digest, after: idle).plan.digest == digest)
    }

    @Test("lets the leader pass over nothing but repeats and activations, once the first proposal has said where it is")
    func passedOver() throws {
        // What was agreed on before this process began is taken to be known.
        let (first, digest) = try proposed(2..<3)
        _ = try check.batch(first, digest, after: idle)
        #expect(taken.isRepeat(SourceClaim(member: world.a.id, source: SourcePosition(offset: 1))))
        try take(2..<3)
        try world.append(try world.seal([1, 2]))
        try world.activate("v2", sequence: 2)
        try world.append(try world.seal([7]))
        let (over, other) = try proposed(4..<5)
        let found = BatchAbort.peerDisagrees(.zero, step: "passed over")
        #expect(throws: found) { try check.batch(over, other, after: idle) }
        try take(3..<5)
        let (next, last) = try proposed(8..<9)
        #expect(try check.batch(next, last, after: idle).plan.digest == last)
    }

    @Test("begins where the log does, where the party's state knows of less", arguments: [Int64(2), 4, 9])
    func cutOff(earliest: Int64) throws {
        try world.view(.one).keep(from: earliest)
        var asked: [Range<Int64>] = []
        try taken.pass(to: 4) { range in
            asked.append(range)
            return []
        } isOpened: { _ in
            false
        }
        #expect(asked == (earliest < 4 ? [earliest..<4] : []))
    }

    @Test("lets no batch go over an activation")
    func activation() throws {
        try world.activate("v2", sequence: 2)
        try world.append(try world.seal(5...6))
        let (proposal, digest) = try proposed(4..<8)
        #expect(throws: BatchAbort.peerDisagrees(.zero, step: "proposal")) {
            try check.batch(proposal, digest, after: idle)
        }
        #expect(pieces.models.scanned == 4)
    }

    @Test("says that this party's log is behind, in the range and before it", arguments: [Int64(1), 3])
    func behind(hidden: Int64) throws {
        let (proposal, digest) = try proposed(2..<4)
        try world.view(.one).hide(from: hidden)
        #expect(throws: BatchAbort.logBehind) { try check.batch(proposal, digest, after: idle) }
        try world.view(.one).hide(from: nil)
        #expect(try check.batch(proposal, digest, after: idle).plan.digest == digest)
    }

    @Test("knows labels that no model counts for a batch that this party's log does not have")
    func labels() throws {
        var (proposal, digest) = try proposed(1..<4)
        (proposal.range, proposal.labels) = (1..<1, 0..<1)
        #expect(throws: BatchAbort.logBehind) { try check.batch(proposal, digest, after: idle) }
    }

    @Test("ends what is under way where the leader goes back, and leaves it where the leader goes on")
    func interrupts() throws {
        var queue = BatchQueue(limit: 2)
        let (first, digest) = try proposed(1..<3)
        #expect(try !check.interrupts(queue, first))
        queue.append(try check.batch(first, digest, after: queue))
        #expect(try check.interrupts(queue, first))
        #expect(try !check.interrupts(queue, proposed(3..<5).0))
    }

    @Test("gives up where the leader has counted what this party can't, after waiting for it")
    func countsBehind() throws {
        let counted = try CountedWorld()
        let pieces = try Pieces(counted.world)
        try counted.send(counted.day(0))
        let check = try pieces.check(taken: pieces.taken())
        let plan = BatchPlan(
            partition: 0, range: 1..<2, repeats: [], records: [], model: .zero, counted: Digest32(of: [[1]]))
        #expect(throws: BatchAbort.countsBehind) { try check.batch(PlanProposal(plan), plan.digest, after: idle) }
        #expect(pieces.clock.now.sinceStart >= .milliseconds(50))
    }
}
