import EventLogs
import Manifests
import Records
import Sealing
import SecureScoring
import Support
import Testing
import ThreeParty

/// What a party keeps of transactions that were scored, damaged, and the bounds of their times.
@Suite("Scored transactions in a party's state")
struct AskedEventsDamageTests {
    private let world: World
    private let pieces: Pieces
    private let model: ModelManifest
    private static let table = "asked-0"

    init() throws {
        world = try World()
        let digest = try world.activate("m1", sequence: 1)
        try world.append(try world.seal(1...12))
        pieces = try Pieces(world)
        model = try #require(try pieces.registry.model(digest)).manifest
    }

    private func admission(_ limits: EventTimeLimits? = nil) throws -> Admission {
        try Admission(
            QueryLimits(members: [(world.a.id, .daily(5))], eventTime: limits, known: 6), taken: pieces.taken(),
            partition: pieces.context.partition, state: pieces.state)
    }

    private func batch(_ range: Range<Int64>, _ change: (inout LogRecord) -> Void = { _ in }) throws -> SealedBatch {
        let records = try pieces.sealed().map(\.record).filter { range.contains($0.position.offset) }.map { record in
            var changed = record
            change(&changed)
            return SealedRecord(changed)
        }
        return SealedBatch(partition: 0, transactions: records, in: range, repeats: [], model: model, standing: nil)
    }

    private func admit(_ batch: SealedBatch, to admission: Admission) -> [Int: Refusal] {
        admission.admit(batch, isUsable: { _ in true }, isCounted: { _, _ in false })
    }

    private func settle(_ range: Range<Int64>, in admission: Admission) throws {
        let batch = try batch(range)
        _ = admit(batch, to: admission)
        let none = [UInt8](repeating: 0, count: range.count)
        admission.settle(
            batch, Agreement(plan: batch.plan.digest, codes: (none, none, none), found: none, transcript: .zero))
        try pieces.state.commit(admission.changes, positions: [])
        admission.areCommitted()
        #expect(admission.changes.isEmpty)
    }

    private func rows() throws -> [StateEntry] {
        var rows: [StateEntry] = []
        try pieces.state.scan(Self.table) { rows.append($0) }
        return rows
    }

    private func put(_ key: [UInt8], _ value: [UInt8]) throws {
        try pieces.state.commit([.put(table: Self.table, StateEntry(key: key, value: value, order: 0))], positions: [])
    }

    private func isRefused() throws -> Bool {
        do {
            _ = try admission()
            return false
        } catch let error as LogError {
            #expect("\(error)".contains("malformed scored events, or those of another version of this program"))
            return true
        }
    }

    @Test(
        "cut anywhere, of another version or under another key are refused with a sentence, but for events that are missing whole"
    )
    func damaged() throws {
        let first = try admission()
        for start in [1, 4, 7] as [Int64] { try settle(start..<start + 3, in: first) }
        let rows = try rows()
        // The first batch is known by its number alone.
        #expect(rows.count == 3 && rows[0].key.isEmpty && rows[1].key == Int64(4).bigEndianBytes)
        #expect(try !isRefused())
        for row in rows {
            // Behind the names each day of a member has 13 bytes; each event has 45.
            let (head, each) = row.key.isEmpty ? (11 + world.a.id.name.utf8.count, 13) : (9, 45)
            #expect((row.value.count - head) % each == 0 && row.value.count > head)
            for count in 0...row.value.count + 1 where count != row.value.count {
                try put(row.key, count > row.value.count ? row.value + [0] : Array(row.value.prefix(count)))
                #expect(try isRefused() == (count < head || (count - head) % each != 0), "\(count) bytes")
            }
            for version in UInt8.min...UInt8.max where version != row.value[0] {
                try put(row.key, [version] + row.value.dropFirst())
                #expect(try isRefused(), "\(version)")
            }
            try put(row.key, row.value)
        }
        for key in [[0], [UInt8](repeating: 0, count: 7), [UInt8](repeating: 0, count: 9)] as [[UInt8]] {
            try put(key, rows[1].value)
            #expect(try isRefused())
            try pieces.state.commit([.remove(table: Self.table, key: key)], positions: [])
        }
        // A batch that ends where it begins is none.
        try put(Int64(7).bigEndianBytes, rows[1].value)
        #expect(try isRefused())
    }

    @Test("know an id for a repeat of its own source, and for another's conflict, over a restart")
    func ids() throws {
        try settle(1..<4, in: try admission())
        let again = try admission()
        // The same records at other places of the log.
        let moved = try batch(1..<4) { $0.position = Position($0.position.partition, $0.position.offset + 20) }
        let later = SealedBatch(
            partition: 0, transactions: moved.content.records.map { SealedRecord($0) }, in: 21..<24, repeats: [],
            model: model,
            standing: nil)
        #expect(admit(later, to: again) == [0: .repeated, 1: .repeated, 2: .repeated])
        #expect(
            again.admit(try batch(4..<6), isUsable: { _ in true }, isCounted: { _, _ in true }) == [
                0: .idConflict, 1: .idConflict,
            ])
        #expect(again.admit(try batch(4..<6), isUsable: { $0 == 1 }, isCounted: { _, _ in true }) == [1: .idConflict])
    }

    @Test("are of times within the limits of when their record came: to the second, at either end")
    func times() throws {
        let limits = EventTimeLimits(ahead: 100, late: 1_000)
        let time = try #require(SealedTransaction(try pieces.sealed()[1].record.value ?? [])).header.time.seconds
        for (arrival, refusal) in [
            (time - 101, .timeAhead), (time - 100, nil), (time, nil), (time + 1_000, nil), (time + 1_001, .tooLate),
        ] as [(Int64, Refusal?)] {
            for part in [0, 999_999] as [Int64] {
                let one = try batch(1..<2) { $0.timestamp = arrival * 1_000_000 + part }
                #expect(admit(one, to: try admission(limits))[0] == refusal, "\(arrival - time)")
                #expect(admit(one, to: try admission()).isEmpty)
            }
        }
    }

    @Test("of a day are as many as the budget says, and of the next day as many again")
    func days() throws {
        let admission = try admission()
        let day: Int64 = 86_400_000_000
        let first = try #require(pieces.sealed().first).record.timestamp / day * day
        // Five of one day, then five of the next.
        let batch = try batch(1..<13) { record in
            record.timestamp = record.position.offset <= 6 ? first + day - 1 : first + day
        }
        #expect(admit(batch, to: admission) == [5: .overBudget, 11: .overBudget])
    }
}
