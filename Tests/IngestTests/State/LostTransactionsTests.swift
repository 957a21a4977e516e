import EventLogs
import Formats
import Ingest
import Records
import Sealing
import Support
import Testing

@Suite("The choice of transactions that are sealed again")
struct LostTransactionsTests {
    private func event(_ number: Int64) -> EventID? { EventID([UInt8](repeating: UInt8(number), count: 16)) }

    /// Pending transactions at these offsets, each received at its own number.
    private func book(_ offsets: some Sequence<Int64>, oldFeatures: Int64? = nil) throws -> PendingBook {
        var book = PendingBook()
        for offset in offsets {
            let pending = PendingTransaction(
                payment("p\(offset)", seconds: 5), event: try #require(event(offset)), received: offset, features: [1],
                featureDigest: offset == oldFeatures ? 6 : 7)
            _ = book.add(pending, at: SourcePosition(offset: offset))
        }
        return book
    }

    private func receipt(_ after: Int64?, _ through: Int64, _ party: PartyID = .one, partition: Int = 0)
        -> MissingReceipt
    {
        MissingReceipt(
            party: party, sealedPartition: partition,
            spans: [.init(after: after.map { SourcePosition(offset: $0) }, through: SourcePosition(offset: through))])
    }

    private func offsets(_ positions: [SourcePosition]) -> [Int64] { positions.map(\.offset) }

    @Test("has what pends of a span, of its partition, and of what is in the log, once")
    func missing() throws {
        var (lost, book) = (LostTransactions(featureDigest: 7), try book(0..<10))
        book.decide([SourcePosition(offset: 4)], ingested: 10)
        for _ in PartyID.allCases { lost.take(receipt(2, 6)) }
        lost.take(receipt(nil, 0))
        lost.take(receipt(8, 9))
        lost.take(receipt(6, 7, partition: 1))
        // Those of odd numbers go into partition 1.
        let partition = { (event: EventID) in Int(event.bytes[0] % 2) }
        let first = lost.takeMissing(in: book, below: 9, partition: { _ in 0 })
        #expect(offsets(first) == [0, 3, 5, 6])
        #expect(lost.takeMissing(in: book, below: 10, partition: { _ in 0 }).isEmpty)
        lost.take(receipt(2, 6, partition: 1))
        #expect(offsets(lost.takeMissing(in: book, below: 10, partition: partition)) == [3, 5])
    }

    @Test("has the rest the next time where there are more than are sealed at once")
    func limit() throws {
        let limit = LostTransactions.limit
        var (lost, book) = (LostTransactions(featureDigest: 7), PendingBook())
        for offset in 0..<Int64(limit + 10) {
            _ = book.add(
                PendingTransaction(
                    payment("p", seconds: 5), event: try #require(event(1)), received: 0, featureDigest: 7),
                at: SourcePosition(offset: offset))
        }
        lost.take(receipt(nil, .max))
        let first = lost.takeMissing(in: book, below: .max, partition: { _ in 0 })
        #expect(offsets(first) == Array(0..<Int64(limit)))
        book.decide(first, ingested: .max)
        #expect(lost.takeMissing(in: book, below: .max, partition: { _ in 0 }).count == 10)
    }

    @Test("keeps as many words as it has room for, the newest")
    func bounded() throws {
        var lost = LostTransactions(featureDigest: 7)
        for offset in 0..<2000 as Range<Int64> { lost.take(receipt(2 * offset, 2 * offset + 1)) }
        var book = PendingBook()
        for offset in [1, 3001, 3999] as [Int64] {
            _ = book.add(
                PendingTransaction(
                    payment("p", seconds: 5), event: try #require(event(1)), received: 0, featureDigest: 7),
                at: SourcePosition(offset: offset))
        }
        #expect(offsets(lost.takeMissing(in: book, below: .max, partition: { _ in 0 })) == [3001, 3999])
    }

    @Test("has what waits for too long some at a time, all of it in turn, and nothing that came later")
    func overdue() throws {
        var lost = LostTransactions(featureDigest: 7)
        var book = try book(0..<150)
        func next(_ now: Int64 = 1130) -> [Int64] {
            offsets(lost.takeOverdue(in: book, below: 140, now: now, patience: 1000))
        }
        #expect(next() == Array(0..<64))
        book.decide((0..<10 as Range<Int64>).map { SourcePosition(offset: $0) }, ingested: 150)
        #expect(next() == Array(64..<128))
        #expect(next() == [128, 129])
        // Those of the first 128 that still wait are due when they have waited for twice as long.
        #expect(next().isEmpty && next(2010) == Array(130..<140))
        #expect(next(2100) == Array(10..<74))
        #expect(lost.takeOverdue(in: book, below: 140, now: 1000, patience: 1000).isEmpty)
    }

    @Test("has what stands behind the closing of its epoch, in its own partition, and what nobody knows the place of")
    func closed() throws {
        var (lost, book) = (LostTransactions(featureDigest: 7), try book(0..<8, oldFeatures: 5))
        // Those of odd numbers go into partition 1.
        let partition = { (event: EventID) in Int(event.bytes[0] % 2) }
        func take(_ closings: [UInt32: [Int64]], below end: Int64 = 8) -> [Int64] {
            offsets(lost.takeClosed(EpochClosings(closings), in: book, below: end, partition: partition))
        }
        #expect(take([:]).isEmpty)
        func note(_ offset: Int64, _ epoch: UInt32, _ place: Int64) {
            book.note([(SourcePosition(offset: offset), .init(epoch: epoch, offset: place))])
        }
        for (offset, place) in [(0, 99), (1, 51), (2, 101), (3, 49), (4, 200), (5, 300)] as [(Int64, Int64)] {
            note(offset, offset == 4 ? 2 : 1, place)
        }
        #expect(take([1: [100, 50]]) == [1, 2, 6, 7])
        #expect(take([1: [100, 50]], below: 2) == [1])
        #expect(lost.takeWords().mapValues(offsets) == [.otherFeatures: [5]])
        // It was sealed again, under the next epoch, which is closed in its turn.
        note(2, 2, 400)
        #expect(take([1: [100, 50]]) == [1, 6, 7] && take([1: [100, 50], 2: [300, 300]]) == [1, 2, 6, 7])
        #expect(take([1: [100]]) == [1, 3, 6, 7])
        book.decide([SourcePosition(offset: 1)], ingested: 8)
        book.note([(SourcePosition(offset: 1), .init(epoch: 1, offset: 1000))])
        #expect(take([1: [100, 50]]) == [6, 7])
    }

    @Test("has so many behind a closing at once, and the rest when those stand elsewhere")
    func closedLimit() throws {
        let limit = LostTransactions.limit
        var (lost, book) = (LostTransactions(featureDigest: 7), PendingBook())
        for offset in 0..<Int64(limit + 10) {
            _ = book.add(
                PendingTransaction(
                    payment("p", seconds: 5), event: try #require(event(1)), received: 0, featureDigest: 7),
                at: SourcePosition(offset: offset))
        }
        let closings = EpochClosings([1: [5]])
        let first = lost.takeClosed(closings, in: book, below: .max) { _ in 0 }
        #expect(offsets(first) == Array(0..<Int64(limit)))
        book.note(first.map { ($0, .init(epoch: 2, offset: 6)) })
        #expect(lost.takeClosed(closings, in: book, below: .max) { _ in 0 }.count == 10)
    }

    @Test("has one that waits on and on ever more seldom, and says so once")
    func backOff() throws {
        var (lost, book) = (LostTransactions(featureDigest: 7), try book([0]))
        var times: [Int64] = []
        for now in 0...100_000 as ClosedRange<Int64>
        where !lost.takeOverdue(in: book, below: 1, now: now, patience: 10).isEmpty {
            times.append(now)
            #expect(lost.takeWords().mapValues(offsets) == (times.last == 10 << 5 + 1 ? [.unanswered: [0]] : [:]))
        }
        #expect(times == (0...13).map { 10 << $0 + 1 })
        book.decide([SourcePosition(offset: 0)], ingested: 1)
        #expect(lost.takeOverdue(in: book, below: 1, now: .max, patience: 10).isEmpty)
    }

    @Test("leaves out what has features of another spec, and says of each once what is the matter with it")
    func words() throws {
        var (lost, book) = (LostTransactions(featureDigest: 7), try book(0..<6, oldFeatures: 3))
        #expect(lost.takeWords().isEmpty)
        for _ in 0..<2 {
            for party in PartyID.allCases { lost.take(receipt(1, 4, party)) }
            #expect(offsets(lost.takeMissing(in: book, below: 10, partition: { _ in 0 })) == [2, 4])
            #expect(offsets(lost.takeOverdue(in: book, below: 10, now: 5, patience: 1)) == [0, 1, 2])
        }
        let words = lost.takeWords().mapValues(offsets)
        #expect(words == [.missing: [2, 3, 4], .otherFeatures: [3]])
        // What has its answer is forgotten, and a new word on another one is told.
        book.decide([SourcePosition(offset: 2)], ingested: 10)
        lost.take(receipt(nil, 4))
        #expect(offsets(lost.takeMissing(in: book, below: 10, partition: { _ in 0 })) == [0, 1, 4])
        #expect(lost.takeWords().mapValues(offsets) == [.missing: [0, 1]])
    }
}
