import EventLogs
import Records

/// The highest position of every source that is scored and in the log, for one partition of `consortium.sealed`: what an
/// agent seals again after a crash, or a zombie repeats, is at or below it (DESIGN section 9).
///
/// An agent seals a partition of its member's transactions in order, and begins no later than where its predecessor's
/// state stood; so whatever is at or below the highest was sealed before.
struct SourcePositions {
    private struct Source: Hashable {
        var member: MemberID
        var partition: Int
    }

    private let partition: TopicPartition
    private var highest: [Source: Int64] = [:]

    init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        var found: [Source: Int64] = [:]
        try state.scan(table) { entry in
            let parts = String(decoding: entry.key, as: UTF8.self).split(separator: "/")
            guard parts.count == 2, let member = MemberID(String(parts[0])), let number = Int(parts[1]) else {
                throw LogError.corrupted(reason: "the party's state holds a malformed source position")
            }
            found[Source(member: member, partition: number)] = entry.order
        }
        highest = found
    }

    private var table: String { "sources-\(partition.partition)" }

    func isRepeat(_ member: MemberID, _ source: SourcePosition) -> Bool {
        source.offset <= highest[Source(member: member, partition: source.partition)] ?? -1
    }

    /// Takes what was accepted by all three parties; returns what changes in the kept state.
    mutating func advance(_ accepted: [(member: MemberID, source: SourcePosition)]) -> [StateWrite] {
        var changed: Set<Source> = []
        for (member, position) in accepted {
            let source = Source(member: member, partition: position.partition)
            guard position.offset > highest[source] ?? -1 else { continue }
            highest[source] = position.offset
            changed.insert(source)
        }
        return changed.map { source in
            .put(
                table: table,
                StateEntry(
                    key: Array("\(source.member)/\(source.partition)".utf8), value: [], order: highest[source] ?? -1))
        }
    }
}
