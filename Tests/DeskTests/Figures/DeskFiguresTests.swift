import Desk
import Policy
import Records
import Support
import Testing

/// A dashboard's figures, held against sums over single alerts and payments.
struct DeskFiguresTests {
    private static let days: ClosedRange<Int64> = 100...109

    private func tally(_ fields: [WritableKeyPath<AlertTally, Int64>: Int64]) -> AlertTally {
        fields.reduce(into: AlertTally()) { $0[keyPath: $1.key] = $1.value }
    }

    /// Rows of a desk's days, drawn anew of each seed.
    private func figures(_ seed: UInt64) -> DeskFigures {
        var random = SplitMix64(seed)
        func below(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
        var figures = DeskFigures(days: Self.days)
        for day in Self.days {
            for band in Band.allCases {
                for origin in Origin.allCases where band.alerts && below(3) > 0 {
                    var one = AlertTally()
                    for part in AlertTally.parts { one[keyPath: part] = below(1000) }
                    figures.alerts.append(.init(day: day, band: band, origin: origin, tally: one))
                }
            }
        }
        figures.payments = Self.days.flatMap { day in
            Band.allCases.map {
                .init(
                    day: day, band: $0, count: below(5000), sum: below(1_000_000), frauds: below(9),
                    fraudSum: below(50_000))
            }
        }
        return figures
    }

    @Test(
        "sums are those of alerts alone: what people and samples put there counts in none",
        arguments: 1...4 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        let figures = figures(seed)
        let raised = figures.alerts.filter { $0.origin == .alert }
        #expect(raised.count < figures.alerts.count)
        for part in AlertTally.parts {
            #expect(figures.total[keyPath: part] == raised.map { $0.tally[keyPath: part] }.reduce(0, +))
            for band in Band.allCases {
                #expect(
                    figures.tally(of: band)[keyPath: part]
                        == raised.filter { $0.band == band }.map { $0.tally[keyPath: part] }.reduce(0, +))
            }
            #expect(figures.byDay.map { $0.tally[keyPath: part] }.reduce(0, +) == figures.total[keyPath: part])
        }
        #expect(figures.byDay.map(\.day) == Array(Self.days))
        let payments = try #require(figures.payments)
        let (stopped, passed) = (payments.filter { $0.band == .decline }, payments.filter { $0.band != .decline })
        let sums = try #require(figures.fraudSums)
        #expect(sums.prevented == stopped.map(\.fraudSum).reduce(0, +))
        #expect(sums.lost == passed.map(\.fraudSum).reduce(0, +))
        let byDay = try #require(figures.fraudSumsByDay)
        #expect(byDay.map(\.day) == Array(Self.days))
        for day in byDay {
            #expect(day.prevented == stopped.filter { $0.day == day.day }.map(\.fraudSum).reduce(0, +))
            #expect(day.lost == passed.filter { $0.day == day.day }.map(\.fraudSum).reduce(0, +))
        }
        let all = payments.map(\.count).reduce(0, +)
        #expect(abs(try #require(figures.alertRate) - Double(figures.total.alerts) / Double(all) * 1000) < 1e-9)
        #expect(figures.valueDetection == Double(sums.prevented) / Double(sums.prevented + sums.lost))
        #expect(
            figures.insultRate == Double(figures.tally(of: .decline).legitimate) / Double(figures.total.legitimate))
    }

    @Test("a rate of nothing is none, and not zero")
    func nothing() {
        var figures = DeskFigures(days: Self.days)
        #expect(figures.alertRate == nil && figures.fraudSums == nil && figures.fraudSumsByDay == nil)
        #expect(figures.valueDetection == nil && figures.insultRate == nil)
        #expect(figures.limit(of: .touch, part: 0.5) == nil && figures.backlogByAge(today: 109).allSatisfy { $0 == 0 })
        #expect(figures.byDay.count == 10 && figures.byDay.allSatisfy { $0.tally == AlertTally() })
        figures.payments = []
        #expect(figures.alertRate == nil && figures.valueDetection == nil)
        #expect(figures.fraudSums?.prevented == 0 && figures.fraudSumsByDay?.count == 10)
        figures.payments = [.init(day: 100, band: .approve, count: 7, sum: 9, frauds: 0, fraudSum: 0)]
        #expect(figures.alertRate == 0 && figures.valueDetection == nil)
        let empty = AlertTally()
        #expect(empty.precision == nil && empty.valuePrecision == nil && empty.unjudged == nil && empty.judged == 0)
    }

    @Test("parts of a tally: what is neither fraud nor legitimate is judged as little as what is open")
    func parts() {
        let one = tally([
            \.alerts: 20, \.open: 5, \.fraud: 6, \.legitimate: 2, \.suspicious: 4, \.undecidable: 3, \.sum: 900,
            \.fraudSum: 300, \.legitimateSum: 100,
        ])
        #expect(one.judged == 8 && one.precision == 0.75 && one.valuePrecision == 0.75 && one.unjudged == 0.6)
        #expect(tally([\.alerts: 3, \.suspicious: 3]).precision == nil)
        #expect(tally([\.alerts: 3, \.suspicious: 3]).unjudged == 1)
        #expect(tally([\.alerts: 1, \.fraud: 1]).valuePrecision == nil)
        // Every part is summed, and none twice.
        var sum = AlertTally()
        for (place, part) in AlertTally.parts.enumerated() { sum[keyPath: part] = Int64(1) << place }
        let before = sum
        sum += before
        for (place, part) in AlertTally.parts.enumerated() { #expect(sum[keyPath: part] == Int64(2) << place) }
        #expect(Set(AlertTally.parts).count == AlertTally.parts.count)
    }

    @Test(
        "the limit of a part of the times is the first that so many are within", arguments: 1...6 as ClosedRange<UInt64>
    )
    func limits(seed: UInt64) {
        var random = SplitMix64(seed)
        var figures = DeskFigures(days: Self.days)
        let limits = DeskFigures.spanLimits
        #expect(limits == limits.sorted() && Set(limits).count == limits.count)
        for span in DeskFigures.Span.allCases {
            var times: [Int64] = []
            var counts = Array(repeating: Int64(0), count: limits.count + 1)
            for _ in 0..<Int(1 + random.next() % 60) {
                let place = Int(random.next() % UInt64(counts.count))
                // At its class's end exactly, or behind the last.
                times.append(place < limits.count ? limits[place] : limits[limits.count - 1] + 1)
                counts[place] += 1
            }
            figures.spans[span] = counts
            times.sort()
            for part in [0.1, 0.5, 0.9, 0.95, 1] {
                let place = max(1, Int((part * Double(times.count)).rounded(.up)))
                let time = times[place - 1]
                #expect(figures.limit(of: span, part: part) == (time > limits[limits.count - 1] ? nil : time))
            }
        }
    }

    @Test("open items stand in the first class that their age does not pass, and what is from tomorrow is new")
    func backlog() {
        var figures = DeskFigures(days: Self.days)
        let today: Int64 = 200
        for (age, place) in [
            (-1, 0), (0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (30, 4), (31, 5), (900, 5),
        ] {
            figures.backlog = [(today - Int64(age), 3)]
            let classes = figures.backlogByAge(today: today)
            #expect(classes.count == DeskFigures.ageLimits.count + 1)
            #expect(classes[place] == 3 && classes.reduce(0, +) == 3, "\(age)")
        }
        figures.backlog = [(200, 1), (199, 2), (150, 4), (100, 8)]
        #expect(figures.backlogByAge(today: today) == [1, 2, 0, 0, 0, 12])
    }
}
