import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

/// Windows of kept rows beside plain lists of what was kept.
@Suite("Windows of kept rows, beside plain lists")
struct RowWindowOracleTests {
    private static let forms = [Digest32(of: [[1]]), Digest32(of: [[2]])]
    private static let next = Digest32(of: [[3]])
    private static let bits = 12
    private static let nextBits = 5
    private static let members = ["bank-a", "bank-b", "bank-c"].map { MemberID($0)! }

    private struct Row {
        var number: Int64
        var bytes: [UInt8]
        /// Bits of the next spec.
        var next: UInt8?
    }

    private struct Batch {
        var range: Range<Int64>
        var form: Digest32
        var collects: Bool
        var rows: [Row] = []
    }

    /// What was kept, in the clear of this party's components.
    private struct Account {
        var batches: [Batch] = []
        /// In the order in which they were counted: of which batch of labels, of which event, what.
        var labels: [(batch: Int64, event: Int64, bit: UInt16)] = []
    }

    private static func member(_ number: Int64) -> MemberID { members[Int(number * 7 % 11) % 3] }

    private static func key(_ number: Int64) throws -> RowKey {
        RowKey(
            try #require(EventID([UInt8](repeating: 9, count: 8) + number.bigEndianBytes)),
            of: RowKey.Member(member(number)))
    }

    private func fill(_ store: ScoredRowStore, _ random: inout SplitMix64) throws -> Account {
        var account = Account()
        var begin: Int64 = 0
        for place in 0..<10 as Range<Int64> {
            let end = begin + Int64.random(in: 1...9, using: &random)
            var batch = Batch(
                range: begin..<end, form: Self.forms[Int.random(in: 0..<5, using: &random) / 4],
                collects: Bool.random(using: &random))
            let agreed = Digest32(of: [random.bytes(4)])
            var kept = RowBatch(batch.range, seconds: 86_400, form: batch.form, agreed: agreed, bits: Self.bits)
            for number in batch.range where Int.random(in: 0..<4, using: &random) > 0 {
                let row = Row(
                    number: number, bytes: random.bytes(4),
                    next: batch.collects && Bool.random(using: &random) ? UInt8.random(in: 0...31, using: &random) : nil
                )
                let shares = BitShares(first: Array(row.bytes[..<2]), second: Array(row.bytes[2...]))
                if batch.collects {
                    let next = row.next.map { BitShares(first: [$0], second: [31 - $0]) }
                    kept.append(try Self.key(number), shares, shadow: next, form: Self.next, bits: Self.nextBits)
                } else {
                    kept.append(try Self.key(number), shares)
                }
                batch.rows.append(row)
            }
            // Of a batch without rows nobody knows whether it collects.
            batch.collects = batch.collects && !batch.rows.isEmpty
            try store.keep(kept)
            store.decide(batch.range, agreed: agreed)
            account.batches.append(batch)
            var labels = RowLabels(place..<place + 1, at: end)
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let event = Int64.random(in: max(0, end - 14)..<end, using: &random)
                let bit = UInt16.random(in: 0...1, using: &random)
                labels.append(try Self.key(event), CountShare(first: bit, second: 1 - bit))
                account.labels.append((place, event, bit))
            }
            store.add(labels)
            try store.commit(now: .max)
            begin = end
        }
        return account
    }

    private func store(_ folder: TemporaryFolder) throws -> ScoredRowStore {
        let state = try SQLiteStateStore(path: folder.path("rows.sqlite"))
        return try ScoredRowStore(
            RowTerms(state: state, limits: try #require(RowLimits(days: 30, bytes: 1 << 20))), partition: 0)
    }

    /// By event, what was said last of it in batches of labels before `end`.
    private func said(_ account: Account, upTo end: Int64) -> [Int64: UInt16] {
        Dictionary(account.labels.filter { $0.batch < end }.map { ($0.event, $0.bit) }) { $1 }
    }

    @Test(
        "have the rows of whole batches that have a label, in order, each with what was said last",
        arguments: 1...12 as ClosedRange<UInt64>)
    func oneForm(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let account = try fill(store, &random)
        let end = try #require(account.batches.last).range.upperBound
        let first = try #require(account.batches.first { !$0.rows.isEmpty }).range.lowerBound
        for _ in 0..<12 {
            let lower = Int64.random(in: first..<end, using: &random)
            let range = lower..<Int64.random(in: lower + 1...end, using: &random)
            let labels = Int64.random(in: 0...10, using: &random)
            let form = Self.forms.randomElement(using: &random)!
            let window = try store.window(.init(form: form, bits: Self.bits, range: range, labels: labels))
            let whole = account.batches.filter {
                range.contains($0.range.lowerBound) && range.upperBound >= $0.range.upperBound
            }
            let own = whole.filter { $0.form == form }
            let said = said(account, upTo: labels)
            let rows = own.flatMap(\.rows).filter { said[$0.number] != nil }
            #expect(window.events == own.reduce(0) { $0 + $1.rows.count })
            #expect(window.otherForms == whole.filter { $0.form != form }.reduce(0) { $0 + $1.rows.count })
            #expect(window.rows.count == rows.count && window.beside == nil)
            for (at, row) in rows.enumerated() {
                #expect(
                    window.rows[at].shares.first == Array(row.bytes[..<2])
                        && window.rows[at].shares.second == Array(row.bytes[2...]))
                #expect(window.rows[at].label.first == said[row.number])
            }
            let source = try window.source(of: Self.members)
            #expect(source.memberOf.map { source.members[Int($0)] } == rows.map { Self.member($0.number) })
            #expect(Set(window.offsets).count == rows.count && window.offsets == window.offsets.sorted())
            // Asked again, and of a reader of its own, it is the same; another window or another end of labels is not.
            #expect(
                try self.store(folder).window(.init(form: form, bits: Self.bits, range: range, labels: labels)).digest
                    == window.digest)
            if labels > 0, !own.isEmpty {
                #expect(
                    try store.window(.init(form: form, bits: Self.bits, range: range, labels: labels - 1)).digest
                        != window.digest)
            }
        }
    }

    @Test("of two forms have the events that have rows of both, side by side", arguments: 1...12 as ClosedRange<UInt64>)
    func bothForms(seed: UInt64) throws {
        var random = SplitMix64(seed &+ 100)
        let store = try store(try TemporaryFolder())
        let account = try fill(store, &random)
        let end = try #require(account.batches.last).range.upperBound
        let first = try #require(account.batches.first { !$0.rows.isEmpty }).range.lowerBound
        let said = said(account, upTo: 10)
        let kept = account.batches.filter { $0.range.lowerBound >= first }
        let window = try store.window(
            .init(
                form: Self.forms[0], bits: Self.bits, range: first..<end, labels: 10,
                beside: .init(form: Self.next, bits: Self.nextBits)))
        let both = kept.filter { $0.form == Self.forms[0] && $0.collects }.flatMap(\.rows).filter { $0.next != nil }
        let rows = both.filter { said[$0.number] != nil }
        #expect(window.events == both.count && window.rows.count == rows.count && window.beside?.count == rows.count)
        #expect(window.events + window.otherForms == kept.reduce(0) { $0 + $1.rows.count })
        for (at, row) in rows.enumerated() {
            #expect(window.rows[at].shares.first == Array(row.bytes[..<2]))
            #expect(window.beside?[at].shares.first == row.next.map { [$0] })
            #expect(window.beside?[at].shares.second == row.next.map { [31 - $0] })
            #expect(window.beside?[at].label.first == window.rows[at].label.first)
        }
        // By the next spec alone there are those of either form.
        let next = try store.window(.init(form: Self.next, bits: Self.nextBits, range: first..<end, labels: 10))
        let collected = kept.filter(\.collects).flatMap(\.rows).filter { $0.next != nil }
        #expect(next.events == collected.count && next.rows.count == collected.count { said[$0.number] != nil })
    }

    @Test("of bits that no row has, or of another number of them, have no events")
    func noForm() throws {
        var random = SplitMix64(77)
        let store = try store(try TemporaryFolder())
        let account = try fill(store, &random)
        let range = try #require(store.kept).range
        for (form, bits) in [
            (Digest32.zero, Self.bits), (Self.forms[0], Self.bits - 1), (Self.next, Self.nextBits + 1),
        ] {
            let window = try store.window(.init(form: form, bits: bits, range: range, labels: 10))
            #expect(window.events == 0 && window.rows.count == 0 && window.memberOf.isEmpty && window.offsets.isEmpty)
            #expect(window.otherForms == account.batches.reduce(0) { $0 + $1.rows.count })
        }
    }
}
