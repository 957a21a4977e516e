package import Formats
import Model
package import Policy
import Records

/// Two policies on a member's own past: what each would have decided of every transaction, by the scores that it had then. Windows
/// are computed over the past itself, by the agent's own memory, so from where that begins each row is decided as the agent would.
package struct PolicyBacktest {
    /// What became of one transaction.
    package struct Row: Hashable, Sendable {
        package var transaction: String
        /// Days since 1970, in UTC.
        package var day: Int64
        /// Hundredths of the consortium's currency.
        package var amount: Int64
        package var present: Band
        package var candidate: Band
        /// What was decided then.
        package var decided: Band

        package init(
            transaction: String, day: Int64, amount: Int64, present: Band, candidate: Band, decided: Band
        ) {
            self.transaction = transaction
            self.day = day
            self.amount = amount
            self.present = present
            self.candidate = candidate
            self.decided = decided
        }
    }

    private let present: DecisionPolicy
    private let candidate: DecisionPolicy
    /// One where both policies have the same windows.
    private var streams: [StreamTrial]
    package private(set) var rows: [Row] = []
    package private(set) var repeats = 0
    package private(set) var rejected = 0
    /// Transactions that no score ever came for: the fallback decided them.
    package private(set) var unscored = 0
    private var labels: [String: Bool] = [:]

    package init(present: DecisionPolicy, candidate: DecisionPolicy) {
        self.present = present
        self.candidate = candidate
        streams = [StreamTrial(windows: present.windows)]
        if present.windows != candidate.windows { streams.append(StreamTrial(windows: candidate.windows)) }
    }

    /// Takes the next part of the past, in the topic's order.
    ///
    /// - Parameter decision: of a transaction: the probability that it was decided by, and the band; nil where there is none.
    package mutating func take(_ part: RecordPart, decision: (probability: Double, band: Band)?) {
        if let verdict = part.verdict { labels[verdict.transaction] = verdict.fraud }
        if let outcome = part.outcome, outcome.tellsFraud { labels[outcome.transaction] = true }
        let taken = streams.indices.map { streams[$0].take(part) }
        if taken[0].rejection != nil {
            rejected += 1
            return
        }
        guard let transaction = taken[0].part.transaction else { return }
        guard !taken[0].isRepeat else {
            repeats += 1
            return
        }
        guard let decision else {
            unscored += 1
            return
        }
        func band(_ policy: DecisionPolicy, _ taken: StreamTrial.Taken) -> Band {
            policy.decide(
                PolicyFacts(transaction: transaction, probability: decision.probability, windows: taken.windows)
            ).band
        }
        rows.append(
            Row(
                transaction: transaction.id, day: transaction.time.seconds.flooredDays,
                amount: transaction.amount.value,
                present: band(present, taken[0]), candidate: band(candidate, taken[taken.count - 1]),
                decided: decision.band))
    }

    /// What both come to, by all that is known of the transactions by now.
    package var report: BacktestReport {
        var report = BacktestReport(repeats: repeats, rejected: rejected, unscored: unscored)
        for row in rows {
            let fraud = labels[row.transaction]
            report.days[row.day, default: .init()].add(row, fraud)
            report.total.add(row, fraud)
            if row.present != row.decided { report.differing += 1 }
            if row.candidate.alerts, !row.present.alerts, report.examples.count < BacktestReport.exampleLimit {
                report.examples.append(.init(transaction: row.transaction, band: row.candidate, fraud: fraud))
            }
        }
        return report
    }
}

extension Int64 {
    /// Whole days of so many seconds since 1970, also before it.
    fileprivate var flooredDays: Int64 { self >= 0 ? self / 86_400 : (self - 86_399) / 86_400 }
}

/// Two policies side by side.
package struct BacktestReport: Sendable, Hashable {
    /// One policy's alerts, by what is known of them.
    package struct Side: Sendable, Hashable {
        package var alerts = 0
        /// Alerts that were fraud, and their amounts.
        package var caught = 0
        package var caughtValue: Int64 = 0
        /// Alerts that were legitimate.
        package var falseAlarms = 0
        /// Alerts that nothing is known of.
        package var unknown = 0

        mutating func add(_ band: Band, _ amount: Int64, _ fraud: Bool?) {
            guard band.alerts else { return }
            alerts += 1
            switch fraud {
            case true?:
                caught += 1
                caughtValue += amount
            case false?: falseAlarms += 1
            case nil: unknown += 1
            }
        }
    }

    package struct Count: Sendable, Hashable {
        package var rows = 0
        package var frauds = 0
        package var fraudValue: Int64 = 0
        package var present = Side()
        package var candidate = Side()
        /// Rows that the two decide differently.
        package var changed = 0

        mutating func add(_ row: PolicyBacktest.Row, _ fraud: Bool?) {
            rows += 1
            if fraud == true {
                frauds += 1
                fraudValue += row.amount
            }
            present.add(row.present, row.amount, fraud)
            candidate.add(row.candidate, row.amount, fraud)
            if row.present != row.candidate { changed += 1 }
        }
    }

    /// A transaction that the candidate alone alerts on.
    package struct Example: Sendable, Hashable {
        package var transaction: String
        package var band: Band
        package var fraud: Bool?
    }

    static let exampleLimit = 20

    package var total = Count()
    /// By days since 1970, in UTC.
    package var days: [Int64: Count] = [:]
    package var repeats: Int
    package var rejected: Int
    package var unscored: Int
    /// Rows of which the present policy says something else than was decided: lists and rules were others then.
    package var differing = 0
    package var examples: [Example] = []

    init(repeats: Int, rejected: Int, unscored: Int) {
        self.repeats = repeats
        self.rejected = rejected
        self.unscored = unscored
    }
}
