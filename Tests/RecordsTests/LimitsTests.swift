import Records
import Testing

@Suite("Limits that a roster may name")
struct LimitsTests {
    @Test("partitions' shares of a budget are together no less than all, and less than one a partition more")
    func shares() {
        for count in Array(0...40) + [999_999, 1_000_000] {
            for partitions in 1...16 {
                guard case .daily(let share) = QueryBudget.daily(count).share(of: partitions) else {
                    Issue.record("a budget has no limit any more")
                    return
                }
                #expect(
                    share * partitions >= count && share * partitions < count + partitions, "\(count) of \(partitions)")
            }
        }
        for partitions in 1...16 { #expect(QueryBudget.unlimited.share(of: partitions) == .unlimited) }
        #expect(QueryBudget.daily(7).share(of: 1) == .daily(7) && QueryBudget.daily(7) != .daily(8))
    }

    /// The numbers stand in docs/PRIVACY.md, docs/PROTOCOL.md and in rosters that name none.
    @Test("what holds where a roster says nothing are these numbers")
    func standard() {
        #expect(QueryBudget.standard == .daily(1_000_000))
        #expect(EventTimeLimits.standard == EventTimeLimits(ahead: 86_400, late: 604_800))
        let openings = OpeningLimits.standard
        #expect(openings.histograms == 8 && openings.windows == 256 && openings.days == 90 && openings.apart == 1_000)
        #expect(openings.featureRows == 1_000 && openings.reasons == nil)
        #expect(ReasonLimits(daily: 5).members == 3 && CardRule.standardPasses == 10)
        #expect(ReasonLimits.dailyRange == 1...10_000_000 && ReasonLimits.membersRange == 1...64)
    }

    @Test("limits are the same only where every one of them is")
    func different() {
        let limits = [
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4),
            OpeningLimits(histograms: 2, windows: 2, days: 3, apart: 4),
            OpeningLimits(histograms: 1, windows: 3, days: 3, apart: 4),
            OpeningLimits(histograms: 1, windows: 2, days: 4, apart: 4),
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 5),
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4, featureRows: 5),
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 1)),
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 2)),
            OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4, reasons: ReasonLimits(daily: 1, members: 4)),
        ]
        #expect(Set(limits).count == limits.count)
        #expect(
            Set([
                EventTimeLimits(ahead: 1, late: 2), EventTimeLimits(ahead: 2, late: 1),
                EventTimeLimits(ahead: 1, late: 1),
            ]).count
                == 3)
    }
}
