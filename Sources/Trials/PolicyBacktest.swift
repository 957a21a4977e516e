package import Desk
package import Formats
import Model
package import Policy
package import Records

/// Two policies on a member's own past: what each would have decided of every transaction, by the scores that it had then. Windows
/// are computed over the past itself, by the agent's own memory, so from where that begins each row is decided as the agent would.
package struct PolicyBacktest {
    private let present: DecisionPolicy
    private let candidate: DecisionPolicy
    /// Live rules that the candidate alone has, as they are there.
    private let tried: Set<PolicyRule>
    /// One where both policies have the same windows.
    private var streams: [StreamTrial]
    package private(set) var rows: [BacktestRow] = []
    package private(set) var repeats = 0
    package private(set) var rejected = 0
    /// Transactions that no score ever came for: the fallback decided them.
    package private(set) var unscored = 0
    private var labels: [String: Bool] = [:]

    package init(present: DecisionPolicy, candidate: DecisionPolicy) {
        self.present = present
        self.candidate = candidate
        tried = Set(candidate.rules.filter { $0.mode == .live }).subtracting(present.rules)
        streams = [StreamTrial(windows: present.windows)]
        if present.windows != candidate.windows { streams.append(StreamTrial(windows: candidate.windows)) }
    }

    /// Takes the next part of the past, in the topic's order.
    ///
    /// - Parameters:
    ///   - decision: of a transaction: the probability that it was decided by, and the band; nil where there is none.
    ///   - scope: what is counted; windows are over all there is.
    package mutating func take(
        _ part: RecordPart, at source: SourcePosition, decision: (probability: Double, band: Band)?,
        within scope: TeamScope = .everything
    ) {
        if let verdict = part.verdict { labels[verdict.transaction] = verdict.fraud }
        if let outcome = part.outcome, outcome.tellsFraud { labels[outcome.transaction] = true }
        let taken = streams.indices.map { streams[$0].take(part) }
        guard let transaction = part.transaction else {
            if taken[0].rejection != nil { rejected += 1 }
            return
        }
        guard
            scope.has(
                band: decision?.band, kind: transaction.kind, channel: transaction.channel, amount: transaction.amount)
        else { return }
        guard taken[0].rejection == nil else { return rejected += 1 }
        guard !taken[0].isRepeat else { return repeats += 1 }
        guard let decision else { return unscored += 1 }
        func outcome(_ policy: DecisionPolicy, _ taken: StreamTrial.Taken) -> PolicyOutcome {
            policy.decide(
                PolicyFacts(transaction: transaction, probability: decision.probability, windows: taken.windows))
        }
        let (now, then) = (outcome(present, taken[0]), outcome(candidate, taken[taken.count - 1]))
        let isTried = !tried.isEmpty && then.rules.contains { tried.contains($0) }
        rows.append(
            BacktestRow(
                transaction: transaction.id, source: source, day: Int64(transaction.time.dayNumber),
                amount: transaction.amount.value, present: now.band, candidate: then.band, decided: decision.band,
                isTried: isTried, rules: isTried ? now.rules.map(\.id) : []))
    }

    /// What both come to, by all that is known of the transactions by now.
    package var report: BacktestReport {
        var report = BacktestReport(repeats: repeats, rejected: rejected, unscored: unscored)
        for row in rows { report.add(row, labels[row.transaction]) }
        return report
    }
}
