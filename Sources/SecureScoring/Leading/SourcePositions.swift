package import EventLogs
import Records

/// The records of every source that are scored and in the log, for one partition of `consortium.sealed`: what an agent seals again
/// after a crash, or a zombie repeats, is among them (DESIGN section 9).
package struct SourcePositions: Sendable {
    private struct Source: Hashable {
        var member: MemberID
        var partition: Int

        init(_ member: MemberID, _ partition: Int) { (self.member, self.partition) = (member, partition) }

        init(_ claim: SourceClaim) { self.init(claim.member, claim.source.partition) }
    }

    private let partition: TopicPartition
    private var taken: [Source: SourceCoverage] = [:]
    /// Those of which the kept state has another row.
    private var changed: Set<Source> = []

    package init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        var found: [Source: SourceCoverage] = [:]
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
            found[Source(member, number)] = coverage
        }
        taken = found
    }

    private var table: String { "sources-\(partition.partition)" }

    /// Whether a record repeats what is scored of its source.
    package func isRepeat(_ claim: SourceClaim) -> Bool {
        taken[Source(claim)]?.covers(SourceCoverage.Place(claim.source)) ?? false
    }

    /// Advances by what was accepted by all three parties.
    ///
    /// - Returns: how often a record's predecessor had not been taken.
    @discardableResult
    package mutating func advance(_ accepted: [SourceClaim]) -> Int {
        var gaps = 0
        for claim in accepted {
            let source = Source(claim)
            var coverage = taken[source] ?? SourceCoverage()
            let before = coverage.spans.count
            guard
                coverage.take(
                    SourceCoverage.Place(claim.source), after: claim.previous.map { SourceCoverage.Place($0) })
            else { continue }
            if before > 0, coverage.spans.count > before { gaps += 1 }
            taken[source] = coverage
            changed.insert(source)
        }
        return gaps
    }

    /// The changes that the kept state lacks, until `areCommitted`.
    package var changes: [StateWrite] {
        changed.compactMap { source in
            taken[source].map { coverage in
                .put(
                    table: table,
                    StateEntry(
                        key: Array("\(source.member)/\(source.partition)".utf8), value: coverage.encoded,
                        order: coverage.spans.last?.through.offset ?? 0))
            }
        }
    }

    /// Notes that the kept state has all changes.
    package mutating func areCommitted() { changed = [] }
}

extension SourceCoverage.Place {
    init(_ position: SourcePosition) { self.init(offset: position.offset, index: position.index) }
}
