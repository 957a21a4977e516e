package import Audit
package import EventLogs
package import ThreeParty

/// The result of a batch, ready for the log: sealed scores, and what the parties agreed to refuse.
package struct ScoredBatch {
    /// A record of sealed boxes for each member and session; none in a batch of labels.
    package let scores: [NewRecord]
    package let agreement: Agreement
    /// Messages that waited for one another.
    package let rounds: Int
    /// The opened batch, for the counts; nil where the model reads none.
    package let counted: CountedBatch?

    /// What the party says of the scores in its audit log; none where it keeps none.
    package let statements: [BatchStatements]

    package init(
        scores: [NewRecord], agreement: Agreement, rounds: Int, counted: CountedBatch?,
        statements: [BatchStatements] = []
    ) {
        self.scores = scores
        self.agreement = agreement
        self.rounds = rounds
        self.counted = counted
        self.statements = statements
    }
}
