import EventLogs
import LocalStore
import Records
import SecureScoring
import Support
import Testing

private let bankA = MemberID("bank-a")!
private let bankB = MemberID("bank-b")!

@Suite("The highest positions of sources")
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
            known.advance(batch)
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
            #expect(known.isRepeat(member, source) == Self.isCovered(member, source, by: list))
        }
    }

    @Test("keep the ends of offsets and indices")
    func ends() throws {
        var known = try positions()
        let last = SourcePosition(partition: 1023, offset: .max, index: Int(UInt32.max))
        known.advance([(bankA, last)])
        try state.commit(known.changes, positions: [])
        let again = try positions()
        #expect(again.isRepeat(bankA, last) && !again.isRepeat(bankB, last))
        #expect(again.isRepeat(bankA, SourcePosition(partition: 1023, offset: 0, index: 0)))
        #expect(!again.isRepeat(bankA, SourcePosition(partition: 1022, offset: 0, index: 0)))
    }

    @Test("that the state could not take are among the next changes")
    func kept() throws {
        var known = try positions()
        known.advance([(bankA, SourcePosition(offset: 5))])
        known.advance([(bankB, SourcePosition(offset: 1)), (bankA, SourcePosition(offset: 7))])
        #expect(known.changes.count == 2)
        try state.commit(known.changes, positions: [])
        known.areCommitted()
        #expect(known.changes.isEmpty)
        let again = try positions()
        #expect(again.isRepeat(bankA, SourcePosition(offset: 7)) && again.isRepeat(bankB, SourcePosition(offset: 1)))
        known.advance([(bankA, SourcePosition(offset: 7))])
        #expect(known.changes.isEmpty)
    }

    @Test("are of one partition of the log alone")
    func partitions() throws {
        var known = try positions()
        known.advance([(bankA, SourcePosition(offset: 5))])
        try state.commit(known.changes, positions: [])
        let other = try SourcePositions(partition: TopicPartition(Topics.sealed, 0), state: state)
        #expect(!other.isRepeat(bankA, SourcePosition(offset: 5)))
        #expect(try positions().isRepeat(bankA, SourcePosition(offset: 5)))
    }

    @Test(
        "that are malformed end the start with a sentence",
        arguments: [
            ("", 4), ("bank-a", 4), ("bank-a/", 4), ("bank-a/x", 4), ("bank-a/1/2", 4), ("/1", 4), ("Bank A/1", 4),
            ("consortium/1", 4), ("bank-a/1", 0), ("bank-a/1", 3), ("bank-a/1", 5),
        ])
    func malformed(key: String, bytes: Int) throws {
        let entry = StateEntry(key: Array(key.utf8), value: [UInt8](repeating: 0, count: bytes), order: 3)
        try state.commit([.put(table: "sources-2", entry)], positions: [])
        #expect(throws: LogError.corrupted(reason: "the party's state holds a malformed source position")) {
            try positions()
        }
    }
}
