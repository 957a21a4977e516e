package import Records
package import Sealing

/// The answer of three parties that agree on a transaction.
package struct Answer: Sendable, Hashable {
    /// What the parties open of a score.
    package enum Score: Sendable, Hashable {
        /// The score in ring units, as ring elements add up to it.
        case exact(Int64)
        /// The step of the calibration that the score is in, counted from 0, and how many steps there are.
        case step(Int, of: Int)
    }

    /// Where the parties keep what a score was computed from.
    package struct Place: Sendable, Hashable {
        /// Of the batch on `consortium.sealed`.
        package var range: Range<Int64>
        /// Its number among the member's transactions of the batch and the session.
        package var row: Int
        /// Of the member's session.
        package var epoch: UInt32

        package init(range: Range<Int64>, row: Int, epoch: UInt32) {
            self.range = range
            self.row = row
            self.epoch = epoch
        }
    }

    /// What they say.
    package enum Outcome: Sendable, Hashable {
        case score(Score, model: Digest32, modelVersion: String)
        /// The transaction is not scored, and will not be.
        case refused(Refusal)
    }

    package var source: SourcePosition
    package var outcome: Outcome
    /// The offset of the first of the records that it takes: who begins again there finds all three.
    package var firstOffset: Int64
    /// Nil where the parties say nothing of it: of a refusal, and of a model without a scorecard.
    package var place: Place?

    package init(source: SourcePosition, outcome: Outcome, firstOffset: Int64, place: Place? = nil) {
        self.place = place
        self.source = source
        self.outcome = outcome
        self.firstOffset = firstOffset
    }
}
