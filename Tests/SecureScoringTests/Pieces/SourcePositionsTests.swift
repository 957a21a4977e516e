import EventLogs
import LocalStore
import Records
import SecureScoring
import Support
import Testing

private let bankA = MemberID("bank-a")!
private let bankB = MemberID("bank-b")!

/// A record that names none before it.
private func claim(_ member: MemberID, _ source: SourcePosition) -> SourceClaim {
    SourceClaim(member: member, source: source)
}

@Suite("The positions of what was taken of sources")
struct SourcePositionsTests {
    private let folder: TemporaryFolder
    private let state: SQLiteStateStore
    private let partition = TopicPartition(Topics.sealed, 2)

    init() throws {
        folder = try TemporaryFolder()
        state = try SQLiteStateStore(path: folder.path("party.sqlite"))
    }

    private func positions() throws -> SourcePositions { try SourcePositions(partition: partition, state: state) }

    /// A position at random among few, of few sources.
    private static func accepted(_ random: inout SplitMix64) -> (member: MemberID, source: SourcePosition) {
        (
            Bool.random(using: &random) ? bankA : bankB,
            SourcePosition(
                partition: Int.random(in: 0...1, using: &random), offset: Int64.random(in: 0...20, using: &random),
                index: Int.random(in: 0...3, using: &random))
        )
    }

    /// Whether a position is at or below any of a list, source by source, offsets before indices.
    private static func isCovered(
        _ member: MemberID, _ source: SourcePosition, by list: [(member: MemberID, source: SourcePosition)]
    ) -> Bool {
        list.contains { other in
            guard other.member == member, other.source.partition == source.partition else { return false }
            return source.offset == other.source.offset
                ? source.index <= other.source.index : source.offset < other.source.offset
        }
    }

    @Test("cover what a list of all that was added covers", arguments: 1...6 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) {
        var random = SplitMix64(seed)
        var highest = HighestSources()
        var list: [(member: MemberID, source: SourcePosition)] = []
        for _ in 0..<300 {
            let (member, source) = Self.accepted(&random)
            let isCovered = Self.isCovered(member, source, by: list)
            #expect(highest.covers(member, source) == isCovered)
            if Bool.random(using: &random) {
                let isNew = highest.add(member, source)
                #expect(isNew == !isCovered)
                list.append((member, source))
            }
        }
    }

    @Test(
        "are as they were after a restart, whatever the order in which they came",
        arguments: 1...6 as ClosedRange<UInt64>)
    func restart(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var known = try positions()
        var list: [(member: MemberID, source: SourcePosition)] = []
        for _ in 0..<40 {
            let batch = (0..<Int.random(in: 0...6, using: &random)).map { _ in Self.accepted(&random) }
            let before = list
            known.advance(batch.map { SourceClaim(member: $0.member, source: $0.source) })
            let writes = known.changes
            list += batch
            // One row a source that moved on.
            let moved = Set(
                batch.filter { !Self.isCovered($0.member, $0.source, by: before) }.map {
                    "\($0.member)/\($0.source.partition)"
                })
            #expect(writes.count == moved.count)
            try state.commit(writes, positions: [])
            known.areCommitted()
            if Bool.random(using: &random) { known = try positions() }
            let (member, source) = Self.accepted(&random)
            #expect(known.isRepeat(claim(member, source)) == Self.isCovered(member, source, by: list))
        }
    }

    @Test("keep the ends of offsets and indices")
    func ends() throws {
        var known = try positions()
        let last = SourcePosition(partition: 1023, offset: .max, index: Int(UInt32.max))
        known.advance([claim(bankA, last)])
        try state.commit(known.changes, positions: [])
        let again = try positions()
        #expect(again.isRepeat(claim(bankA, last)) && !again.isRepeat(claim(bankB, last)))
        #expect(again.isRepeat(claim(bankA, SourcePosition(partition: 1023, offset: 0, index: 0))))
        #expect(!again.isRepeat(claim(bankA, SourcePosition(partition: 1022, offset: 0, index: 0))))
    }

    @Test("that the state could not take are among the next changes")
    func kept() throws {
        var known = try positions()
        known.advance([claim(bankA, SourcePosition(offset: 5))])
        known.advance([claim(bankB, SourcePosition(offset: 1)), claim(bankA, SourcePosition(offset: 7))])
        #expect(known.changes.count == 2)
        try state.commit(known.changes, positions: [])
        known.areCommitted()
        #expect(known.changes.isEmpty)
        let again = try positions()
        #expect(
            again.isRepeat(claim(bankA, SourcePosition(offset: 7)))
                && again.isRepeat(claim(bankB, SourcePosition(offset: 1))))
        known.advance([claim(bankA, SourcePosition(offset: 7))])
        #expect(known.changes.isEmpty)
    }

    @Test("are of one partition of the log alone")
    func partitions() throws {
        var known = try positions()
        known.advance([claim(bankA, SourcePosition(offset: 5))])
        try state.commit(known.changes, positions: [])
        let other = try SourcePositions(partition: TopicPartition(Topics.sealed, 0), state: state)
        #expect(!other.isRepeat(claim(bankA, SourcePosition(offset: 5))))
        #expect(try positions().isRepeat(claim(bankA, SourcePosition(offset: 5))))
    }

    @Test(
        "that are malformed end the start with a sentence",
        arguments: [
            ("", 24), ("bank-a", 24), ("bank-a/", 24), ("bank-a/x", 24), ("bank-a/1/2", 24), ("/1", 24),
            ("Bank A/1", 24),
            ("consortium/1", 24), ("bank-a/1", 0), ("bank-a/1", 4), ("bank-a/1", 23), ("bank-a/1", 25),
            ("bank-a/1", 48),
        ])
    func malformed(key: String, bytes: Int) throws {
        // Everything from the lowest offset to 0; behind that, a span that has no record.
        let span = [0x80] + [UInt8](repeating: 0, count: 23)
        let value = Array((span + [UInt8](repeating: 0, count: 24)).prefix(bytes))
        try state.commit(
            [.put(table: "sources-2", StateEntry(key: Array(key.utf8), value: value, order: 3))], positions: [])
        let error = #expect(throws: LogError.self) { try positions() }
        #expect("\(error.map { "\($0)" } ?? "")".contains("malformed source positions, or those of an older version"))
    }

    // MARK: Records that are missing

    private func record(_ offset: Int64, after previous: Int64?) -> SourceClaim {
        SourceClaim(
            member: bankA, source: SourcePosition(offset: offset), previous: previous.map { SourcePosition(offset: $0) }
        )
    }

    @Test("leave room for a record that comes after those behind it, once")
    func swapped() throws {
        var known = try positions()
        known.advance([record(3, after: nil)])
        let gap = SourceGap(member: bankA, after: SourcePosition(offset: 3), through: SourcePosition(offset: 7))
        #expect(known.advance([record(9, after: 7)]) == [gap])
        #expect(
            known.isRepeat(record(9, after: 7)) && known.isRepeat(record(8, after: 7))
                && known.isRepeat(record(2, after: 1)))
        #expect(!known.isRepeat(record(7, after: 5)) && !known.isRepeat(record(5, after: 3)))
        try state.commit(known.changes, positions: [])
        known = try positions()
        #expect(!known.isRepeat(record(7, after: 5)))
        #expect(known.advance([record(7, after: 5)]) == [] && known.isRepeat(record(7, after: 5)))
        #expect(!known.isRepeat(record(5, after: 3)))
        #expect(known.advance([record(5, after: 3)]) == [])
        for offset in 0...9 as ClosedRange<Int64> { #expect(known.isRepeat(record(offset, after: nil))) }
        #expect(!known.isRepeat(record(10, after: 9)))
    }

    @Test(
        "take each record of a source once, in whatever order and however often they come",
        arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = SplitMix64(seed)
        // Records at some offsets, each naming the one before.
        let offsets = (0..<60 as Range<Int64>).filter { _ in Bool.random(using: &random) }
        let records = zip(offsets, [nil] + offsets.map(Optional.some)).map { record($0, after: $1) }
        var known = try positions()
        var taken: Set<Int64> = []
        // The first is there: what names none before it covers all before it.
        known.advance([records[0]])
        taken.insert(offsets[0])
        for record in (records + records).shuffled(using: &random) {
            #expect(known.isRepeat(record) == taken.contains(record.source.offset))
            if Bool.random(using: &random) { continue }
            known.advance([record])
            taken.insert(record.source.offset)
        }
        for each in records { known.advance([each]) }
        #expect(records.allSatisfy(known.isRepeat) && known.changes.count == 1)
        // Nothing is missing any more: one span.
        guard case .put(_, let entry)? = known.changes.first else { return }
        #expect(entry.value.count == 24)
    }

    @Test("take what a record says to have none of before it for not there", arguments: [5, nil])
    func reachingBack(previous: Int64?) throws {
        var known = try positions()
        known.advance([record(3, after: nil), record(9, after: 7)])
        #expect(known.advance([record(12, after: previous)]) == [])
        for offset in 6...12 as ClosedRange<Int64> { #expect(known.isRepeat(record(offset, after: nil))) }
        for offset in 4...5 as ClosedRange<Int64> {
            #expect(known.isRepeat(record(offset, after: nil)) == (previous == nil))
        }
    }

    @Test("say what is missing in front of the first record of a source, too")
    func first() throws {
        var known = try positions()
        let gap = SourceGap(member: bankA, after: nil, through: SourcePosition(offset: 5))
        #expect(known.advance([record(7, after: 5), record(8, after: 7)]) == [gap])
        #expect(!known.isRepeat(record(5, after: nil)))
    }

    @Test("of a source that lacks more than is kept forget the oldest, say so, and stay small")
    func bounded() throws {
        var known = try positions()
        known.advance([record(0, after: nil)])
        for number in 1...200 as ClosedRange<Int64> {
            #expect(known.advance([record(10 * number, after: 10 * number - 5)]).count == 1)
        }
        try state.commit(known.changes, positions: [])
        for known in [known, try positions()] {
            // Of 201 spans, the 64 newest are left.
            for number in 1...200 as ClosedRange<Int64> {
                let (taken, missing) = (record(10 * number, after: nil), record(10 * number - 5, after: nil))
                #expect(known.isRepeat(taken) == (number > 136) && known.hasForgotten(taken) == (number < 137))
                #expect(!known.isRepeat(missing) && known.hasForgotten(missing) == (number < 138))
            }
        }
        guard case .put(_, let entry)? = known.changes.first else { return }
        #expect(entry.value.count == 12 + 24 * 64)
        // What is forgotten is not taken again, nor a gap.
        #expect(
            known.advance([record(5, after: 0), record(20, after: 15)]) == [] && !known.isRepeat(record(5, after: 0)))
    }

    @Test("are kept of the partitions that a topic may have, and of no others")
    func caps() throws {
        var known = try positions()
        let most = SourcePositions.partitions
        for partition in [0, most - 1, most, Int(UInt32.max)] {
            known.advance([claim(bankA, SourcePosition(partition: partition, offset: 1))])
            #expect(known.isRepeat(claim(bankA, SourcePosition(partition: partition, offset: 1))) == (partition < most))
        }
        #expect(known.changes.count == 2)
    }
}
