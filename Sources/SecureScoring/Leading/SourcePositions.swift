import Counters
package import EventLogs
import Records

/// The records of every source that are taken, for one partition of `consortium.sealed`: what an agent seals again
/// after a crash, or a zombie repeats, is among them (DESIGN section 9).
package struct SourcePositions: Sendable {
    private struct Source: Hashable {
        var member: MemberID
        var partition: Int

        init(_ member: MemberID, _ partition: Int) { (self.member, self.partition) = (member, partition) }

        init(_ claim: SourceClaim) { self.init(claim.member, claim.source.partition) }
    }

    /// A member's topic has at most this many partitions: so many sources of a member are kept, each of a bounded size.
    package static let partitions = PartyCounters.sourcePartitions

    /// What was taken of one source.
    fileprivate struct Taken {
        var coverage = SourceCoverage()
        /// Whether the kept state has another row.
        var isChanged = false
    }

    private let partition: TopicPartition
    private var taken: [Source: Taken] = [:]
    /// Whether there is any source of which it is not known any more what was taken: as a rule there is none.
    private var hasForgotten = false
    /// Those that are changed.
    private var changed: [Source] = []

    package init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        var found: [Source: Taken] = [:]
        try state.scan(table) { entry in
            let parts = String(decoding: entry.key, as: UTF8.self).split(
                separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let member = MemberID(String(parts[0])), let number = Int(parts[1]),
                let coverage = SourceCoverage(decoding: entry.value)
            else {
                throw LogError.corrupted(
                    reason: """
                        the party's state holds malformed source positions, or those of an older version of this program; remove \
                        the state at all three parties: what is in the log is scored again, and members drop the repeats
                        """)
            }
            found[Source(member, number)] = Taken(coverage: coverage)
        }
        taken = found
        hasForgotten = found.values.contains { $0.coverage.forgotten != nil }
    }

    private var table: String { Self.table(partition.partition) }

    /// The name of a partition's table.
    static func table(_ partition: Int) -> String { "sources-\(partition)" }

    /// Whether nothing was taken.
    var isEmpty: Bool { taken.isEmpty }

    /// Whether a record repeats what is taken of its source.
    package func isRepeat(_ claim: SourceClaim) -> Bool {
        taken[Source(claim)]?.coverage.covers(SourceCoverage.Place(claim.source)) ?? false
    }

    /// Whether it is not known any more if a record repeats what is taken: too many of its source are missing behind it.
    package func hasForgotten(_ claim: SourceClaim) -> Bool {
        guard hasForgotten else { return false }
        return taken[Source(claim)]?.coverage.hasForgotten(SourceCoverage.Place(claim.source)) ?? false
    }

    /// Advances by what the parties took. A source beyond the last partition is passed over.
    ///
    /// - Returns: the gaps that are new: in front of records whose predecessor was not taken.
    @discardableResult
    package mutating func advance(_ claims: [SourceClaim]) -> [SourceGap] { claims.compactMap { advance($0) } }

    /// Advances by one record; returns the gap in front of it, where that is new.
    @discardableResult
    package mutating func advance(_ claim: SourceClaim) -> SourceGap? {
        let partition = claim.source.partition
        guard partition < Self.partitions else { return nil }
        let source = Source(claim)
        let (gap, isFirst, forgets) = taken[source, default: Taken()].take(claim)
        if isFirst { changed.append(source) }
        if forgets { hasForgotten = true }
        return gap.map { gap in
            SourceGap(
                member: claim.member, after: gap.after == .start ? nil : gap.after.position(partition),
                through: gap.through.position(partition))
        }
    }

    /// The changes that the kept state lacks, until `areCommitted`.
    package var changes: [StateWrite] {
        changed.compactMap { source in
            taken[source].map { taken in
                .put(
                    table: table,
                    StateEntry(
                        key: Array("\(source.member)/\(source.partition)".utf8), value: taken.coverage.encoded, order: 0
                    ))
            }
        }
    }

    /// Notes that the kept state has all changes.
    package mutating func areCommitted() {
        for source in changed { taken[source]?.isChanged = false }
        changed = []
    }
}

extension SourcePositions.Taken {
    /// Takes a record; returns what is missing in front of it, where that is new, whether this is the first change, and whether
    /// anything of the source is forgotten now.
    fileprivate mutating func take(
        _ claim: SourceClaim
    ) -> (gap: SourceCoverage.Span?, isFirst: Bool, forgets: Bool) {
        let previous = claim.previous.map { SourceCoverage.Place($0) }
        let (isNew, gap) = coverage.take(SourceCoverage.Place(claim.source), after: previous)
        let isFirst = isNew && !isChanged
        if isFirst { isChanged = true }
        return (gap, isFirst, coverage.forgotten != nil)
    }
}

extension SourceCoverage.Place {
    init(_ position: SourcePosition) { self.init(offset: position.offset, index: position.index) }

    func position(_ partition: Int) -> SourcePosition {
        SourcePosition(partition: partition, offset: offset, index: index)
    }
}
