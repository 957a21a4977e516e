package import Records
package import Sealing

/// The choice of the transactions that are sealed again: those that a party has said to lack, and those that have waited for an answer
/// for too long. Whatever the reason, a party that has one takes it for the repeat that it is.
package struct LostTransactions: Sendable {
    /// A span that parties have said to lack, of one partition of `consortium.sealed`.
    private struct Missing: Hashable {
        var partition: Int
        var span: MissingReceipt.Span
    }

    private var missing: [Missing] = []
    /// The last of those that were sealed again because they have waited for too long: the next ones are those behind it.
    private var last: SourcePosition?

    /// The most spans that are kept: of more, the oldest go, whose transactions will have waited for too long soon enough.
    private static let spans = 1024
    /// The most transactions that are sealed again at once.
    package static let limit = 512
    /// The most of those that have waited for too long: parties that are behind are not to be sent all once more.
    private static let overdueLimit = 64

    package init() {}

    /// Takes a party's word.
    package mutating func take(_ receipt: MissingReceipt) {
        for span in receipt.spans {
            let missing = Missing(partition: receipt.sealedPartition, span: span)
            // Each of the parties says so.
            if !self.missing.contains(missing) { self.missing.append(missing) }
        }
        missing.removeFirst(max(0, missing.count - Self.spans))
    }

    /// The transactions that parties have said to lack, in order; each word is good once.
    ///
    /// - Parameters:
    ///   - end: everything below it is in the log.
    ///   - partition: of `consortium.sealed`, for which an event is sealed.
    package mutating func takeMissing(
        in book: PendingBook, below end: Int64, partition: (EventID) -> Int
    ) -> [SourcePosition] {
        guard !missing.isEmpty else { return [] }
        let found = book.positions { position, transaction in
            guard position.offset < end, let event = EventID(transaction.event) else { return false }
            return missing.contains { $0.span.contains(position) && $0.partition == partition(event) }
        }
        if found.count <= Self.limit { missing = [] }
        return Array(found.prefix(Self.limit))
    }

    /// The next transactions that have waited for too long, in order, and from the first on again behind the last.
    ///
    /// - Parameters:
    ///   - end: everything below it is in the log.
    ///   - time: those have waited for too long that came before: microseconds since 1970, by the log.
    package mutating func takeOverdue(
        in book: PendingBook, below end: Int64, receivedBefore time: Int64
    ) -> [SourcePosition] {
        let overdue = book.positions { $0.offset < end && $1.received < time }
        let behind = overdue.drop { position in last.map { position <= $0 } ?? false }
        let next = Array((behind.isEmpty ? overdue[...] : behind).prefix(Self.overdueLimit))
        last = next.last
        return next
    }
}
