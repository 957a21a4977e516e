import EventLogs
import Records
import SecureScoring
import Testing
import ThreeParty

@Suite("Batches under way")
struct BatchQueueTests {
    private let world: World
    private let pieces: Pieces

    init() throws {
        world = try World()
        pieces = try Pieces(world)
        try world.activate("v1", sequence: 1)
        try world.append(try world.seal(1...6))
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 7, until: pieces.clock.now)
    }

    /// A batch of the transactions at these offsets.
    private func batch(_ range: Range<Int64>) throws -> SealedBatch {
        SealedBatch(
            partition: 0, transactions: try pieces.sealed().filter { range.contains($0.record.position.offset) },
            in: range,
            repeats: [], model: try pieces.models.model(at: range.lowerBound), standing: nil)
    }

    private func scored(_ batch: SealedBatch) -> ScoredBatch {
        let none = [UInt8](repeating: 0, count: batch.content.records.count)
        return ScoredBatch(
            scores: [],
            agreement: Agreement(plan: batch.plan.digest, codes: (none, none, none), found: none, transcript: .zero),
            rounds: 2,
            counted: nil)
    }

    @Test("end where the newest one does, and there are as many as the window has room for")
    func window() throws {
        var queue = BatchQueue(limit: 2)
        #expect(queue.isEmpty && !queue.isFull && queue.end == nil)
        queue.append(try batch(1..<3))
        #expect(!queue.isEmpty && !queue.isFull && queue.end == 3)
        queue.append(try batch(3..<6))
        #expect(queue.isFull && queue.end == 6)
        queue.removeAll()
        #expect(queue.isEmpty && queue.end == nil)
    }

    @Test("leave in the order of the log, each when its scores are written")
    func order() throws {
        var queue = BatchQueue(limit: 2)
        let (first, second) = (try batch(1..<3), try batch(3..<6))
        queue.append(first)
        queue.append(second)
        #expect(queue.removeWritten() == nil)
        queue.noteWritten(scored(first))
        queue.noteWritten(scored(second))
        // There is no third one to note this of.
        queue.noteWritten(scored(second))
        let left = [queue.removeWritten(), queue.removeWritten()].compactMap { $0 }
        #expect(left.map(\.batch.plan) == [first.plan, second.plan])
        #expect(left.map(\.scored.agreement.digest) == [first, second].map { scored($0).agreement.digest })
        #expect(queue.isEmpty && queue.removeWritten() == nil)
    }

    @Test("cover the sources up to the highest of each member, until they leave")
    func covers() throws {
        var queue = BatchQueue(limit: 2)
        queue.append(try batch(1..<4))
        #expect(queue.covers(world.a.id, SourcePosition(offset: 1)))
        #expect(queue.covers(world.a.id, SourcePosition(offset: 3)))
        #expect(!queue.covers(world.a.id, SourcePosition(offset: 4)))
        #expect(!queue.covers(world.a.id, SourcePosition(partition: 1, offset: 1)))
        #expect(!queue.covers(world.b.id, SourcePosition(offset: 1)))
        queue.noteWritten(scored(try batch(1..<4)))
        _ = queue.removeWritten()
        #expect(!queue.covers(world.a.id, SourcePosition(offset: 1)))
    }
}
