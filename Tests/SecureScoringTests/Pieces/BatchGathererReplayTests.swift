import EventLogs
import Records
import SecureScoring
import Stages
import Support
import Testing
import ThreeParty

/// A leader's gatherer from the first record of a log to its last, with batches that are done sooner or later.
@Suite("A leader's batches over a whole log")
struct BatchGathererReplayTests {
    private let world: World
    private let pieces: Pieces
    private let records: [SealedRecord]
    private let activations: Set<Int64>

    /// Forty records, some of which activate a model.
    init() throws {
        world = try World()
        pieces = try Pieces(world)
        var random = SplitMix64(8)
        let model = try world.activate("v1", sequence: 1)
        var activations: Set<Int64> = [0]
        for offset in 1..<40 as Range<Int64> {
            if Int.random(in: 0..<8, using: &random) == 0 {
                try world.append([try world.activation(model, sequence: UInt64(offset) + 1)])
                activations.insert(offset)
            } else {
                try world.append(try world.seal(offset...offset))
            }
        }
        self.activations = activations
        records = try pieces.sealed()
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 40, until: pieces.clock.now)
    }

    /// The batch of a step, as it goes into the queue.
    private func batch(_ records: [SealedRecord], _ range: Range<Int64>, repeats: [Int64]) throws -> SealedBatch {
        SealedBatch(
            partition: 0, transactions: records, in: range, repeats: repeats,
            model: try pieces.models.model(at: range.lowerBound), standing: nil)
    }

    private func complete(_ queue: inout BatchQueue, _ batch: SealedBatch) {
        let none = [UInt8](repeating: 0, count: batch.content.records.count)
        queue.noteWritten(
            ScoredBatch(
                scores: [],
                agreement: Agreement(
                    plan: batch.plan.digest, codes: (none, none, none), found: none, transcript: .zero),
                rounds: 0,
                counted: nil))
        _ = queue.removeWritten()
    }

    @Test(
        "have every record once and in order, none over an activation, and none larger than it may be",
        arguments: 1...10 as ClosedRange<UInt64>, [false, true])
    func whole(seed: UInt64, isCounted: Bool) throws {
        var random = SplitMix64(seed)
        let limit = Int.random(in: 1...9, using: &random)
        let repeated = Set((1..<40 as Range<Int64>).filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
        var now = Moment(sinceStart: .seconds(1))
        var gatherer = BatchGatherer(limit: limit, now: now)
        var queue = BatchQueue(limit: 3)
        var underWay: [SealedBatch] = []
        // The next record to add, and the next that is to leave.
        var (added, next): (Int, Int64) = (0, 0)
        var (batches, steps) = (0, 0)
        while next < 40 {
            steps += 1
            try #require(steps < 2000, "nothing leaves any more")
            let more = min(gatherer.room, 40 - added, Int.random(in: 0...4, using: &random))
            gatherer.add(Array(records[added..<added + more]))
            added += more
            let isIdle = queue.isEmpty
            let step = try gatherer.next(after: queue, at: now) {
                BatchGatherer.Terms(isCounted: isCounted, label: nil)
            } isRepeat: {
                repeated.contains($0.record.position.offset)
            }
            switch step {
            case .wait:
                if !underWay.isEmpty, Bool.random(using: &random) { complete(&queue, underWay.removeFirst()) }
                now = now + .milliseconds(Int.random(in: 0...3, using: &random))
            case .activation(let record):
                #expect(record.record.position.offset == next && activations.contains(next) && isIdle)
                next += 1
            case .repeats(let count, let end):
                #expect(isIdle && end == next + Int64(count))
                #expect((next..<end).allSatisfy { repeated.contains($0) && !activations.contains($0) })
                next = end
            case .transactions(let all, let end, let repeats):
                let offsets = all.map(\.record.position.offset)
                #expect(offsets == Array(next..<end) && all.count <= limit)
                #expect(activations.isDisjoint(with: offsets))
                #expect(repeats == offsets.filter { repeated.contains($0) } && repeats.count < all.count)
                #expect(isIdle || !isCounted)
                let batch = try batch(all, next..<end, repeats: repeats)
                queue.append(batch)
                underWay.append(batch)
                next = end
                batches += 1
                gatherer.rest(until: now + .milliseconds(2))
                // The window is full.
                if queue.isFull { complete(&queue, underWay.removeFirst()) }
            }
        }
        let fresh = (0..<40 as Range<Int64>).count { !repeated.contains($0) && !activations.contains($0) }
        #expect(gatherer.isEmpty && batches * limit >= fresh)
    }
}
