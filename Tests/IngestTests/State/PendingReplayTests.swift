import EventLogs
import Formats
import Ingest
import Records
import Support
import Testing

/// The rows of pending transactions as a store has them after some writes.
private struct Rows {
    private(set) var rows: [[UInt8]: StateEntry] = [:]

    mutating func apply(_ writes: [StateWrite]) throws {
        for write in writes {
            switch write {
            case .put(let table, let entry):
                #expect(table == AgentTables.pending)
                rows[entry.key] = entry
            case .remove(let table, let key):
                #expect(table == AgentTables.pending && rows[key] != nil, "removed what is not there")
                rows[key] = nil
            case .putAll: throw LogError.failed(reason: "no rows of order 0")
            }
        }
    }

    /// What a restart reads.
    func book(partition: Int) throws -> PendingBook {
        var book = PendingBook()
        for entry in rows.values {
            let (position, transaction) = try AgentTables.pending(entry, partition: partition)
            book.restore(transaction, at: position)
        }
        return book
    }
}

@Suite("Pending transactions over checkpoints and restarts")
struct PendingReplayTests {
    private let event: EventID

    init() throws { event = try #require(EventID([UInt8](repeating: 1, count: 16))) }

    @Test(
        "the store has what was in the log and is not decided, at each checkpoint",
        arguments: 1...8 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var (book, rows) = (PendingBook(), Rows())
        var offset: Int64 = 0
        /// By position: its id.
        var waiting: [SourcePosition: String] = [:]
        var (checkpoints, restarts, decided) = (0, 0, 0)
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                // A record of several transactions comes, and is in the log before anything else happens.
                let positions = (0...Int.random(in: 0...3, using: &random)).map {
                    SourcePosition(partition: 2, offset: offset, index: $0)
                }
                for position in positions {
                    let id = "p\(position.offset)-\(position.index)"
                    let pending = PendingTransaction(payment(id, seconds: 5), event: event, received: 7)
                    let waits = book.add(pending, at: position)
                    #expect(waits)
                    waiting[position] = id
                }
                offset += 1
                book.ingest(positions, through: offset)
            case 5...7:
                let some = Array(waiting.keys).filter { _ in Bool.random(using: &random) }
                book.decide(some, ingested: offset)
                for position in some { waiting[position] = nil }
                decided += some.count
            default:
                try rows.apply(book.takeWrites())
                checkpoints += 1
                #expect(
                    Set(try rows.rows.values.map { try AgentTables.pending($0, partition: 2).position })
                        == Set(waiting.keys))
                if Bool.random(using: &random) {
                    book = try rows.book(partition: 2)
                    restarts += 1
                }
            }
            #expect(book.count == waiting.count && !book.isBehindDecisions)
            for (position, id) in waiting { #expect(book[position]?.transaction.id == id) }
        }
        #expect(checkpoints > 30 && restarts > 10 && decided > 100)
    }

    @Test(
        "an agent that goes on behind its predecessor waits for nothing that is decided",
        arguments: 1...8 as ClosedRange<UInt64>)
    func behind(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var book = PendingBook()
        // The predecessor decided some of what this agent has not read yet.
        let all = (0..<40 as Range<Int64>).map { SourcePosition(offset: $0) }
        let decided = Set(all.filter { _ in Bool.random(using: &random) })
        let start = Int64.random(in: 0...20, using: &random)
        book.decide(Array(decided), ingested: start)
        #expect(book.isBehindDecisions == decided.contains { $0.offset >= start })
        for position in all where position.offset >= start {
            // Some positions hold nothing that waits.
            guard position.offset % 5 != 0 else {
                book.ingest([], through: position.offset + 1)
                continue
            }
            let pending = PendingTransaction(
                payment("p\(position.offset)", seconds: 5), event: event, received: 7)
            let waits = book.add(pending, at: position)
            #expect(waits != decided.contains(position))
            book.ingest(decided.contains(position) ? [] : [position], through: position.offset + 1)
            #expect(book.isBehindDecisions == decided.contains { $0.offset > position.offset })
        }
        #expect(!book.isBehindDecisions)
        let expected = all.filter { $0.offset >= start && $0.offset % 5 != 0 && !decided.contains($0) }
        #expect(book.count == expected.count)
    }

    @Test("come back from their row as they were, whatever is known of them", arguments: 1...6 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for number in 0..<50 {
            var transaction = payment(
                "id-\(number)-\u{E9}\u{1F4B3}", seconds: Int64(truncatingIfNeeded: random.next() >> 20),
                customer: "c\u{301}",
                terminal: "t", amount: Int64.random(in: -5 ... .max, using: &random))
            transaction.kind = PaymentKind.allCases.randomElement(using: &random)
            transaction.channel =
                Bool.random(using: &random) ? PaymentChannel.allCases.randomElement(using: &random) : nil
            for kind in EntityKind.allCases where Bool.random(using: &random) {
                transaction.entities[kind] = "e\(random.next())"
            }
            if Bool.random(using: &random) {
                transaction.original = Money(
                    units: Int64.random(in: 0...1_000_000, using: &random), currency: Currency("USD")!)
            }
            let marks = Mark.allCases.filter { _ in Bool.random(using: &random) }
            let windows = ["a": Double(number) / 3, "b": -0.0, "c": .greatestFiniteMagnitude]
            let id = try #require(EventID(random.bytes(16)))
            var pending = PendingTransaction(
                transaction, event: id, received: Int64.random(in: .min ... .max, using: &random), windows: windows,
                marks: marks, features: [Double(number), -0.5], featureDigest: random.next())
            if Bool.random(using: &random) {
                pending.sealed = .init(
                    epoch: .random(in: 1 ... .max, using: &random), offset: .random(in: 0 ... .max, using: &random))
            }
            let read = try PendingTransaction(decoding: pending.encoded)
            #expect(read.transaction == transaction && read.event == id.bytes && read.received == pending.received)
            #expect(read.windows == windows && read.marks == marks)
            #expect(read.sealed == pending.sealed)
            #expect(read.features == pending.features && read.featureDigest == pending.featureDigest)
        }
    }
}
