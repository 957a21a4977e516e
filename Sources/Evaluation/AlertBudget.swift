/// How many transactions a risk team can look at: so many of the highest-scored ones in a thousand.
package struct AlertBudget: Sendable, Hashable {
    package var perThousand: Double

    /// Nil for what is no budget.
    package init?(perThousand: Double) {
        guard perThousand > 0, perThousand <= 1000 else { return nil }
        self.perThousand = perThousand
    }

    package func alerts(of transactions: Int) -> Int {
        min(transactions, Int((Double(transactions) * perThousand / 1000).rounded(.up)))
    }

    /// Places of the outcomes that are looked at. Of equal scores, earlier days and lower cards come first.
    package func alerted(_ outcomes: [ScoredOutcome]) -> Set<Int> {
        let order = outcomes.indices.sorted { left, right in
            let (a, b) = (outcomes[left], outcomes[right])
            return (b.score, a.day, a.card, left) < (a.score, b.day, b.card, right)
        }
        return Set(order.prefix(alerts(of: outcomes.count)))
    }
}
