import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Rows of token counters, byte by byte")
struct CounterRowTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 10 * day)!

    private func little(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }

    private func little(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    private func header(
        version: UInt8 = 4, now: Int64 = start, generation: UInt32 = 0, isRotating: UInt8 = 0, renewed: UInt64 = 0,
        renewable: UInt64 = 0, shares: UInt32 = 0, isRefreshing: UInt8 = 0
    ) -> [UInt8] {
        [version] + little(UInt64(day)) + little(UInt64(10 * day)) + little([8191])
            + little(UInt64(bitPattern: now)) + little([generation]) + [isRotating] + little(renewed)
            + little(renewable) + little([shares]) + [isRefreshing]
    }

    private func row(
        generation: UInt32 = 0, _ keys: [CountedEntity] = [token(1)], hasNext: UInt8? = nil, mark: UInt8 = 0,
        buckets: [UInt32] = buckets
    ) -> [UInt8] {
        let head = little([generation]) + [hasNext ?? UInt8(keys.count - 1), mark]
        let origin: [UInt8] = [2, 1] + [UInt8](repeating: 0, count: 14)
        return head + origin + keys.flatMap(\.bytes) + little(buckets)
    }

    /// One event of member 33 at the start, and shares 5 and 6: a bucket of the day, of the hour and of the minute.
    private static let buckets: [UInt32] = [
        1, 0x0001_0001, 17_708, 0x2100_0001, 0x0006_0005, 425_000, 0x2100_0001, 0, 25_500_000, 0x2100_0001, 0,
    ]

    private func counters() -> TokenCounters {
        var counters = TokenCounters(spec: spec)
        #expect(counters.event(token(1), member(33), at: time(start), origin: 0x0102) == .counted)
        #expect(counters.label(token(1), member(33), eventAt: time(start), CountShare(first: 5, second: 6)) == true)
        return counters
    }

    private func read(_ header: [UInt8], _ rows: [(UInt32, [UInt8])]) throws(TokenCounters.RowError) -> TokenCounters {
        try TokenCounters(spec: spec, header: header, rows: rows.map { (number: $0.0, row: $0.1) })
    }

    private func refused(_ header: [UInt8], _ rows: [(UInt32, [UInt8])]) -> TokenCounters.RowError? {
        do throws(TokenCounters.RowError) {
            _ = try read(header, rows)
            return nil
        } catch {
            return error
        }
    }

    @Test("a token's row and the header are as they are documented")
    func written() {
        var counters = counters()
        #expect(counters.header == header())
        let rows = counters.takeChanges()
        #expect(rows.count == 1 && rows[0].number == 0)
        #expect(rows[0].row.map(Array.init) == row())
        #expect(TokenCounters(spec: spec).header == header(now: -1))
    }

    @Test("what was written by hand is read, and answers")
    func read() throws {
        let counters = try read(header(), [(7, row())])
        let sum = counters.sum(of: token(1), over: CountWindow(over: day, delay: 0), at: time(start + day))
        #expect(sum.events == 1 && sum.members == 1 << 33 && sum.frauds.first == 5 && sum.frauds.second == 6)
        for span in VelocitySpan.allCases {
            #expect(counters.velocity(of: token(1), over: span, at: time(start)).members == 1 << 33)
        }
        #expect(counters.count == 1 && counters.now == time(start))
        #expect(try read(header(now: -1), []).now == nil)
    }

    @Test("a row cut at any byte is named, and so is one that is longer by as little as a byte")
    func lengths() {
        let whole = row()
        for count in whole.indices { #expect(refused(header(), [(9, Array(whole.prefix(count)))]) == .row(9)) }
        for count in 1...21 {
            #expect(refused(header(), [(9, whole + [UInt8](repeating: 0, count: count))]) == .row(9))
        }
        #expect(refused(header(), [(9, whole)]) == nil)
    }

    @Test("a header cut at any byte is none, and so is a longer one")
    func headers() {
        let whole = header()
        for count in whole.indices {
            #expect(refused(Array(whole.prefix(count)), []) == .header, "\(count) bytes")
        }
        #expect(refused(whole + [0], []) == .header)
        for version in [0, 1, 2, 3, 5, 255] as [UInt8] {
            #expect(refused(header(version: version), []) == .version(version))
            #expect(refused([version], []) == .version(version))
        }
    }

    @Test("a header with a moment, a flag or a place that can't be is none")
    func headerFields() {
        for now in [-2, Int64.min, 1 << 32, .max] { #expect(refused(header(now: now), []) == .header) }
        for now in [-1, 0, Int64(UInt32.max)] { #expect(refused(header(now: now), []) == nil) }
        for flag in [2, 255] as [UInt8] { #expect(refused(header(isRotating: flag), []) == .header) }
        for flag in [2, 255] as [UInt8] { #expect(refused(header(isRefreshing: flag), []) == .header) }
        #expect(refused(header(renewed: 1 << 63), []) == .header)
        #expect(refused(header(renewable: .max), []) == .header)
        var other = header()
        other[2] = 0
        #expect(refused(other, []) == .spec(bucketSeconds: 0x1_0080, reach: 10 * day, limit: 8191))
        other = header()
        other[17] = 0
        #expect(refused(other, []) == .spec(bucketSeconds: day, reach: 10 * day, limit: 0x1F00))
    }

    @Test("buckets that are not counted right, not in order or of none are named")
    func buckets() {
        let one = Array(Self.buckets[2..<5])
        let later = [17_709] + one[1...]
        let other = [one[0], 0x2200_0007, 0]
        for (buckets, isTaken) in [
            ([2, 0] + one + later, true), ([2, 0] + later + one, false), ([2, 0] + one + one, false),
            ([1, 0] + one + later, false), ([3, 0] + one + later, false), ([0, 0], false), ([], false), ([0], false),
            ([0, 0] + one, false), ([1, 0] + one.dropLast(), false), ([0, 1] + one, true), ([0, 1 << 16] + one, true),
            ([1, 1] + one + one, true), ([1, 1 << 16] + one + one, true), ([1, 1, 1], false),
            // Members of one bucket are in order; none is of no event, and there are 64.
            ([2, 0] + one + other, true), ([2, 0] + other + one, false), ([1, 0, one[0], 0x2100_0000, 0], false),
            ([1, 0, one[0], 0x3F00_0001, 0], true), ([1, 0, one[0], 0x4000_0001, 0], false),
        ] as [([UInt32], Bool)] {
            #expect((refused(header(), [(4, row(buckets: buckets))]) == nil) == isTaken, "\(buckets)")
        }
    }

    @Test("a row whose shares are of another generation is named, but where a refresh is under way")
    func shares() throws {
        let rows: [(UInt32, [UInt8])] = [(1, row(mark: 1)), (2, row([token(2)], mark: 2))]
        #expect(refused(header(shares: 0x102), [rows[1]]) == nil)
        #expect(refused(header(shares: 2), rows) == .row(1) && refused(header(shares: 1), rows) == .row(2))
        #expect(refused(header(), [rows[0]]) == .row(1))
        #expect(refused(header(shares: 2, isRefreshing: 1), rows) == nil)
    }

    @Test("keys of zeros, flags that are none, and two rows of one token or of one number are named")
    func keys() {
        var zeros = row()
        zeros.replaceSubrange(22..<55, with: [UInt8](repeating: 0, count: 33))
        #expect(refused(header(), [(3, zeros)]) == .row(3))
        for flag in [1, 2, 255] as [UInt8] { #expect(refused(header(), [(3, row(hasNext: flag))]) == .row(3)) }
        #expect(refused(header(), [(3, row()), (4, row())]) == .row(4))
        #expect(refused(header(), [(3, row()), (3, row([token(2)]))]) == .row(3))
        #expect(refused(header(), [(3, row()), (4, row([token(2)]))]) == nil)
    }

    @Test("a row of the generation before has its next key now, and older ones or such of the future are named")
    func generations() throws {
        let pair = [token(1), token(1, generation: 1)]
        let before = try read(header(generation: 5, renewable: 1), [(0, row(generation: 4, pair))])
        #expect(before.place(of: pair[1]) != nil && before.place(of: pair[0]) == nil)
        #expect(refused(header(generation: 5), [(0, row(generation: 4))]) == .row(0))
        for generation in [0, 3, 6, .max] as [UInt32] {
            #expect(refused(header(generation: 5), [(0, row(generation: generation, pair))]) == .row(0))
        }
        // Two tokens with one next key are found while they rotate.
        let second = [token(2), pair[1]]
        #expect(refused(header(isRotating: 1), [(0, row(pair)), (1, row(second))]) == .row(1))
        #expect(refused(header(), [(0, row(pair)), (1, row(second))]) == nil)
    }

    @Test("rows in any order are the same state, and places that have none are free")
    func order() throws {
        let rows = (0..<6).map { (UInt32($0 * 2), row([token($0)])) }
        let forward = try read(header(), rows)
        let backward = try read(header(), rows.reversed())
        #expect(forward.count == 6)
        #expect(
            forward.canonical.elementsEqual(backward.canonical) { $0.token == $1.token && $0.buckets == $1.buckets })
        var more = backward
        for number in 6..<12 { _ = more.event(token(number), member(1), at: time(start)) }
        #expect(Set(more.takeChanges().map(\.number)) == [1, 3, 5, 7, 9, 11])
    }

    @Test("of what has gone from sight nothing is written")
    func forgotten() throws {
        var counters = counters()
        _ = counters.event(token(2), member(1), at: time(start))
        counters.advance(to: time(start + 2 * day))
        _ = counters.event(token(1), member(1), at: time(start + 2 * day))
        let rows = counters.takeChanges()
        let first = try #require(rows[0].row.map(Array.init))
        // Two days, but one hour and one minute: those of the first event are seen by no span any more.
        #expect(Array(first[55..<63]) == little([2, 0x0001_0001]))
        counters.advance(to: time(start + 40 * day))
        _ = counters.event(token(3), member(1), at: time(start + 40 * day))
        _ = counters.label(token(2), member(1), eventAt: time(start), CountShare(first: 1, second: 1))
        #expect(counters.canonical.map(\.token) == [token(3)])
    }

    @Test("keys and shares are never printed, whatever they stand in")
    func printing() throws {
        let key = token(1)
        for text in ["\(key)", String(reflecting: key), "\([key])", "\(Optional(key) as Any)"] {
            #expect(text.contains("CountedEntity(33 bytes)") && !text.contains("\(key.bytes[5])"))
        }
        var counters = counters()
        let share = CountShare(first: 43_210, second: 54_321)
        #expect(counters.label(key, member(33), eventAt: time(start), share) == true)
        let sum = counters.sum(of: key, over: CountWindow(over: day, delay: 0), at: time(start + day))
        #expect(sum.frauds.first == 43_215 && sum.frauds.second == 54_327)
        var dumped = ""
        dump(sum, to: &dumped)
        for text in [dumped, "\(sum)", String(reflecting: sum), "\(share)", "\([share])"] {
            #expect(text.contains("CountShare") && !text.contains("432") && !text.contains("543"))
        }
    }
}
