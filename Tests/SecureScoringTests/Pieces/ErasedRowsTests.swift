import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("Rows that are erased")
struct ErasedRowsTests {
    private let state: SQLiteStateStore
    private let limits = RowLimits(days: 90, bytes: 1 << 30)!
    private let form = Digest32(of: [[1]])
    private let members = ["bank-a", "bank-b"].compactMap { MemberID($0) }

    init() throws {
        state = try SQLiteStateStore(path: NSTemporaryDirectory() + "erased-\(UUID().uuidString).sqlite")
    }

    private func store() throws -> ScoredRowStore {
        try ScoredRowStore(RowTerms(state: state, limits: limits), partition: 0)
    }

    private func key(_ number: Int, _ member: Int) -> RowKey {
        RowKey(EventID([UInt8](repeating: UInt8(number), count: 16))!, of: RowKey.Member(members[member]))
    }

    /// A batch a day from day 1 on, of two rows of each member, with a label of each; members are of every second row.
    private func fill(_ days: Int, decidesLast: Bool = true) throws -> ScoredRowStore {
        let store = try store()
        for day in 0..<days {
            let first = Int64(day) * 10
            var batch = RowBatch(
                first..<first + 10, seconds: Int64(day + 1) * EventTime.day, form: form, agreed: form, bits: 9)
            var labels = RowLabels(first..<first + 10, at: first + 10)
            for row in 0..<4 {
                let key = key(day * 4 + row, row % 2)
                batch.append(key, BitShares(first: [UInt8(row), 1], second: [UInt8(day), 0]))
                labels.append(key, CountShare(first: 1, second: 0))
            }
            try store.keep(batch)
            if day < days - 1 || decidesLast {
                store.decide(first..<first + 10, agreed: form)
                store.add(labels)
            }
        }
        try store.commit(now: Int64(days + 1) * EventTime.day)
        return store
    }

    private func window(_ store: ScoredRowStore, from first: Int64 = 0, to end: Int64) throws -> RowWindow {
        try store.window(RowWindow.Request(form: form, bits: 9, range: first..<end, labels: end))
    }

    @Test("a member's are gone, with their labels, and everybody else's are what they were, after a restart as well")
    func member() throws {
        let store = try fill(5)
        let bytes = store.bytes
        #expect(store.count == 20 && store.labels == 20)
        #expect(try store.erase(of: members[0], before: nil) == (10, 10))
        for store in [store, try self.store()] {
            #expect(store.count == 10 && store.labels == 10 && store.bytes < bytes && store.bytes > 0)
            let window = try window(store, to: 50)
            #expect(window.rows.count == 10 && window.events == 10)
            #expect(Set(window.memberOf) == [0])
            for row in 0..<10 { #expect(window.rows[row].shares.first == [row % 2 == 0 ? 1 : 3, 1]) }
        }
        // Twice is once; the other's, and nothing is left, not even bytes.
        #expect(try self.store().erase(of: members[0], before: nil) == (0, 0))
        let last = try self.store()
        #expect(try last.erase(of: members[1], before: nil) == (10, 10))
        #expect(last.count == 0 && last.labels == 0 && last.bytes == 0)
        #expect(try window(last, to: 50).events == 0)
    }

    @Test("of a time all that is older goes, and windows that begin before are refused")
    func time() throws {
        let store = try fill(5)
        #expect(try store.erase(of: nil, before: 3 * EventTime.day).rows == 8)
        #expect(store.count == 12 && store.labels == 12)
        #expect(throws: RowWindowError.notKept(from: 20)) { try window(store, to: 50) }
        #expect(try window(store, from: 20, to: 50).events == 12)
        #expect(try store.erase(of: nil, before: nil) == (0, 0))
    }

    @Test("of a member and a time what is both goes")
    func both() throws {
        let store = try fill(5)
        #expect(try store.erase(of: members[1], before: 3 * EventTime.day) == (4, 4))
        let window = try window(store, to: 50)
        #expect(window.events == 16 && window.rows.count == 16)
    }

    @Test("a batch that is not known to be decided keeps its account")
    func open() throws {
        let store = try fill(3, decidesLast: false)
        #expect(try store.erase(of: members[0], before: nil).rows == 6)
        #expect(try store.erase(of: nil, before: 100 * EventTime.day).rows == 4)
        #expect(store.count == 2)
        // Another takes its place, as ever.
        let again = try self.store()
        var batch = RowBatch(20..<25, seconds: 3 * EventTime.day, form: form, agreed: .zero, bits: 9)
        batch.append(key(90, 1), BitShares(first: [0, 0], second: [0, 0]))
        try again.keep(batch)
        #expect(again.count == 1)
        again.decide(20..<25, agreed: .zero)
        try again.commit(now: 4 * EventTime.day)
        #expect(try again.erase(of: members[1], before: nil).rows == 1)
        #expect(again.count == 0 && again.bytes == 0)
    }

    @Test("one row is found by its record's place and its event; others are not")
    func row() throws {
        let store = try fill(3)
        guard case .kept(let kept, let bits, let shares) = try store.row(at: 13, key(6, 0)) else {
            Issue.record("not found")
            return
        }
        #expect(kept == form && bits == 9 && shares.first == [2, 1] && shares.second == [1, 0])
        func isUnknown(_ found: ScoredRowStore.Found) -> Bool { if case .unknown = found { true } else { false } }
        #expect(isUnknown(try store.row(at: 23, key(6, 0))))
        #expect(isUnknown(try store.row(at: 13, key(6, 1))))
        #expect(isUnknown(try store.row(at: 99, key(6, 0))))
        _ = try store.erase(of: nil, before: 2 * EventTime.day)
        guard case .gone = try store.row(at: 3, key(1, 1)) else {
            Issue.record("it is gone")
            return
        }
    }
}
