package import Records

/// The batches under way at this party, in the order of the log: they are computed, written and ended in that order.
package struct BatchQueue {
    /// A batch under way.
    package struct Entry {
        package let batch: SealedBatch
        /// The result, once its scores are in the log.
        package fileprivate(set) var written: ScoredBatch?
        /// The highest positions of its transactions, as their headers say.
        fileprivate let sources: HighestSources
    }

    private let limit: Int
    private var entries: [Entry] = []

    /// - Parameter limit: of batches under way at once.
    package init(limit: Int) { self.limit = limit }

    package var isEmpty: Bool { entries.isEmpty }
    package var isFull: Bool { entries.count >= limit }

    /// The offset of `consortium.sealed` after the newest batch; nil where none is under way.
    package var end: Int64? { entries.last?.batch.plan.range.upperBound }

    /// Whether a transaction may repeat one that is under way.
    package func covers(_ member: MemberID, _ source: SourcePosition) -> Bool {
        entries.contains { $0.sources.covers(member, source) }
    }

    /// Adds a batch that has begun.
    package mutating func append(_ batch: SealedBatch) {
        var sources = HighestSources()
        for mark in batch.marks { if let claim = mark.claim { sources.add(claim.member, claim.source) } }
        entries.append(Entry(batch: batch, sources: sources))
    }

    /// Notes that the oldest batch without scores in the log has them there now.
    package mutating func noteWritten(_ scored: ScoredBatch) {
        guard let index = entries.firstIndex(where: { $0.written == nil }) else { return }
        entries[index].written = scored
    }

    /// Removes the oldest batch; nil where it has no scores in the log yet.
    package mutating func removeWritten() -> (batch: SealedBatch, scored: ScoredBatch)? {
        guard let first = entries.first, let scored = first.written else { return nil }
        entries.removeFirst()
        return (first.batch, scored)
    }

    /// Forgets all batches.
    package mutating func removeAll() { entries = [] }
}
