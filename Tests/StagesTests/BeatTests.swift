import Stages
import Testing

@Suite struct BeatTests {
    private static let beat = Beat(every: .milliseconds(10), after: .milliseconds(4))

    @Test(
        arguments: [
            (0, 4_000_000), (3_999_999, 1), (4_000_000, 10_000_000), (4_000_001, 9_999_999), (13_000_000, 1_000_000),
            (-7_000_000, 1_000_000),
        ] as [(Int64, Int64)])
    func isOnTheSameInstantsWhoeverAsks(now: Int64, left: Int64) {
        #expect(Self.beat.wait(after: now) == .nanoseconds(left))
    }

    @Test func thePeriodIsAtLeastAMillisecond() {
        #expect(Beat(every: .zero).wait(after: 1) == .nanoseconds(999_999))
    }

    @Test func theWaitFromNowIsWithinAPeriod() {
        for _ in 0..<100 {
            let wait = Self.beat.wait(by: SystemClock())
            #expect(wait > .zero && wait <= .milliseconds(10))
        }
    }
}
