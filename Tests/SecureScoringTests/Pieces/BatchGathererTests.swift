import EventLogs
import Records
import SecureScoring
import Stages
import Testing

@Suite("A leader's next batch")
struct BatchGathererTests {
    private let world: World
    private let pieces: Pieces
    private let start = Moment(sinceStart: .seconds(5))

    init() throws {
        world = try World()
        pieces = try Pieces(world)
        try world.activate("v1", sequence: 1)
        // One by one, so that each has a time of its own in the log.
        for record in try world.seal(1...6) { try world.append([record]) }
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 7, until: pieces.clock.now)
    }

    /// A gatherer that holds the records at these offsets.
    private func gatherer(_ range: ClosedRange<Int64>, limit: Int = 10) throws -> BatchGatherer {
        var gatherer = BatchGatherer(limit: limit, now: start)
        gatherer.add(try pieces.sealed().filter { range.contains($0.record.position.offset) })
        return gatherer
    }

    /// A queue with the transactions of a range under way.
    private func queue(_ range: Range<Int64>) throws -> BatchQueue {
        var queue = BatchQueue(limit: 3)
        queue.append(
            SealedBatch(
                partition: 0, transactions: try pieces.sealed().filter { range.contains($0.record.position.offset) },
                in: range,
                repeats: [], model: try pieces.models.model(at: range.lowerBound), standing: nil))
        return queue
    }

    private enum Outcome: Equatable {
        case wait
        case activation(Int64)
        case repeats(Int, end: Int64)
        case transactions([Int64], end: Int64, repeats: [Int64])
    }

    private func next(
        _ gatherer: inout BatchGatherer, after queue: BatchQueue = BatchQueue(limit: 3), at now: Moment? = nil,
        counted: Bool = false, label: Int64? = nil, repeats: Set<Int64> = []
    ) throws -> Outcome {
        let step = try gatherer.next(after: queue, at: now ?? start) {
            BatchGatherer.Terms(isCounted: counted, label: label)
        } isRepeat: {
            repeats.contains($0.record.position.offset)
        }
        switch step {
        case .wait: return .wait
        case .activation(let record): return .activation(record.record.position.offset)
        case .repeats(let count, let end): return .repeats(count, end: end)
        case .transactions(let records, let end, let repeats):
            return .transactions(records.map(\.record.position.offset), end: end, repeats: repeats)
        }
    }

    @Test("closes at once where nothing is under way, and then on the beat")
    func beat() throws {
        var gatherer = try gatherer(1...3)
        gatherer.rest(until: start + .milliseconds(10))
        #expect(try next(&gatherer, at: start + .milliseconds(9)) == .wait)
        #expect(try next(&gatherer, at: start + .milliseconds(10)) == .transactions([1, 2, 3], end: 4, repeats: []))
        #expect(gatherer.isEmpty)
        #expect(try next(&gatherer, at: start + .seconds(1)) == .wait)
    }

    @Test("closes behind another one only where it is full")
    func full() throws {
        let queue = try queue(1..<3)
        var partial = try gatherer(3...5, limit: 4)
        #expect(partial.room == 1)
        #expect(try next(&partial, after: queue, at: start + .seconds(9)) == .wait)
        partial.add(try pieces.sealed().filter { $0.record.position.offset == 6 })
        #expect(partial.room == 0)
        #expect(try next(&partial, after: queue) == .transactions([3, 4, 5, 6], end: 7, repeats: []))
    }

    @Test("waits for the one before where the model reads counts")
    func counted() throws {
        var gatherer = try gatherer(3...4, limit: 2)
        #expect(try next(&gatherer, after: queue(1..<3), counted: true) == .wait)
        #expect(try next(&gatherer, counted: true) == .transactions([3, 4], end: 5, repeats: []))
    }

    @Test("ends with what is no later in the log than a label, which may be of an event of its own time")
    func label() throws {
        let time = try pieces.sealed()[3].record.timestamp
        var gatherer = try gatherer(1...4)
        #expect(try next(&gatherer, counted: true, label: time) == .transactions([1, 2, 3], end: 4, repeats: []))
        #expect(try next(&gatherer, counted: true, label: time) == .wait)
        #expect(try next(&gatherer, counted: true, label: time + 1) == .transactions([4], end: 5, repeats: []))
    }

    @Test("ends where the model changes, and the change waits until nothing is under way")
    func activation() throws {
        try world.activate("v2", sequence: 2)
        try world.append(try world.seal(7...8))
        var gatherer = try gatherer(5...9)
        #expect(try next(&gatherer) == .transactions([5, 6], end: 7, repeats: []))
        var full = gatherer
        full.add([])
        #expect(try next(&full, after: queue(5..<7)) == .wait)
        #expect(try next(&gatherer) == .activation(7))
        #expect(try next(&gatherer) == .transactions([8, 9], end: 10, repeats: []))
    }

    @Test("leaves out what repeats what is scored; nothing else makes no batch")
    func repeats() throws {
        var some = try gatherer(1...4)
        #expect(try next(&some, repeats: [2, 3]) == .transactions([1, 2, 3, 4], end: 5, repeats: [2, 3]))
        var all = try gatherer(1...2, limit: 2)
        #expect(try next(&all, after: queue(3..<4), repeats: [1, 2]) == .wait)
        #expect(try next(&all, repeats: [1, 2]) == .repeats(2, end: 3))
        #expect(all.isEmpty)
    }

    @Test("waits where a record may repeat what is under way")
    func repeatsUnderWay() throws {
        try world.append(try world.seal(2...2))
        var gatherer = try gatherer(7...7, limit: 1)
        #expect(try next(&gatherer, after: queue(1..<4)) == .wait)
        #expect(try next(&gatherer, repeats: [7]) == .repeats(1, end: 8))
    }
}
