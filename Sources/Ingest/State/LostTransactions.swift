package import Records
package import Sealing

/// The choice of the transactions that are sealed again: those that a party has said to lack, those whose record came behind the
/// closing of its epoch of keys, and those that have waited for an answer for too long. Whatever the reason, a party that has one
/// takes it for the repeat that it is.
package struct LostTransactions: Sendable {
    /// A span that parties have said to lack, of one partition of `consortium.sealed`.
    private struct Missing: Hashable {
        var partition: Int
        var span: MissingReceipt.Span
    }

    /// What is to be told of transactions to whoever runs the agent, once of each.
    package enum Word: Sendable, Hashable {
        /// A party lacks it.
        case missing
        /// It waits, and is not sealed again: its features were computed for another spec, and cuts of this one would be of
        /// other numbers.
        case otherFeatures
        /// It has no answer though it was sealed again several times.
        case unanswered
    }

    private let featureDigest: UInt64
    private var missing: [Missing] = []
    /// Words on transactions that wait, those that were taken too.
    private var told: [Word: Set<SourcePosition>] = [:]
    private var words: [Word: [SourcePosition]] = [:]
    /// How often each was sealed again because it had waited for too long.
    private var repeats: [SourcePosition: Int] = [:]
    /// The last of those: the next ones are those behind it.
    private var last: SourcePosition?

    /// The most spans that are kept: of more, the oldest go, whose transactions will have waited for too long soon enough.
    private static let spans = 1024
    /// The most transactions that are sealed again at once.
    package static let limit = 512
    /// The most of those that have waited for too long: parties that are behind are not to be sent all once more.
    private static let overdueLimit = 64
    /// Sealed again so often without an answer, a transaction is spoken of: after 32 times the patience with it.
    private static let repeatsInSilence = 6

    /// - Parameter featureDigest: of the features that transactions are sealed with now (`FeatureSpec.ownDigest`).
    package init(featureDigest: UInt64) { self.featureDigest = featureDigest }

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
        let lacking = book.positions { position, transaction in
            guard position.offset < end, let event = EventID(transaction.event) else { return false }
            return missing.contains { $0.span.contains(position) && $0.partition == partition(event) }
        }
        for position in lacking { tell(.missing, of: position) }
        let found = sealable(lacking, in: book)
        if found.count <= Self.limit { missing = [] }
        return Array(found.prefix(Self.limit))
    }

    /// The first transactions whose records came behind the closing of the epoch that they are sealed under, in order, up to
    /// `limit`: no party takes them.
    ///
    /// - Parameters:
    ///   - end: everything below it is in the log.
    ///   - partition: of `consortium.sealed`, for which an event is sealed.
    package mutating func takeClosed(
        _ closings: EpochClosings, in book: PendingBook, below end: Int64, partition: (EventID) -> Int
    ) -> [SourcePosition] {
        let late = book.positions { position, transaction in
            guard position.offset < end, let event = EventID(transaction.event) else { return false }
            return closings.isBehind(transaction.sealed, in: partition(event))
        }
        return Array(sealable(late, in: book).prefix(Self.limit))
    }

    /// The next transactions that have waited for too long, in order, and from the first on again behind the last. Each time that
    /// one was among them, "too long" is twice as long for it: parties that are away for days, or can't read it, are sent few of
    /// it.
    ///
    /// - Parameters:
    ///   - end: everything below it is in the log.
    ///   - now: microseconds since 1970, by the log.
    ///   - patience: with one that was not sealed again yet, in microseconds.
    package mutating func takeOverdue(
        in book: PendingBook, below end: Int64, now: Int64, patience: Int64
    ) -> [SourcePosition] {
        for word in told.keys { told[word] = told[word]?.filter { book[$0] != nil } }
        repeats = repeats.filter { book[$0.key] != nil }
        let late = book.positions { position, transaction in
            position.offset < end && now - transaction.received > patience << min(repeats[position] ?? 0, 30)
        }
        let overdue = sealable(late, in: book)
        let behind = overdue.drop { position in last.map { position <= $0 } ?? false }
        let next = Array((behind.isEmpty ? overdue[...] : behind).prefix(Self.overdueLimit))
        last = next.last
        for position in next {
            repeats[position, default: 0] += 1
            if repeats[position] == Self.repeatsInSilence { tell(.unanswered, of: position) }
        }
        return next
    }

    /// Those whose features are of the spec that they would be sealed with now.
    private mutating func sealable(_ positions: [SourcePosition], in book: PendingBook) -> [SourcePosition] {
        positions.filter { position in
            guard book[position]?.featureDigest != featureDigest else { return true }
            tell(.otherFeatures, of: position)
            return false
        }
    }

    private mutating func tell(_ word: Word, of position: SourcePosition) {
        guard told[word, default: []].insert(position).inserted else { return }
        words[word, default: []].append(position)
    }

    /// The words that there are since the last call, each with its transactions in order.
    package mutating func takeWords() -> [Word: [SourcePosition]] {
        defer { words = [:] }
        return words.mapValues { $0.sorted() }
    }
}
