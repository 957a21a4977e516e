package import EventLogs
package import Records

/// The highest position of every source that is scored and in the log, for one partition of `consortium.sealed`: what an
/// agent seals again after a crash, or a zombie repeats, is at or below it (DESIGN section 9).
///
/// An agent seals a partition of its member's transactions in order, and begins no later than where its predecessor's
/// state stood; so whatever is at or below the highest was sealed before.
package struct SourcePositions {
    private let partition: TopicPartition
    private var highest = HighestSources()
    /// What of it is not in the kept state.
    private var changed = HighestSources()

    package init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        var found = HighestSources()
        try state.scan(table) { entry in
            let parts = String(decoding: entry.key, as: UTF8.self).split(separator: "/")
            guard parts.count == 2, entry.value.count == 4, let member = MemberID(String(parts[0])),
                let number = Int(parts[1])
            else {
                throw LogError.corrupted(reason: "the party's state holds a malformed source position")
            }
            let index = Int(bigEndianBytes: entry.value)
            found.add(member, SourcePosition(partition: number, offset: entry.order, index: index))
        }
        highest = found
    }

    private var table: String { "sources-\(partition.partition)" }

    /// Whether a position is at or below what is scored of its source.
    package func isRepeat(_ member: MemberID, _ source: SourcePosition) -> Bool { highest.covers(member, source) }

    /// Advances to what was accepted by all three parties.
    package mutating func advance(_ accepted: [(member: MemberID, source: SourcePosition)]) {
        for (member, source) in accepted where highest.add(member, source) { changed.add(member, source) }
    }

    /// The changes that the kept state lacks, until `areCommitted`.
    package var changes: [StateWrite] {
        changed.all.map { member, source in
            let index = UInt32(source.index).bigEndianBytes
            return .put(
                table: table,
                StateEntry(key: Array("\(member)/\(source.partition)".utf8), value: index, order: source.offset))
        }
    }

    /// Notes that the kept state has all changes.
    package mutating func areCommitted() { changed = HighestSources() }
}
