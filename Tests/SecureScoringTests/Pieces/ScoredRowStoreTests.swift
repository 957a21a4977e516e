import EventLogs
import LocalStore
import Records
import SecureScoring
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("Kept rows")
struct ScoredRowStoreTests {
    private let folder: TemporaryFolder
    private let state: any StateStore
    private static let form = Digest32(of: [[1]])
    private static let day: Int64 = 86_400

    init() throws {
        folder = try TemporaryFolder()
        state = try SQLiteStateStore(path: folder.path("rows.sqlite"))
    }

    private func store(days: Int = 30, bytes: Int = 1 << 20) throws -> ScoredRowStore {
        try ScoredRowStore(
            RowTerms(state: state, limits: try #require(RowLimits(days: days, bytes: bytes))), partition: 0)
    }

    private static func key(_ number: Int64) throws -> RowKey {
        RowKey(
            try #require(EventID([UInt8](repeating: 0, count: 8) + number.bigEndianBytes)),
            of: RowKey.Member(try #require(MemberID("bank-a"))))
    }

    /// A batch of one row an offset.
    private static func batch(
        _ range: Range<Int64>, run: UInt8 = 0, day: Int64 = 1, form: Digest32 = form, bits: Int = 12, rows: Int = .max
    ) throws -> RowBatch {
        var batch = RowBatch(
            range, seconds: day * Self.day, form: form, agreed: agreed(range, run), bits: bits)
        for number in range.prefix(rows) {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number) ^ run, count: (bits + 7) / 8)
            batch.append(try key(number), BitShares(first: bytes, second: bytes))
        }
        return batch
    }

    private static func agreed(_ range: Range<Int64>, _ run: UInt8 = 0) -> Digest32 {
        Digest32(of: [range.lowerBound.bigEndianBytes, range.upperBound.bigEndianBytes, [run]])
    }

    private static func labels(
        _ range: Range<Int64>, of events: [Int64], outcome: UInt16 = 1, at offset: Int64 = 10
    ) throws -> RowLabels {
        var labels = RowLabels(range, at: offset)
        for event in events { labels.append(try key(event), CountShare(first: outcome, second: 0)) }
        return labels
    }

    private static func request(_ range: Range<Int64>, labels: Int64) -> RowWindow.Request {
        RowWindow.Request(form: form, bits: 12, range: range, labels: labels)
    }

    private static func said(_ window: RowWindow) -> [UInt16] {
        (0..<window.rows.count).map { window.rows[$0].label.first }
    }

    /// Keeps batches, decides them, and labels all of their events.
    private func fill(_ store: ScoredRowStore, _ batches: Range<Int64>, of events: Int64 = 10) throws {
        for number in batches {
            let range = number * events..<(number + 1) * events
            try store.keep(try Self.batch(range, day: number))
            store.decide(range, agreed: Self.agreed(range))
            store.add(try Self.labels(number..<number + 1, of: Array(range), at: range.upperBound))
            try store.commit(now: .max)
        }
    }

    @Test("are found again with their labels by another reader, whose digest says which they are")
    func found() throws {
        try fill(try store(), 0..<4)
        let reader = try store()
        #expect(reader.count == 40 && reader.labels == 40)
        #expect(reader.kept?.range == 0..<40 && reader.kept?.labels == 4)
        let all = try reader.window(Self.request(0..<40, labels: 4))
        #expect(all.rows.count == 40 && all.rows.bits == 12 && all.events == 40)
        let fewerLabels = try reader.window(Self.request(0..<40, labels: 3))
        #expect(fewerLabels.rows.count == 30 && fewerLabels.events == 40)
        let fewerRows = try reader.window(Self.request(10..<30, labels: 4))
        #expect(fewerRows.rows.count == 20)
        // Batches that are in the window by halves are not in it.
        let middle = try reader.window(Self.request(15..<39, labels: 4))
        #expect(middle.rows.count == 10)
        #expect(Set([all, fewerLabels, fewerRows, middle].map(\.digest)).count == 4)
        #expect(try reader.window(Self.request(0..<40, labels: 4)).digest == all.digest)
    }

    @Test("are kept for as many days as is agreed at each commit, and never for more than the party wants")
    func agreed() throws {
        let days = Mutex<Int?>(nil)
        let limits = try #require(RowLimits(days: 6, bytes: 1 << 20))
        let terms = RowTerms(state: state, limits: limits) { days.withLock { $0 } }
        let store = try ScoredRowStore(terms, partition: 0)
        try fill(store, 0..<6)
        #expect(store.kept?.range == 0..<60)
        for (most, first) in [(100, 0), (3, 20), (3, 20), (1, 40), (nil, 40)] as [(Int?, Int64)] {
            days.withLock { $0 = most }
            try store.commit(now: .max)
            #expect(store.kept?.range == first..<60, "\(most ?? 0) days")
        }
        try fill(store, 6..<12)
        #expect(store.kept?.range == 50..<120)
    }

    /// A state that counts the entries that are read of its tables.
    private final class ReadCount: StoreDecorator {
        let store: any StateStore
        let entries = Mutex(0)

        init(_ store: any StateStore) { self.store = store }

        func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
            try store.scan(table) { entry in
                entries.withLock { $0 += 1 }
                try body(entry)
            }
        }

        func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws {
            try store.scan(table, from: first) { entry in
                entries.withLock { $0 += 1 }
                return try body(entry)
            }
        }
    }

    @Test("of a window are read alone, with labels since, however much is kept: the same rows as are read of all")
    func onlyTheWindow() throws {
        let store = try store(days: 3650)
        // Each batch is labelled when the three behind it have been scored; one is labelled again at the end.
        for number in 0..<1_000 as Range<Int64> {
            let range = number * 2..<(number + 1) * 2
            try store.keep(try Self.batch(range))
            store.decide(range, agreed: Self.agreed(range))
            let events = number < 3 ? [] : [2 * (number - 3), 2 * (number - 3) + 1]
            store.add(try Self.labels(number..<number + 1, of: events, at: range.upperBound))
        }
        store.add(try Self.labels(1_000..<1_001, of: [1_900], outcome: 0, at: 2_000))
        try store.commit(now: .max)
        let counting = ReadCount(state)
        let reader = try ScoredRowStore(
            RowTerms(state: counting, limits: try #require(RowLimits(days: 3650, bytes: 1 << 20))), partition: 0)
        let window = try reader.window(Self.request(1_880..<1_920, labels: 1_001))
        #expect(window.events == 40 && window.rows.count == 40)
        #expect(Self.said(window) == (1_880..<1_920).map { $0 == 1_900 ? 0 : 1 })
        // 20 batches and the one behind, 60 of labels, and what finds the first of these.
        #expect(counting.entries.withLock { $0 } < 120)
        // The newest rows have no labels yet; the oldest have all of theirs.
        let newest = try reader.window(Self.request(1_980..<2_000, labels: 1_000))
        #expect(newest.events == 20 && newest.rows.count == 14)
        let oldest = try reader.window(Self.request(0..<20, labels: 1_001))
        #expect(oldest.events == 20 && oldest.rows.count == 20)
    }

    @Test("tell of each row with a label its member, and a place in the log that no other row has")
    func origins() throws {
        let store = try store()
        let names = try ["bank-b", "bank-a", "bank-c"].map { try #require(MemberID($0)) }
        func key(_ number: Int64) throws -> RowKey {
            let id = try #require(EventID([UInt8](repeating: 0, count: 8) + number.bigEndianBytes))
            return RowKey(id, of: RowKey.Member(names[Int(number % 2)]))
        }
        for range in [10..<14 as Range<Int64>, 20..<29] {
            var batch = RowBatch(
                range, seconds: Self.day, form: Self.form, agreed: Self.agreed(range), bits: 12)
            // Two records of the first batch were refused.
            for number in range.dropFirst(range.lowerBound == 10 ? 2 : 6) {
                batch.append(try key(number), BitShares(first: [0, 0], second: [0, 0]))
            }
            try store.keep(batch)
            store.decide(range, agreed: Self.agreed(range))
        }
        var labels = RowLabels(0..<1, at: 29)
        for number: Int64 in [12, 13, 26, 28] { labels.append(try key(number), CountShare(first: 1, second: 0)) }
        store.add(labels)
        try store.commit(now: .max)
        let window = try store.window(Self.request(10..<29, labels: 1))
        #expect(window.memberOf == [0, 1, 0, 0] && window.offsets == [10, 11, 20, 22])
        let source = try window.source(of: names.shuffled())
        #expect(source.members == [names[0], names[1]] && source.memberOf == window.memberOf)
        #expect(source.offsets == window.offsets && source.digest == window.digest && source.rows.count == 4)
        #expect(throws: RowWindowError.unknownMember) { try window.source(of: names.dropFirst()) }
    }

    @Test("have the digest of what was agreed on, of their events, and of which of them have a label")
    func digest() throws {
        func digest(_ change: (ScoredRowStore) throws -> Void) throws -> Digest32 {
            let store = try ScoredRowStore(
                RowTerms(
                    state: try SQLiteStateStore(path: TemporaryFolder().path("other.sqlite")),
                    limits: try #require(RowLimits(days: 30, bytes: 1 << 20))), partition: 0)
            try change(store)
            store.decide(10..<11, agreed: .zero)
            try store.commit(now: .max)
            return try store.window(Self.request(0..<10, labels: 0)).digest
        }
        func kept(_ batch: RowBatch, run: UInt8 = 0) throws -> Digest32 {
            try digest { store in
                try store.keep(batch)
                store.decide(0..<10, agreed: Self.agreed(0..<10, run))
            }
        }
        let one = try kept(try Self.batch(0..<10))
        #expect(try kept(try Self.batch(0..<10)) == one)
        #expect(try kept(try Self.batch(0..<10, run: 1), run: 1) != one)
        #expect(try kept(try Self.batch(0..<10, rows: 9)) != one)
    }

    @Test("are those of the batch that was decided, whatever was computed before it")
    func replaced() throws {
        let first = try store()
        try first.keep(try Self.batch(0..<10))
        // It was never decided; other records are, then the same over other counts, then the process ends.
        try first.keep(try Self.batch(0..<6))
        try first.keep(try Self.batch(0..<6, run: 1))
        let second = try store()
        #expect(second.count == 6)
        second.decide(0..<6, agreed: Self.agreed(0..<6, 1))
        try second.keep(try Self.batch(6..<10))
        // Computed once more, to the same bytes.
        try second.keep(try Self.batch(6..<10))
        second.decide(6..<10, agreed: Self.agreed(6..<10))
        try second.commit(now: .max)
        let third = try store()
        #expect(third.count == 10)
        // A party that counts from the beginning comes by what it has.
        third.decide(0..<6, agreed: Self.agreed(0..<6, 1))
        third.decide(6..<10, agreed: Self.agreed(6..<10))
        try third.commit(now: .max)
        #expect(third.count == 10 && third.kept?.range == 0..<10)
        // What was computed here, and decided otherwise, goes.
        try third.keep(try Self.batch(10..<20))
        third.decide(10..<15, agreed: Self.agreed(10..<15))
        try third.commit(now: .max)
        #expect(try store().count == 10)
        #expect(try store().window(Self.request(0..<15, labels: 0)).events == 10)
        // So does the same range of another run, whose bits of counts are others.
        try third.keep(try Self.batch(15..<20))
        third.decide(15..<20, agreed: Self.agreed(15..<20, 1))
        try third.commit(now: .max)
        #expect(third.count == 10)
    }

    @Test("take no labels before there are rows")
    func labelsFirst() throws {
        let store = try store()
        store.add(try Self.labels(0..<1, of: [0, 1]))
        try store.commit(now: .max)
        #expect(store.labels == 0 && store.bytes == 0)
        try store.keep(try Self.batch(0..<3))
        store.add(try Self.labels(1..<2, of: [0, 1]))
        try store.commit(now: .max)
        #expect(store.labels == 2)
    }

    @Test("take labels once, and of an event the one that was said last")
    func labelled() throws {
        let first = try store()
        try first.keep(try Self.batch(0..<3))
        first.decide(0..<3, agreed: Self.agreed(0..<3))
        first.add(try Self.labels(0..<1, of: [0, 1, 7], outcome: 1))
        first.add(try Self.labels(1..<2, of: [1], outcome: 0))
        try first.commit(now: .max)
        // The counts are read again from before the first of them.
        let second = try store()
        second.add(try Self.labels(0..<1, of: [0, 1, 7], outcome: 1))
        second.add(try Self.labels(1..<2, of: [1], outcome: 0))
        try second.commit(now: .max)
        #expect(second.labels == 4)
        let window = try second.window(Self.request(0..<3, labels: 2))
        #expect(window.rows.count == 2 && window.events == 3)
        #expect(Self.said(window) == [1, 0])
        #expect(Self.said(try second.window(Self.request(0..<3, labels: 1))) == [1, 1])
    }

    @Test("go by days, and labels with the rows that they are of")
    func days() throws {
        let store = try store(days: 5)
        try fill(store, 0..<20)
        // The newest is of day 19.
        #expect(store.kept?.range == 140..<200 && store.count == 60)
        #expect(store.labels == 60)
        #expect(throws: RowWindowError.notKept(from: 140)) {
            try store.window(Self.request(130..<200, labels: 20))
        }
        #expect(try store.window(Self.request(140..<200, labels: 20)).rows.count == 60)
        #expect(try self.store(days: 5).bytes == store.bytes)
        // A log's time that this party's clock has not come to makes nothing old.
        try store.keep(try Self.batch(200..<210, day: 1000))
        store.decide(200..<210, agreed: Self.agreed(200..<210))
        try store.commit(now: 19 * Self.day)
        #expect(store.count == 70)
        try store.commit(now: 21 * Self.day)
        #expect(store.kept?.range == 160..<210)
    }

    @Test("go by bytes, the oldest first, and never the batch that is not decided yet")
    func bytes() throws {
        let store = try store(days: 3650)
        try fill(store, 0..<40, of: 1500)
        #expect(store.bytes <= 1 << 20 && store.bytes > 900_000)
        #expect(store.kept?.range.upperBound == 60_000)
        // Two megabytes.
        try store.keep(try Self.batch(60_000..<60_001, day: 40, bits: 8_000_000))
        try store.commit(now: .max)
        #expect(store.count == 1)
        store.decide(60_000..<60_001, agreed: Self.agreed(60_000..<60_001))
        try store.commit(now: .max)
        #expect(store.count == 0 && store.labels == 0 && store.bytes == 0)
    }

    @Test("of a window that is not kept, decided or labelled, or of another form, are not handed out")
    func refused() throws {
        let store = try store()
        #expect(throws: RowWindowError.notKept(from: nil)) { try store.window(Self.request(0..<1, labels: 0)) }
        try store.keep(try Self.batch(10..<20))
        #expect(throws: RowWindowError.notKept(from: 10)) { try store.window(Self.request(9..<20, labels: 0)) }
        #expect(throws: RowWindowError.notDecided(from: 0)) { try store.window(Self.request(10..<20, labels: 0)) }
        store.decide(10..<20, agreed: Self.agreed(10..<20))
        #expect(throws: RowWindowError.notLabelled(from: 0)) { try store.window(Self.request(10..<20, labels: 1)) }
        try store.keep(try Self.batch(20..<30, form: Digest32(of: [[2]])))
        store.decide(20..<30, agreed: Self.agreed(20..<30))
        try store.commit(now: .max)
        let window = try store.window(Self.request(10..<30, labels: 0))
        #expect(window.events == 10 && window.otherForms == 10)
    }

    @Test("that are no rows of this version are refused with a sentence")
    func malformed() throws {
        for table in ["rows-head-0", "rows-0", "rows-labels-0"] {
            let key = table == "rows-head-0" ? [] : Int64(0).bigEndianBytes
            let state = try SQLiteStateStore(path: folder.path("\(table).sqlite"))
            let terms = RowTerms(state: state, limits: try #require(RowLimits(days: 3, bytes: 1 << 20)))
            try state.commit(
                [.put(table: table, StateEntry(key: key, value: [9, 9], order: 0))], positions: [])
            #expect(throws: LogError.self) { try ScoredRowStore(terms, partition: 0).commit(now: .max) }
        }
    }
}
