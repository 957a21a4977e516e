package import Records

/// A scored transaction and what it turned out to be.
package struct ScoredOutcome: Sendable, Hashable {
    package var card: Card
    /// `EventTime.dayNumber` of the transaction.
    package var day: Int
    /// Whether the transaction turned out to be a fraud.
    package var fraud: Bool
    /// Any scale; not NaN.
    package var score: Double

    package init(card: Card, day: Int, fraud: Bool, score: Double) {
        self.card = card
        self.day = day
        self.fraud = fraud
        self.score = score
    }
}

/// How well a model's scores find frauds. A figure is nil where the transactions do not define it, for instance without
/// a fraud.
package struct QualityReport: Sendable, Hashable {
    /// The area under the receiver operating characteristic (`rocAUC`), 0 to 1; 0.5 is what chance gives.
    package var auc: Double?
    /// Average precision, 0 to 1; chance gives about the part of frauds.
    package var averagePrecision: Double?
    /// Card precision of the 100 highest-scored cards of a day, 0 to 1.
    package var cardPrecision100: Double?
    package var transactions: Int
    package var frauds: Int

    /// Computes all figures, over outcomes in any order.
    package init(of outcomes: [ScoredOutcome]) {
        let scores = outcomes.map(\.score)
        let labels = outcomes.map(\.fraud)
        auc = rocAUC(scores: scores, labels: labels)
        averagePrecision = Evaluation.averagePrecision(scores: scores, labels: labels)
        cardPrecision100 = cardPrecision(
            day: outcomes.map(\.day), card: outcomes.map(\.card), fraud: labels, score: scores, k: 100)
        transactions = outcomes.count
        frauds = labels.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
}

/// The quality over all members, and over each member's transactions alone (100 cards a day of that member).
package struct ConsortiumQuality: Sendable, Hashable {
    package var overall: QualityReport
    package var members: [MemberID: QualityReport]

    package init(of outcomes: [ScoredOutcome]) {
        overall = QualityReport(of: outcomes)
        members = Dictionary(grouping: outcomes, by: \.card.member).mapValues { QualityReport(of: $0) }
    }
}
