import Desk
import Policy
import Records
import Support
import Testing

/// A trial of a policy on the past, held against counts of its rows.
struct BacktestReportTests {
    private static let empty = BacktestReport(repeats: 0, rejected: 0, unscored: 0)

    private struct Known {
        var row: BacktestRow
        var fraud: Bool?
    }

    private func rows(_ seed: UInt64, count: Int) -> [Known] {
        var random = SplitMix64(seed)
        func band() -> Band { Band.allCases[Int(random.next() % 4)] }
        return (0..<count).map { number in
            Known(
                row: BacktestRow(
                    transaction: "t-\(number)", source: SourcePosition(offset: Int64(number)),
                    day: Int64(random.next() % 5), amount: Int64(random.next() % 10_000), present: band(),
                    candidate: band(), decided: band(), isTried: random.next() % 3 == 0,
                    rules: ["a", "b", "c"].filter { _ in random.next() % 2 == 0 }),
                fraud: [nil, true, false][Int(random.next() % 3)])
        }
    }

    private func report(_ rows: [Known]) -> BacktestReport {
        rows.reduce(into: BacktestReport(repeats: 1, rejected: 2, unscored: 3)) { $0.add($1.row, $1.fraud) }
    }

    private func side(_ rows: [Known], _ band: KeyPath<BacktestRow, Band>) -> BacktestReport.Side {
        let alerts = rows.filter { [.review, .decline].contains($0.row[keyPath: band]) }
        var side = Self.empty.tried
        side.alerts = alerts.count
        side.caught = alerts.count { $0.fraud == true }
        side.caughtValue = alerts.filter { $0.fraud == true }.map(\.row.amount).reduce(0, +)
        side.falseAlarms = alerts.count { $0.fraud == false }
        side.unknown = alerts.count { $0.fraud == nil }
        return side
    }

    private func check(_ count: BacktestReport.Count, _ rows: [Known]) {
        #expect(count.rows == rows.count)
        #expect(count.frauds == rows.count { $0.fraud == true })
        #expect(count.fraudValue == rows.filter { $0.fraud == true }.map(\.row.amount).reduce(0, +))
        #expect(count.changed == rows.count { $0.row.present != $0.row.candidate })
        #expect(count.present == side(rows, \.present) && count.candidate == side(rows, \.candidate))
    }

    @Test("counts of all and of each day are those of the rows", arguments: 1...4 as ClosedRange<UInt64>)
    func counts(seed: UInt64) {
        let rows = rows(seed, count: 700)
        let report = report(rows)
        check(report.total, rows)
        for day in 0..<5 as Range<Int64> {
            check(report.days[day] ?? Self.empty.total, rows.filter { $0.row.day == day })
        }
        #expect(report.days.count == 5)
        #expect(report.differing == rows.count { $0.row.present != $0.row.decided })
        #expect((report.repeats, report.rejected, report.unscored) == (1, 2, 3))
    }

    @Test(
        "what the candidate's own rules match is counted whatever became of it, beside what each present rule has",
        arguments: 1...3 as ClosedRange<UInt64>)
    func tried(seed: UInt64) {
        let rows = rows(seed, count: 400)
        let report = report(rows)
        let tried = rows.filter(\.row.isTried)
        #expect(report.tried.alerts == tried.count)
        #expect(report.tried.caught == tried.count { $0.fraud == true })
        #expect(report.tried.caughtValue == tried.filter { $0.fraud == true }.map(\.row.amount).reduce(0, +))
        #expect(report.tried.falseAlarms == tried.count { $0.fraud == false })
        #expect(report.tried.unknown == tried.count { $0.fraud == nil })
        #expect(report.alertedBefore == tried.count { $0.row.present >= .review })
        for rule in ["a", "b", "c"] {
            #expect(report.overlap[rule] == tried.count { $0.row.rules.contains(rule) })
        }
    }

    @Test("examples are the first that the candidate alone alerts on, and no more than there is room for")
    func examples() {
        let rows = rows(9, count: 700)
        let own = rows.filter { $0.row.candidate >= .review && $0.row.present < .review }
        #expect(own.count > BacktestReport.exampleLimit)
        let report = report(rows)
        #expect(report.examples.count == BacktestReport.exampleLimit)
        for (example, known) in zip(report.examples, own) {
            #expect(example.transaction == known.row.transaction && example.source == known.row.source)
            #expect(example.amount.value == known.row.amount && example.fraud == known.fraud)
            #expect(example.band == known.row.candidate)
        }
    }

    @Test("of the same policy nothing is changed, nothing is tried and there is no example")
    func same() {
        let rows = rows(5, count: 200).map { known in
            var known = known
            (known.row.candidate, known.row.isTried) = (known.row.present, false)
            return known
        }
        let report = report(rows)
        #expect(report.total.changed == 0 && report.examples.isEmpty && report.tried == Self.empty.tried)
        #expect(report.total.present == report.total.candidate && report.overlap.isEmpty)
    }

    @Test("a challenge is no alert, on either side")
    func challenge() {
        for (present, candidate, alerts, examples) in [
            (Band.approve, Band.challenge, (0, 0), 0), (.challenge, .review, (0, 1), 1),
            (.review, .challenge, (1, 0), 0),
            (.review, .decline, (1, 1), 0), (.approve, .decline, (0, 1), 1),
        ] {
            var report = BacktestReport(repeats: 0, rejected: 0, unscored: 0)
            report.add(
                BacktestRow(
                    transaction: "t", source: SourcePosition(offset: 1), day: 1, amount: 5, present: present,
                    candidate: candidate, decided: present), nil)
            #expect((report.total.present.alerts, report.total.candidate.alerts) == alerts)
            #expect(report.examples.count == examples && report.total.changed == 1 && report.differing == 0)
        }
    }
}
