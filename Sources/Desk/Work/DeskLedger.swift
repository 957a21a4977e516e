/// The desk's state in memory: every item's work, and what became of every act. What an index keeps on disk has to be the same.
package struct DeskLedger: Sendable {
    /// What became of an act. An act that is asked for twice has the outcome of the first time.
    package enum Outcome: Hashable, Sendable {
        /// The item's version from then on.
        case done(version: Int64)
        case refused(Work.Refusal)
    }

    package private(set) var items: [ItemID: Work] = [:]
    package private(set) var outcomes: [ActID: Outcome] = [:]
    package private(set) var clock = LogClock()

    package init() {}

    /// - Parameter timestamp: the record's, by the log's clock, in microseconds.
    @discardableResult
    package mutating func take(_ record: DeskRecord, timestamp: Int64) -> Outcome {
        clock.pass(timestamp)
        if let known = outcomes[record.id] { return known }
        let outcome = Self.outcome(of: record, on: &items[record.item, default: Work()], at: clock.now)
        outcomes[record.id] = outcome
        return outcome
    }

    /// Applies a record whose act did not come before.
    package static func outcome(of record: DeskRecord, on work: inout Work, at now: Int64) -> Outcome {
        do throws(Work.Refusal) {
            try work.take(record, at: now)
            return .done(version: work.version)
        } catch {
            return .refused(error)
        }
    }
}
