package import Records

/// What a consortium is worth to each of its members: every member alone, by its own windows and its own model, against
/// all together, over the same transactions.
package struct Uplift: Sendable, Hashable {
    /// One way of scoring over some transactions.
    package struct Figures: Sendable, Hashable {
        package var quality: QualityReport
        /// Frauds among the transactions that the budget looks at.
        package var stopped: Int
        /// Those of them at a terminal where only others' frauds were known.
        package var stoppedAfterOthers: Int

        /// The part of all frauds that is stopped, 0 to 1; nil without a fraud.
        package var recall: Double? { quality.frauds > 0 ? Double(stopped) / Double(quality.frauds) : nil }
    }

    /// Both ways of scoring, over one member's transactions or over all.
    package struct Comparison: Sendable, Hashable {
        package var alone: Figures
        package var consortium: Figures
        /// The consortium's scores with each member's own beside them; nil where none were made.
        package var beside: Figures?
        /// Frauds at terminals where others had had confirmed frauds and the member none.
        package var afterOthers: Int

        /// Whether the consortium's average precision is below the member's own; false where either is not defined.
        package var isWorseOff: Bool {
            guard let alone = alone.quality.averagePrecision, let together = consortium.quality.averagePrecision else {
                return false
            }
            return together < alone
        }
    }

    /// The budget that each member has.
    package let budget: AlertBudget
    /// All members: frauds stopped are the members' sum, and `quality` ranks all transactions together. Alone, that
    /// ranks scores of different models against each other.
    package let overall: Comparison
    package let members: [MemberID: Comparison]

    /// A transaction of the test with both scores. Each member's own are on a scale of their own.
    package struct Row: Sendable {
        /// The transaction with the consortium's score.
        package var outcome: ScoredOutcome
        /// The score by the member's own model.
        package var alone: Double
        /// Both scores in one, at the member's side (`ScoreBlend`); nil where none was made.
        package var beside: Double?
        /// Whether only others' frauds were known at the terminal (`KnownTerminals`).
        package var isAfterOthers: Bool

        /// - Parameter outcome: with the consortium's score.
        package init(outcome: ScoredOutcome, alone: Double, beside: Double? = nil, isAfterOthers: Bool) {
            self.outcome = outcome
            self.alone = alone
            self.beside = beside
            self.isAfterOthers = isAfterOthers
        }
    }

    /// Each member has the budget for its own transactions, and so gets no alerts of others'.
    package init(of rows: [Row], budget: AlertBudget) {
        self.budget = budget
        let isBlended = !rows.isEmpty && rows.allSatisfy { $0.beside != nil }
        let parts = Dictionary(grouping: rows, by: \.outcome.card.member)
        let members = parts.mapValues { rows in
            Comparison(
                alone: Self.figures(rows, budget) { $0.alone },
                consortium: Self.figures(rows, budget) { $0.outcome.score },
                beside: isBlended ? Self.figures(rows, budget) { $0.beside ?? 0 } : nil,
                afterOthers: rows.count { $0.isAfterOthers && $0.outcome.fraud })
        }
        self.members = members
        func all(_ figures: (Comparison) -> Figures?, _ score: (Row) -> Double) -> Figures {
            let parts = members.values.compactMap(figures)
            return Figures(
                quality: QualityReport(of: Self.outcomes(rows, score)),
                stopped: parts.reduce(0) { $0 + $1.stopped },
                stoppedAfterOthers: parts.reduce(0) { $0 + $1.stoppedAfterOthers })
        }
        overall = Comparison(
            alone: all(\.alone) { $0.alone }, consortium: all(\.consortium) { $0.outcome.score },
            beside: isBlended ? all(\.beside) { $0.beside ?? 0 } : nil,
            afterOthers: members.values.reduce(0) { $0 + $1.afterOthers })
    }

    private static func outcomes(_ rows: [Row], _ score: (Row) -> Double) -> [ScoredOutcome] {
        rows.map { row in
            var outcome = row.outcome
            outcome.score = score(row)
            return outcome
        }
    }

    private static func figures(_ rows: [Row], _ budget: AlertBudget, _ score: (Row) -> Double) -> Figures {
        let outcomes = outcomes(rows, score)
        let stopped = budget.alerted(outcomes).filter { outcomes[$0].fraud }
        return Figures(
            quality: QualityReport(of: outcomes), stopped: stopped.count,
            stoppedAfterOthers: stopped.count { rows[$0].isAfterOthers })
    }
}

/// Which terminals' frauds are confirmed, and at whom: tells a fraud that a member could not have seen coming by
/// itself.
package struct KnownTerminals: Sendable {
    /// Days between a transaction and its confirmed outcome.
    private let delayDays: Int
    /// How many days' confirmed outcomes say something of a terminal.
    private let memoryDays: Int
    private var days: [String: [(day: Int, member: MemberID)]] = [:]

    package init(delayDays: Int = 7, memoryDays: Int = 30) {
        self.delayDays = delayDays
        self.memoryDays = memoryDays
    }

    /// A fraud on a day (`EventTime.dayNumber`), in any order of days.
    package mutating func add(_ terminal: String, of member: MemberID, fraudOn day: Int) {
        days[terminal, default: []].append((day, member))
    }

    /// Whether on `day` others' frauds at the terminal are confirmed, and none of the member's own. Frauds count that
    /// happened from `delayDays + memoryDays` to `delayDays + 1` days before.
    package func isKnownToOthersAlone(_ terminal: String, _ member: MemberID, on day: Int) -> Bool {
        let confirmed = (days[terminal] ?? []).filter {
            (day - delayDays - memoryDays..<day - delayDays).contains($0.day)
        }
        return !confirmed.isEmpty && confirmed.allSatisfy { $0.member != member }
    }
}
