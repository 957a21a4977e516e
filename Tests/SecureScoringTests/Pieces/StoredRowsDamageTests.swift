import EventLogs
import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

/// What a party keeps of rows, with each byte changed, cut off or put behind: it is no row then, or reads as one of its size.
@Suite("Kept rows that are damaged")
struct StoredRowsDamageTests {
    private static let form = Digest32(of: [[1]])
    private static let nextForm = Digest32(of: [[2]])
    private let folder: TemporaryFolder
    private let state: any StateStore

    init() throws {
        folder = try TemporaryFolder()
        state = try SQLiteStateStore(path: folder.path("rows.sqlite"))
        let store = try Self.store(state)
        for first in [0, 10] as [Int64] {
            var batch = RowBatch(
                first..<first + 10, seconds: 86_400, form: Self.form, agreed: Self.agreed, bits: 12,
                slots: first == 0 ? 2 : 0)
            for number in first..<first + 3 {
                let shares = BitShares(first: [1, 2], second: [3, 4])
                if first == 0 {
                    batch.append(try Self.key(number), shares, members: [5, 6])
                } else {
                    let next = number == first ? nil : BitShares(first: [7], second: [8])
                    batch.append(try Self.key(number), shares, shadow: next, form: Self.nextForm, bits: 5)
                }
            }
            try store.keep(batch)
            store.decide(first..<first + 10, agreed: Self.agreed)
        }
        var labels = RowLabels(0..<4, at: 20)
        for number in [0, 1, 11, 12] as [Int64] { labels.append(try Self.key(number), CountShare(first: 1, second: 0)) }
        store.add(labels)
        try store.commit(now: .max)
    }

    private static let agreed = Digest32(of: [[3]])

    private static func store(_ state: any StateStore) throws -> ScoredRowStore {
        try ScoredRowStore(
            RowTerms(state: state, limits: try #require(RowLimits(days: 30, bytes: 1 << 20))), partition: 0)
    }

    private static func key(_ number: Int64) throws -> RowKey {
        RowKey(
            try #require(EventID([UInt8](repeating: 0, count: 8) + number.bigEndianBytes)),
            of: RowKey.Member(try #require(MemberID("bank-a"))))
    }

    private func rows(_ table: String) throws -> [StateEntry] {
        var rows: [StateEntry] = []
        try state.scan(table) { rows.append($0) }
        return rows
    }

    private func put(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws {
        try state.commit([.put(table: table, StateEntry(key: key, value: value, order: 0))], positions: [])
    }

    /// What a reader has of the whole window; nil where it says that rows are malformed.
    private func window(_ form: Digest32 = form, bits: Int = 12) throws -> RowWindow? {
        do {
            return try Self.store(state).window(RowWindow.Request(form: form, bits: bits, range: 0..<20, labels: 4))
        } catch let error as LogError {
            #expect("\(error)".contains("malformed rows, or those of another version of this program"))
            return nil
        }
    }

    @Test("are read as they were kept, by both forms")
    func sound() throws {
        #expect(try window()?.rows.count == 4 && window()?.events == 6)
        #expect(try window(Self.nextForm, bits: 5)?.rows.count == 2)
        #expect(try rows("rows-0").count == 2 && rows("rows-labels-0").count == 1 && rows("rows-head-0").count == 1)
    }

    @Test(
        "cut anywhere, or with a byte behind, are refused with a sentence",
        arguments: ["rows-0", "rows-labels-0", "rows-head-0"])
    func cut(table: String) throws {
        for row in try rows(table) {
            // Labels end between two of them, and rows of older versions have no members.
            let whole = row.value
            for count in 0...whole.count + 1 where count != whole.count {
                let value = count > whole.count ? whole + [0] : Array(whole.prefix(count))
                try put(table, row.key, value)
                let isBetween = table == "rows-labels-0" && count >= 25 && (count - 25) % 25 == 0
                if isBetween {
                    #expect(try window()?.events == 6)
                } else {
                    #expect(try window() == nil, "\(count) of \(whole.count) bytes")
                }
            }
            try put(table, row.key, whole)
        }
        #expect(try window()?.rows.count == 4)
    }

    @Test("with any byte changed are refused, or are rows of the same size", arguments: ["rows-0", "rows-labels-0"])
    func changed(table: String) throws {
        for row in try rows(table) {
            for place in row.value.indices {
                var value = row.value
                value[place] ^= 0x81
                try put(table, row.key, value)
                do {
                    guard let window = try window() else { continue }
                    #expect(window.events <= 6 && window.rows.count <= 4 && window.events + window.otherForms <= 9)
                } catch is RowWindowError { continue }
            }
            try put(table, row.key, row.value)
        }
    }

    @Test("of another version are refused", arguments: ["rows-0", "rows-labels-0", "rows-head-0"])
    func versions(table: String) throws {
        for row in try rows(table) {
            for version in UInt8.min...UInt8.max where version != row.value[0] {
                // One version has rows of the next spec behind the others, and one has none.
                guard table != "rows-0" || ![3, 4].contains(version) else { continue }
                try put(table, row.key, [version] + row.value.dropFirst())
                #expect(try window() == nil, "\(version)")
            }
            try put(table, row.key, row.value)
        }
    }

    @Test("rows that come later than those that are damaged are not had without them")
    func behind() throws {
        let row = try #require(rows("rows-0").first)
        try put("rows-0", row.key, [9])
        #expect(throws: LogError.self) {
            _ = try Self.store(state).window(.init(form: Self.form, bits: 12, range: 0..<20, labels: 4))
        }
        // Behind them they are.
        #expect(
            try Self.store(state).window(.init(form: Self.form, bits: 12, range: 10..<20, labels: 4)).rows.count == 2)
    }
}
