import EventLogs
import Manifests
import Records
import Sealing
import SecureScoring
import Support
import Testing
import ThreeParty

/// Admission beside a plain list of what was taken.
@Suite("The admission of transactions, beside a plain list")
struct AdmissionModelTests {
    private let world: World
    private let pieces: Pieces
    private let model: ModelManifest
    private let records: [LogRecord]
    private static let budget = 4
    private static let day: Int64 = 86_400_000_000

    init() throws {
        world = try World()
        let digest = try world.activate("m1", sequence: 1)
        var random = SplitMix64(8)
        // Forty records, some of them of one transaction.
        try world.append(try world.seal((0..<40).map { _ in Int64.random(in: 1...30, using: &random) }))
        pieces = try Pieces(world)
        model = try #require(try pieces.registry.model(digest)).manifest
        let first = try #require(pieces.sealed().first).record.timestamp / Self.day * Self.day
        records = try pieces.sealed().map(\.record).enumerated().map { place, record in
            var dated = record
            dated.timestamp = first + Int64(place / 7) * Self.day + Int64(place)
            return dated
        }
    }

    private struct Event: Equatable {
        var offset: Int64
        var id: EventID
        var day: Int64
    }

    private func event(_ offset: Int64) throws -> Event {
        let record = records[Int(offset)]
        let header = try #require(SealedTransaction(record.value ?? [])).header
        return Event(offset: offset, id: try #require(header.event), day: record.timestamp / Self.day)
    }

    private func batch(_ range: Range<Int64>) -> SealedBatch {
        SealedBatch(
            partition: 0, transactions: records[Int(range.lowerBound)..<Int(range.upperBound)].map { SealedRecord($0) },
            in: range,
            repeats: [], model: model, standing: nil)
    }

    private func admission() throws -> Admission {
        try Admission(
            QueryLimits(members: [(world.a.id, .daily(Self.budget))], eventTime: nil), taken: pieces.taken(),
            partition: pieces.context.partition, state: pieces.state)
    }

    @Test("refuses what a list of all that was taken refuses, whatever was given up, begun again and restarted")
    func agrees() throws {
        for seed in 1...40 as ClosedRange<UInt64> { try check(seed) }
    }

    private func check(_ seed: UInt64) throws {
        var random = SplitMix64(seed)
        var rows: [[UInt8]] = []
        try pieces.state.scan("asked-0") { rows.append($0.key) }
        try pieces.state.commit(rows.map { .remove(table: "asked-0", key: $0) }, positions: [])
        var admission = try admission()
        var settled: [Event] = []
        var begins: [Int64] = []
        var end: Int64 = 1
        var underWay: [(range: Range<Int64>, taken: [Event])] = []
        for _ in 0..<60 {
            let next = underWay.last?.range.upperBound ?? end
            switch Int.random(in: 0..<12, using: &random) {
            case 0...4 where underWay.count < 2 && next < 40:
                let range = next..<min(next + Int64.random(in: 1...6, using: &random), 41)
                let usable = range.map { _ in Int.random(in: 0..<6, using: &random) > 0 }
                var known = settled + underWay.flatMap(\.taken)
                var (taken, expected) = ([Event](), [Int: Refusal]())
                for (place, offset) in range.enumerated() where usable[place] {
                    let event = try event(offset)
                    if known.contains(where: { $0.id == event.id }) {
                        expected[place] = .repeated
                    } else if known.count(where: { $0.day == event.day }) >= Self.budget {
                        expected[place] = .overBudget
                    } else {
                        known.append(event)
                        taken.append(event)
                    }
                }
                let refused = admission.admit(batch(range), isUsable: { usable[$0] }, isCounted: { _, _ in false })
                #expect(refused == expected, "\(range) with seed \(seed)")
                underWay.append((range, taken))
            case 5...8 where !underWay.isEmpty:
                // Others may refuse what this party would take, and no party takes what this one refuses.
                let (range, taken) = underWay.removeFirst()
                let agreed = taken.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                let codes = range.map { offset in agreed.contains { $0.offset == offset } ? UInt8(0) : 6 }
                let none = [UInt8](repeating: 0, count: codes.count)
                let batch = batch(range)
                admission.settle(
                    batch,
                    Agreement(plan: batch.plan.digest, codes: (none, codes, none), found: none, transcript: .zero))
                settled += agreed
                begins.append(range.lowerBound)
                end = range.upperBound
                if Bool.random(using: &random) || underWay.isEmpty {
                    try pieces.state.commit(admission.changes, positions: [])
                    admission.areCommitted()
                }
            case 9: underWay = []
            case 10:
                try pieces.state.commit(admission.changes, positions: [])
                underWay = []
                admission = try self.admission()
            case 11 where underWay.isEmpty && !begins.isEmpty && Int.random(in: 0..<3, using: &random) == 0:
                // The leader lost its state, and begins again where a batch began.
                end = begins.randomElement(using: &random)!
                settled.removeAll { $0.offset >= end }
                begins.removeAll { $0 >= end }
            default: break
            }
        }
    }
}
