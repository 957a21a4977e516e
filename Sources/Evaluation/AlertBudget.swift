/// How many transactions a risk team can look at: so many of the highest-scored ones in a thousand.
package struct AlertBudget: Sendable, Hashable {
    /// Alerts of a thousand transactions, above 0 and at most 1,000; need not be whole.
    package var perThousand: Double

    /// Nil for what is no budget: nothing, more than everything, NaN.
    package init?(perThousand: Double) {
        guard perThousand > 0, perThousand <= 1000 else { return nil }
        self.perThousand = perThousand
    }

    /// How many of so many transactions are looked at, rounded up.
    package func alerts(of transactions: Int) -> Int {
        let exact = Double(transactions) * perThousand / 1000
        // A budget such as 16.6, its product and its quotient are each rounded: that is no alert more.
        return min(transactions, Int((exact - 4 * exact.ulp).rounded(.up)))
    }

    /// Places of the outcomes that are looked at, those with the highest scores. Of equal scores, earlier days and
    /// lower cards come first, so the set is the same each time. Time is that of sorting.
    package func alerted(_ outcomes: [ScoredOutcome]) -> Set<Int> {
        let order = outcomes.indices.sorted { left, right in
            let (a, b) = (outcomes[left], outcomes[right])
            return (b.score, a.day, a.card, left) < (a.score, b.day, b.card, right)
        }
        return Set(order.prefix(alerts(of: outcomes.count)))
    }
}
