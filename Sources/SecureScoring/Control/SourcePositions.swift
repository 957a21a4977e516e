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

    private struct Place: Comparable {
        var offset: Int64
        var index: Int

        init(offset: Int64, index: Int) {
            self.offset = offset
            self.index = index
        }

        init(_ source: SourcePosition) { self.init(offset: source.offset, index: source.index) }

        static func < (left: Place, right: Place) -> Bool { (left.offset, left.index) < (right.offset, right.index) }
    }

    private let partition: TopicPartition
    private var highest: [Source: Place] = [:]

    init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        var found: [Source: Place] = [:]
        try state.scan(table) { entry in
            let parts = String(decoding: entry.key, as: UTF8.self).split(separator: "/")
            guard parts.count == 2, entry.value.count == 4, let member = MemberID(String(parts[0])),
                let number = Int(parts[1])
            else {
                throw LogError.corrupted(reason: "the party's state holds a malformed source position")
            }
            let index = entry.value.reduce(0) { $0 << 8 | Int($1) }
            found[Source(member: member, partition: number)] = Place(offset: entry.order, index: index)
        }
        highest = found
    }

    private var table: String { "sources-\(partition.partition)" }

    func isRepeat(_ member: MemberID, _ source: SourcePosition) -> Bool {
        guard let highest = highest[Source(member: member, partition: source.partition)] else { return false }
        return Place(source) <= highest
    }

    /// Takes what was accepted by all three parties; returns what changes in the kept state.
    mutating func advance(_ accepted: [(member: MemberID, source: SourcePosition)]) -> [StateWrite] {
        var changed: Set<Source> = []
        for (member, position) in accepted {
            let source = Source(member: member, partition: position.partition)
            let place = Place(position)
            guard highest[source].map({ $0 < place }) ?? true else { continue }
            highest[source] = place
            changed.insert(source)
        }
        return changed.compactMap { source in
            guard let place = highest[source] else { return nil }
            let index = withUnsafeBytes(of: UInt32(place.index).bigEndian) { Array($0) }
            return .put(
                table: table,
                StateEntry(
                    key: Array("\(source.member)/\(source.partition)".utf8), value: index, order: place.offset))
        }
    }
}
