import EventLogs
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("Batches under way, beside a plain list")
struct BatchQueueModelTests {
    private let world: World
    private let pieces: Pieces
    private let batches: [SealedBatch]

    init() throws {
        world = try World()
        pieces = try Pieces(world)
        try world.activate("v1", sequence: 1)
        // Sources that neither ascend nor are of one batch alone.
        let sources: [Int64] = [5, 2, 9, 1, 7, 7, 3, 12, 4, 8]
        try world.append(try world.seal(sources))
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 11, until: pieces.clock.now)
        let (sealed, models) = (try pieces.sealed(), pieces.models)
        batches = try stride(from: Int64(1), to: 11, by: 2).map { first in
            SealedBatch(
                partition: 0, transactions: sealed.filter { (first..<first + 2).contains($0.record.position.offset) },
                in: first..<first + 2, repeats: [], model: try models.model(at: first), standing: nil)
        }
    }

    private func scored(_ batch: SealedBatch, _ mark: UInt8) -> ScoredBatch {
        let none = [UInt8](repeating: 0, count: batch.content.records.count)
        let found = [UInt8](repeating: mark, count: none.count)
        return ScoredBatch(
            scores: [],
            agreement: Agreement(plan: batch.plan.digest, codes: (none, none, none), found: found, transcript: .zero),
            rounds: 2, counted: nil)
    }

    /// A batch under way: its digest, and the mark of its scores once they are written.
    private struct Entry {
        var batch: SealedBatch
        var mark: UInt8?

        /// The highest source: those up to it are covered.
        var highest: Int64

        init(_ batch: SealedBatch) {
            self.batch = batch
            highest =
                batch.content.records.compactMap { SealedTransaction($0.value ?? [])?.header.source?.offset }.max()
                ?? -1
        }
    }

    @Test("is a list: what comes last leaves last, and only behind its scores")
    func anything() throws {
        let entries = batches.map { Entry($0) }
        for seed in 1...40 as ClosedRange<UInt64> { try check(seed, entries) }
    }

    private func check(_ seed: UInt64, _ entries: [Entry]) throws {
        var random = SplitMix64(seed)
        let limit = Int.random(in: 1...4, using: &random)
        var queue = BatchQueue(limit: limit)
        var plain: [Entry] = []
        for step in 0..<60 as Range<UInt8> {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3 where plain.count < limit:
                let entry = entries.randomElement(using: &random)!
                queue.append(entry.batch)
                plain.append(entry)
            case 4...6:
                let scored = scored(batches.randomElement(using: &random)!, step)
                queue.noteWritten(scored)
                if let first = plain.firstIndex(where: { $0.mark == nil }) { plain[first].mark = step }
            case 7...8:
                let left = queue.removeWritten()
                guard let first = plain.first, let mark = first.mark else {
                    #expect(left == nil)
                    continue
                }
                plain.removeFirst()
                #expect(left?.batch.plan == first.batch.plan && left?.scored.agreement.found.first == mark)
            case 9 where step % 7 == 0:
                queue.removeAll()
                plain = []
            default: break
            }
            #expect(queue.isEmpty == plain.isEmpty && queue.isFull == (plain.count >= limit))
            #expect(queue.end == plain.last?.batch.plan.range.upperBound)
            for offset in 0...13 as ClosedRange<Int64> {
                let source = SourcePosition(offset: offset)
                #expect(queue.covers(world.a.id, source) == plain.contains { $0.highest >= offset }, "\(offset)")
                #expect(!queue.covers(world.b.id, source))
                #expect(!queue.covers(world.a.id, SourcePosition(partition: 1, offset: offset)))
            }
        }
    }
}
