import EventLogs
import Manifests
import Records
import Sealing
import SecureScoring
import Testing
import ThreeParty

@Suite("The admission of transactions")
struct AdmissionTests {
    private let world: World
    private let pieces: Pieces
    private let model: ModelManifest

    init() throws {
        world = try World()
        let digest = try world.activate("m1", sequence: 1)
        // At offsets from 1 on, and the sources of their offsets.
        try world.append(try world.seal(1...12))
        pieces = try Pieces(world)
        model = try #require(try pieces.registry.model(digest)).manifest
    }

    private func admission(_ others: [MemberID] = [], taken: TakenRecords? = nil) throws -> Admission {
        try Admission(
            QueryLimits(members: others.map { ($0, .daily(5)) } + [(world.a.id, .daily(5))], eventTime: nil, known: 6),
            taken: taken ?? pieces.taken(), partition: pieces.context.partition, state: pieces.state)
    }

    private func batch(_ range: Range<Int64>) throws -> SealedBatch {
        SealedBatch(
            partition: 0, transactions: try pieces.sealed().filter { range.contains($0.record.position.offset) },
            in: range,
            repeats: [], model: model, standing: nil)
    }

    /// The offsets that are refused of a batch.
    private func admit(_ range: Range<Int64>, to admission: Admission) throws -> [Int64: Refusal] {
        let refused = admission.admit(try batch(range), isUsable: { _ in true }, isCounted: { _, _ in false })
        return Dictionary(uniqueKeysWithValues: refused.map { (range.lowerBound + Int64($0), $1) })
    }

    /// Settles a batch of which party 2 refused `refused`, and writes it down.
    private func settle(_ range: Range<Int64>, refused: [Int64] = [], in admission: Admission) throws {
        let none = [UInt8](repeating: 0, count: range.count)
        let codes = range.map { refused.contains($0) ? UInt8(6) : 0 }
        let batch = try batch(range)
        admission.settle(
            batch, Agreement(plan: batch.plan.digest, codes: (none, none, codes), found: none, transcript: .zero))
        try pieces.state.commit(admission.changes, positions: [])
        admission.areCommitted()
    }

    @Test("refuses what may repeat a record of long ago, behind which too many are missing to know")
    func tooManyGaps() throws {
        var known = try SourcePositions(partition: pieces.context.partition, state: pieces.state)
        for number in 0...64 as ClosedRange<Int64> {
            known.advance([
                SourceClaim(
                    member: world.a.id, source: SourcePosition(offset: 4 + 2 * number),
                    previous: SourcePosition(offset: 3 + 2 * number))
            ])
        }
        try pieces.state.commit(known.changes, positions: [])
        let admission = try admission(taken: pieces.taken())
        // 4 is forgotten, and what was missing before and behind it.
        #expect(
            try admit(3..<7, to: admission) == [3: .tooManyGaps, 4: .tooManyGaps, 5: .tooManyGaps])
    }

    private let over: [Int64: Refusal] = [6: .overBudget, 7: .overBudget]

    @Test("says of a batch that is begun again what it said, and so does that of another range from there on")
    func again() throws {
        let admission = try admission()
        #expect(try admit(1..<4, to: admission) == [:])
        for _ in 0..<3 { #expect(try admit(4..<8, to: admission) == over) }
        #expect(try admit(1..<8, to: admission) == over)
        #expect(try admit(3..<8, to: admission) == over)
        #expect(try admit(1..<3, to: admission) == [:])
        #expect(try admit(3..<8, to: admission) == over)
    }

    @Test("says the same where a batch that was settled and written down is begun again, before and after a restart")
    func settled() throws {
        let first = try admission()
        _ = try admit(1..<4, to: first)
        try settle(1..<4, in: first)
        _ = try admit(4..<8, to: first)
        try settle(4..<8, refused: [6, 7], in: first)
        for admission in [first, try admission()] {
            #expect(try admit(8..<10, to: admission) == [8: .overBudget, 9: .overBudget])
            #expect(try admit(4..<8, to: admission) == over)
        }
    }

    @Test("charges what was agreed in place of what this party would have taken")
    func agreed() throws {
        let admission = try admission()
        _ = try admit(1..<4, to: admission)
        #expect(try admit(4..<8, to: admission) == over)
        try settle(1..<4, refused: [2, 3], in: admission)
        #expect(try admit(4..<8, to: admission) == [:])
        #expect(try admit(4..<9, to: admission) == [8: .overBudget])
    }

    @Test("counts on when ids are forgotten, and begins anew where the parties go back behind these")
    func forgotten() throws {
        let admission = try admission()
        for start in stride(from: 1, to: 5, by: 2) as StrideTo<Int64> {
            _ = try admit(start..<start + 2, to: admission)
            try settle(start..<start + 2, in: admission)
        }
        // Six ids are known at least, so the first batch is forgotten with this one, whatever is refused of it here.
        try settle(5..<9, in: admission)
        for admission in [admission, try self.admission()] {
            #expect(try admit(9..<10, to: admission) == [9: .overBudget])
        }
        #expect(try admit(1..<7, to: try self.admission()) == [6: .overBudget])
    }

    @Test("goes on with what it knows of a member where the roster puts another before it")
    func renumbered() throws {
        let first = try admission()
        _ = try admit(1..<4, to: first)
        try settle(1..<4, in: first)
        let second = try admission([world.b.id])
        #expect(try admit(4..<8, to: second) == over)
        try settle(4..<8, refused: [6, 7], in: second)
        for admission in [second, try admission([world.b.id])] {
            #expect(try admit(8..<10, to: admission) == [8: .overBudget, 9: .overBudget])
        }
    }
}
