package import Policy
import Records

/// What a dashboard shows of some days, for one reader's alerts. Days are of UTC, counted from 1970.
package struct DeskFigures: Sendable {
    /// A day's alerts of one decision and origin, by the day of the decision.
    package struct Day: Hashable, Sendable {
        package var day: Int64
        package var band: Band
        package var origin: Origin
        package var tally: AlertTally

        package init(day: Int64, band: Band, origin: Origin, tally: AlertTally) {
            (self.day, self.band, self.origin, self.tally) = (day, band, origin, tally)
        }
    }

    /// A day's decided payments of one decision, by the day of the payment, with what is known of them now.
    package struct Payments: Hashable, Sendable {
        package var day: Int64
        package var band: Band
        package var count: Int64
        /// Hundredths of the consortium's currency.
        package var sum: Int64
        package var frauds: Int64
        package var fraudSum: Int64

        package init(day: Int64, band: Band, count: Int64, sum: Int64, frauds: Int64, fraudSum: Int64) {
            (self.day, self.band, self.count, self.sum) = (day, band, count, sum)
            (self.frauds, self.fraudSum) = (frauds, fraudSum)
        }
    }

    /// What an alert waits for.
    package enum Span: Int, Sendable, CaseIterable {
        /// From the decision to the first claim or verdict, from there to the verdict, and both.
        case touch = 0
        case verdict = 1
        case handling = 2
    }

    package struct Person: Hashable, Sendable {
        package var actor: Actor
        package var claims: Int64
        package var verdicts: Int64

        package init(_ actor: Actor, claims: Int64, verdicts: Int64) {
            (self.actor, self.claims, self.verdicts) = (actor, claims, verdicts)
        }
    }

    package var days: ClosedRange<Int64>
    package var alerts: [Day] = []
    /// Open items of any day.
    package var backlog: [(day: Int64, count: Int64)] = []
    /// How many verdicts of these days took how long: by `spanLimits`, and one more for what took longer.
    package var spans: [Span: [Int64]] = [:]
    package var rules: [(name: String, tally: AlertTally)] = []
    /// Nil for a team that goes by amounts: no sums of payments are kept by those.
    package var payments: [Payments]?
    /// By name. Nil for readers of a part of the alerts: acts are not counted by what they were on.
    package var people: [Person]?

    package init(days: ClosedRange<Int64>) { self.days = days }

    /// Limits of the classes of times, in seconds, included.
    package static let spanLimits: [Int64] = [
        60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 259_200, 604_800,
    ]

    package static let ageLimits: [Int64] = [0, 1, 3, 7, 30]

    // MARK: Figures

    /// All alerts of these days: what policies raised, without what people and samples put there.
    package var total: AlertTally {
        alerts.filter { $0.origin == .alert }.reduce(into: AlertTally()) { $0 += $1.tally }
    }

    package func tally(of band: Band) -> AlertTally {
        alerts.filter { $0.origin == .alert && $0.band == band }.reduce(into: AlertTally()) { $0 += $1.tally }
    }

    /// Each day's alerts, also of days without one.
    package var byDay: [(day: Int64, tally: AlertTally)] {
        var tallies: [Int64: AlertTally] = [:]
        for row in alerts where row.origin == .alert { tallies[row.day, default: AlertTally()] += row.tally }
        return days.map { ($0, tallies[$0] ?? AlertTally()) }
    }

    /// Alerts of 1,000 decided payments.
    package var alertRate: Double? {
        guard let count = payments?.reduce(0, { $0 + $1.count }), count > 0 else { return nil }
        return Double(total.alerts) * 1000 / Double(count)
    }

    /// The amounts of payments that are frauds by what is known now: stopped, and gone through.
    package var fraudSums: (prevented: Int64, lost: Int64)? {
        payments?.reduce(into: (0, 0)) { sums, row in
            if row.band == .decline { sums.0 += row.fraudSum } else { sums.1 += row.fraudSum }
        }
    }

    /// Each day's amounts of frauds, stopped and gone through.
    package var fraudSumsByDay: [(day: Int64, prevented: Int64, lost: Int64)]? {
        payments.map { payments in
            var sums: [Int64: (Int64, Int64)] = [:]
            for row in payments {
                if row.band == .decline {
                    sums[row.day, default: (0, 0)].0 += row.fraudSum
                } else {
                    sums[row.day, default: (0, 0)].1 += row.fraudSum
                }
            }
            return days.map { (day: $0, prevented: sums[$0]?.0 ?? 0, lost: sums[$0]?.1 ?? 0) }
        }
    }

    /// The part of frauds' amounts that was stopped; nil where none is known.
    package var valueDetection: Double? {
        fraudSums.flatMap { $0.prevented + $0.lost == 0 ? nil : Double($0.prevented) / Double($0.prevented + $0.lost) }
    }

    /// Payments that were declined and judged legitimate, of all that were judged legitimate.
    package var insultRate: Double? {
        total.legitimate == 0 ? nil : Double(tally(of: .decline).legitimate) / Double(total.legitimate)
    }

    /// The limit in seconds that a part of the times does not pass; nil where there is none, or they pass the last one.
    package func limit(of span: Span, part: Double) -> Int64? {
        let counts = spans[span] ?? []
        let all = counts.reduce(0, +)
        guard all > 0 else { return nil }
        var sum: Int64 = 0
        for (count, limit) in zip(counts, Self.spanLimits) {
            sum += count
            if Double(sum) >= part * Double(all) { return limit }
        }
        return nil
    }

    /// Open items by whole days since the decision: of `ageLimits`, and one more for older ones.
    package func backlogByAge(today: Int64) -> [Int64] {
        var counts = Array(repeating: Int64(0), count: Self.ageLimits.count + 1)
        for (day, count) in backlog {
            counts[Self.ageLimits.firstIndex { today - day <= $0 } ?? Self.ageLimits.count] += count
        }
        return counts
    }
}
