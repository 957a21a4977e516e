import EventLogs
import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

/// Rows of three parties, of which it is known what they are shares of.
@Suite("Kept rows that are refreshed")
struct RefreshedRowsTests {
    private static let form = Digest32(of: [[1]])
    private static let nextForm = Digest32(of: [[78]])
    private static let bits = 12
    private static let agreed = Digest32(of: [[2]])
    private static let members = ["bank-a", "bank-b"].map { MemberID($0)! }
    private static let keys = (1...3 as ClosedRange<UInt32>).map { number in
        RefreshKey(
            generation: ShareGeneration(number), base: .zero,
            parts: [5, 6, 7].map { [UInt8](repeating: $0 + UInt8(number), count: RefreshKey.keyBytes) })
    }

    private let folder: TemporaryFolder
    private let rows: [[UInt8]]

    init() throws {
        folder = try TemporaryFolder()
        rows = (0..<40).map { [UInt8(truncatingIfNeeded: $0 * 37 + 1), UInt8($0 % 16)] }
        for party in PartyID.allCases { try fill(party) }
    }

    private func store(_ party: PartyID) throws -> ScoredRowStore {
        let state = try SQLiteStateStore(path: folder.path("\(party).sqlite"))
        return try ScoredRowStore(
            RowTerms(state: state, limits: try #require(RowLimits(days: 30, bytes: 1 << 20))), partition: 0)
    }

    private static func key(_ number: Int) throws -> RowKey {
        RowKey(
            try #require(EventID([UInt8](repeating: 0, count: 8) + UInt64(number).bigEndianBytes)),
            of: RowKey.Member(members[number % 2]))
    }

    /// Four batches of ten rows; the last one is computed in generation 2. All but every fifth are labelled, every third as a
    /// fraud; the first labels say the contrary of rows 0 and 1 before.
    private func fill(_ party: PartyID) throws {
        let store = try store(party)
        var random = SplitMix64(state: 9)
        func deal(_ bytes: [UInt8], mask: [UInt8]) -> BitShares {
            let (zero, one) = (
                mask.map { UInt8.random(in: 0...255, using: &random) & $0 },
                mask.map { UInt8.random(in: 0...255, using: &random) & $0 }
            )
            let all = [zero, one, bytes.indices.map { bytes[$0] ^ zero[$0] ^ one[$0] }]
            return BitShares(first: all[party.rawValue], second: all[party.next.rawValue])
        }
        for number in 0..<4 {
            let range = Int64(10 * number)..<Int64(10 * number + 10)
            let born = ShareGeneration(number == 3 ? 2 : 0)
            var batch = RowBatch(
                range, seconds: 86_400 * Int64(number), form: Self.form, agreed: Self.agreed, bits: Self.bits,
                born: born)
            var labels = RowLabels(Int64(number)..<Int64(number + 1), at: range.upperBound, born: born)
            func label(_ row: Int, _ fraud: Bool) throws {
                let share = deal([fraud ? 1 : 0], mask: [1])
                labels.append(
                    try Self.key(row), CountShare(first: UInt16(share.first[0]), second: UInt16(share.second[0])))
            }
            for row in range.map({ Int($0) }) {
                // Every fourth has no bits of the next spec; the others' are the row's own, turned round.
                batch.append(
                    try Self.key(row), deal(rows[row], mask: [0xFF, 0x0F]),
                    shadow: row % 4 == 3 ? nil : deal([~rows[row][0]], mask: [0xFF]), form: Self.nextForm, bits: 8)
                if row < 2 { try label(row, row % 3 != 0) }
                if row % 5 != 4 { try label(row, row % 3 == 0) }
            }
            try store.keep(batch)
            store.decide(range, agreed: Self.agreed)
            store.add(labels)
            try store.commit(now: 0)
        }
    }

    private func refresh(_ party: PartyID, _ keys: [RefreshKey] = keys) -> RowRefresh { RowRefresh(party, keys) }

    private func windows(
        in generation: UInt32, keys: [RefreshKey] = keys, _ parties: [PartyID] = PartyID.allCases
    ) throws -> [RowWindow] {
        try parties.map { party in
            try store(party).window(
                RowWindow.Request(form: Self.form, bits: Self.bits, range: 0..<40, labels: 4),
                in: ShareGeneration(generation), by: refresh(party, keys))
        }
    }

    /// Holds that three parties have the rows and labels that were dealt.
    private func expect(_ windows: [RowWindow], without member: Int? = nil) {
        let expected = rows.indices.filter { $0 % 5 != 4 && $0 % 2 != member }
        #expect(windows.allSatisfy { $0.rows.count == expected.count && $0.digest == windows[0].digest })
        for (place, row) in expected.enumerated() {
            let parts = windows.map { $0.rows[place] }
            for at in 0..<2 { #expect(parts.reduce(0) { $0 ^ $1.shares.first[at] } == rows[row][at]) }
            #expect((0..<3).allSatisfy { parts[$0].shares.second == parts[($0 + 1) % 3].shares.first })
            // The bits that fill up the last byte are nobody's.
            #expect(parts.allSatisfy { $0.shares.first[1] & 0xF0 == 0 && $0.shares.second[1] & 0xF0 == 0 })
            #expect(parts.reduce(0) { $0 ^ $1.label.first } == (row % 3 == 0 ? 1 : 0))
            #expect((0..<3).allSatisfy { parts[$0].label.second == parts[($0 + 1) % 3].label.first })
        }
    }

    /// Holds that three parties have the bits of the next spec that were dealt, whose refresh is not that of the others.
    private func expectShadow(in generation: UInt32, without member: Int? = nil) throws {
        let windows = try PartyID.allCases.map { party in
            try store(party).window(
                RowWindow.Request(form: Self.nextForm, bits: 8, range: 0..<40, labels: 4),
                in: ShareGeneration(generation), by: refresh(party))
        }
        let expected = rows.indices.filter { $0 % 5 != 4 && $0 % 4 != 3 && $0 % 2 != member }
        #expect(windows.allSatisfy { $0.rows.count == expected.count && $0.digest == windows[0].digest })
        for (place, row) in expected.enumerated() {
            let parts = windows.map { $0.rows[place] }
            #expect(parts.reduce(0) { $0 ^ $1.shares.first[0] } == ~rows[row][0])
            #expect((0..<3).allSatisfy { parts[$0].shares.second == parts[($0 + 1) % 3].shares.first })
        }
    }

    @Test("by both specs at once, of one generation")
    func bothForms() throws {
        for party in [PartyID.zero, .two] { try bring(party, to: 2) }
        let windows = try PartyID.allCases.map { party in
            try store(party).window(
                RowWindow.Request(
                    form: Self.form, bits: Self.bits, range: 0..<40, labels: 4,
                    beside: .init(form: Self.nextForm, bits: 8)), in: ShareGeneration(2), by: refresh(party))
        }
        let expected = rows.indices.filter { $0 % 5 != 4 && $0 % 4 != 3 }
        #expect(windows.allSatisfy { $0.rows.count == expected.count && $0.digest == windows[0].digest })
        #expect(windows.allSatisfy { $0.otherForms == rows.count / 4 })
        for (place, row) in expected.enumerated() {
            let bits = windows.map { $0.rows[place].shares.first }
            #expect(rows[row].indices.map { bits[0][$0] ^ bits[1][$0] ^ bits[2][$0] } == rows[row])
            #expect(windows.reduce(0) { $0 ^ ($1.beside?[place].shares.first[0] ?? 0) } == ~rows[row][0])
        }
    }

    @Test("with their bits of the next spec, in any generation, and after a member's are erased")
    func shadow() throws {
        try expectShadow(in: 0)
        let before = try store(.zero).window(
            RowWindow.Request(form: Self.nextForm, bits: 8, range: 0..<40, labels: 4))
        for party in PartyID.allCases { try bring(party, to: 2) }
        try expectShadow(in: 2)
        let after = try store(.zero).window(
            RowWindow.Request(form: Self.nextForm, bits: 8, range: 0..<40, labels: 4), in: ShareGeneration(2),
            by: refresh(.zero))
        let scored = try windows(in: 2)[0]
        #expect((0..<8).contains { before.rows[$0].shares.first != after.rows[$0].shares.first })
        #expect(scored.rows.count > after.rows.count)
        for party in PartyID.allCases { _ = try store(party).erase(of: Self.members[0], before: nil) }
        try expectShadow(in: 2, without: 0)
    }

    /// Brings all rows of a party to a generation, so many bytes at a time.
    private func bring(_ party: PartyID, to generation: UInt32, keys: [RefreshKey] = keys, bytes: Int = 100) throws {
        let store = try store(party)
        var cursor = ScoredRowStore.RefreshCursor(ShareGeneration(generation))
        while !cursor.isDone { try store.refreshNext(&cursor, by: refresh(party, keys), bytes: bytes) }
    }

    @Test("are the same rows in every generation, in other shares")
    func generations() throws {
        var seen: Set<[UInt8]> = []
        for generation in 0...3 as ClosedRange<UInt32> {
            let found = try windows(in: generation)
            expect(found)
            seen.insert((0..<found[0].rows.count).flatMap { found[0].rows[$0].shares.first })
        }
        #expect(seen.count == 4)
    }

    @Test("of one party before and of another after add up to nothing")
    func stolen() throws {
        let (before, after) = (try windows(in: 0), try windows(in: 1))
        var opened = 0
        // Rows of batches that begin behind the refresh were never shared otherwise.
        for place in 0..<24 {
            let (old, new) = (before[0].rows[place], after[1].rows[place])
            let sum = (0..<2).map { old.shares.first[$0] ^ new.shares.first[$0] ^ new.shares.second[$0] }
            let row = rows.indices.filter { $0 % 5 != 4 }[place]
            if sum == rows[row] { opened += 1 }
        }
        #expect(opened <= 2, "one of 4,096 by chance")
    }

    @Test("come to a generation in the background, a few at a time, and go on where a process ended")
    func background() throws {
        for party in PartyID.allCases {
            let store = try store(party)
            let bytes = store.bytes
            var cursor = ScoredRowStore.RefreshCursor(ShareGeneration(1))
            try store.refreshNext(&cursor, by: refresh(party), bytes: 1)
            #expect(!cursor.isDone)
            // Some rows are of the old generation, others of the new one; readers have either.
            expect(try windows(in: 0))
            expect(try windows(in: 1))
            try bring(party, to: 1)
            #expect(try self.store(party).bytes == bytes)
        }
        for generation in 0...3 as ClosedRange<UInt32> { expect(try windows(in: generation)) }
        // Without a key there is no other generation than theirs.
        expect(try windows(in: 1, keys: []))
        #expect(throws: RowWindowError.otherGeneration) { try windows(in: 0, keys: []) }
        #expect(throws: RowWindowError.otherGeneration) { try windows(in: 2, keys: [Self.keys[0]]) }
        for party in PartyID.allCases { try bring(party, to: 3, keys: Array(Self.keys[1...]), bytes: 1 << 20) }
        expect(try windows(in: 3, keys: []))
        #expect(throws: RowWindowError.otherGeneration) { try bring(.one, to: 4, keys: []) }
    }

    @Test("stay the same rows where a member's are erased, at one party before the refresh and at others behind it")
    func erased() throws {
        let member = Self.members[1]
        _ = try store(.zero).erase(of: member, before: nil)
        for party in PartyID.allCases { try bring(party, to: 1) }
        for party in [PartyID.one, .two] { _ = try store(party).erase(of: member, before: nil) }
        expect(try windows(in: 1, keys: []), without: 1)
    }

    @Test("are found one by one in the generation that is asked for, as a replay does")
    func single() throws {
        func sum(_ row: Int, in generation: UInt32) throws -> [UInt8] {
            var sum: [UInt8] = [0, 0]
            for party in PartyID.allCases {
                guard
                    case .kept(_, _, let shares) = try store(party).row(
                        at: Int64(row), Self.key(row), in: ShareGeneration(generation), by: refresh(party))
                else { continue }
                for at in 0..<2 { sum[at] ^= shares.first[at] }
            }
            return sum
        }
        try bring(.two, to: 2)
        for row in [0, 9, 25, 38] {
            #expect(try sum(row, in: 2) == rows[row] && sum(row, in: 0) == rows[row])
        }
    }

    @Test("keep a generation's key until all have come to it")
    func kept() throws {
        let shares = ShareStore(try SQLiteStateStore(path: folder.path("shares.sqlite")))
        try shares.keep(Self.keys[0], after: .dealt)
        try shares.noteCounts(ShareGeneration(1), partition: 0)
        func erase() throws -> Bool {
            try shares.erase(through: ShareGeneration(1), partitions: 0..<1, keepsRows: true) { _ in .dealt }
        }
        #expect(try !erase() && shares.generations() == [ShareGeneration(1)])
        #expect(try shares.rows(partition: 0) == nil)
        try shares.noteRows(ShareGeneration(1), partition: 0)
        #expect(try erase() && shares.generations() == [])
    }
}
