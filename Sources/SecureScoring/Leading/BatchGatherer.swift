import EventLogs
import Records
package import Stages

/// The gatherer of a leader's next batch of transactions: holds what was read of the log, and says when that closes as a batch.
///
/// A batch closes where it is full, where the model or the epoch of keys changes, before a label that was in the log earlier, and
/// on the beat after the batch before, once that is done: so it is as large as the load needs, and an idle cell waits for nothing.
package struct BatchGatherer {
    /// The step that the records allow.
    package enum Step {
        /// Nothing closes yet.
        case wait
        /// The model, or the epoch of keys, is to be switched at this record.
        case activation(SealedRecord)
        /// All records up to `end` repeat what is scored: so many are dropped.
        case repeats(Int, end: Int64)
        /// These records close as a batch, without the repeats among them.
        case transactions([SealedRecord], end: Int64, repeats: [Int64])
    }

    /// The terms of the model in force for a batch.
    package struct Terms {
        /// Whether the model reads counts: then each batch looks at what the one before it left.
        package var isCounted: Bool
        /// The time in the log of the oldest label that is not counted: what came later waits for it. Nil where there is none.
        package var label: Int64?

        package init(isCounted: Bool, label: Int64?) {
            self.isCounted = isCounted
            self.label = label
        }
    }

    private let limit: Int
    private var records: [SealedRecord] = []
    /// The moment from which on a batch may leave though it is not full.
    package private(set) var due: Moment

    /// - Parameters:
    ///   - limit: of records of a batch.
    ///   - now: from when on the first batch may leave.
    package init(limit: Int, now: Moment) {
        self.limit = limit
        due = now
    }

    package var isEmpty: Bool { records.isEmpty }
    /// The number of records that there is room for.
    package var room: Int { limit - records.count }
    /// The oldest record.
    package var first: SealedRecord? { records.first }

    /// Adds records that were read behind those that are held.
    package mutating func add(_ more: [SealedRecord]) { records += more }

    /// Forgets what is held.
    package mutating func removeAll() { records = [] }

    /// Holds back a batch that is not full until the beat.
    package mutating func rest(until moment: Moment) { due = moment }

    /// The next step behind the batches under way; the records of a step are not held any more.
    ///
    /// - Parameters:
    ///   - terms: of the model in force; asked where there are transactions that might close.
    ///   - isRepeat: whether a record repeats what is scored.
    package mutating func next(
        after queue: BatchQueue, at now: Moment, terms: () throws -> Terms, isRepeat: (SealedRecord) throws -> Bool
    ) throws -> Step {
        guard let first, records.count == limit || queue.isEmpty && now >= due else { return .wait }
        if first.isSwitch {
            guard queue.isEmpty else { return .wait }
            records.removeFirst()
            return .activation(first)
        }
        let terms = try terms()
        guard queue.isEmpty || !terms.isCounted else { return .wait }
        let label = terms.label ?? .max
        let closing = Array(records.prefix { !$0.isSwitch && $0.record.timestamp <= label })
        guard let last = closing.last else { return .wait }
        var repeats: [Int64] = []
        for record in closing {
            guard let claim = record.claim else { continue }
            if try isRepeat(record) {
                repeats.append(record.offset)
            } else if queue.covers(claim.member, claim.source) {
                // Whether it repeats what is under way shows when that is scored.
                return .wait
            }
        }
        let end = last.offset + 1
        guard repeats.count == closing.count else {
            records.removeFirst(closing.count)
            return .transactions(closing, end: end, repeats: repeats)
        }
        guard queue.isEmpty else { return .wait }
        records.removeFirst(closing.count)
        return .repeats(closing.count, end: end)
    }
}
