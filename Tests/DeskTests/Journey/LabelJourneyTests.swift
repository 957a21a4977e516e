import Desk
import Records
import Testing

@Suite("The journey of a verdict's label")
struct LabelJourneyTests {
    private let terms = LabelTerms(bucket: 86_400, delay: 7 * 86_400)

    private func day(_ day: Double) -> EventTime { EventTime(seconds: Int64(day * 86_400)) }

    /// Labels by what they say, when they came, in days, and their offsets.
    private func journey(
        paid: Double = 3.5, _ labels: [(Bool, Double, Int64)], now: Double?, counted: (Int64, Double)? = nil
    ) -> LabelJourney {
        LabelJourney(
            LabelJourney.Facts(
                paid: day(paid), labels: labels.map { ($0.0, day($0.1), $0.2) }, now: now.map { day($0) },
                counted: counted.map { ($0.0, day($0.1)) }), terms: terms)
    }

    @Test("a label leaves so long after the end of its payment's bucket, whenever in it that was")
    func departure() {
        for paid in [3.0, 3.5, 3.99] { #expect(terms.departure(of: day(paid)) == day(11)) }
        #expect(terms.departure(of: day(4)) == day(12))
        #expect(terms.departure(of: day(-0.5)) == day(7) && terms.departure(of: day(-1)) == day(7))
    }

    @Test("a verdict in time waits for that moment, is sealed then, and counted once all parties say so")
    func inTime() {
        #expect(journey([], now: 4).stage == .recorded)
        for now in [4.0, 10.9] {
            let one = journey([(true, 4, 100)], now: now)
            #expect(one.stage == .waits(day(11)) && !one.isCorrection && one.before == nil)
        }
        #expect(journey([(true, 4, 100)], now: 11).stage == .sealed)
        // That later records are counted says nothing of labels that left behind them.
        #expect(journey([(true, 4, 100)], now: 12, counted: (500, 10.9)).stage == .sealed)
        #expect(journey([(true, 4, 100)], now: 12, counted: (500, 11)).stage == .counted)
    }

    @Test("one that comes later is a correction, of what nobody had said as of what somebody had")
    func correction() {
        let late = journey([(true, 13, 900)], now: 13, counted: (899, 13))
        #expect(late.isCorrection && late.before == false && late.stage == .sealed)
        #expect(journey([(true, 13, 900)], now: 13, counted: (900, 13)).stage == .counted)
        let reversed = journey([(true, 4, 100), (false, 13, 900)], now: 14, counted: (950, 14))
        #expect(reversed.isCorrection && reversed.before == true && reversed.stage == .counted)
        let twice = journey([(true, 4, 100), (false, 13, 900), (true, 14, 990)], now: 14)
        #expect(twice.before == false && twice.stage == .sealed)
    }

    @Test("one that is taken back before it leaves is none")
    func inTimeReversal() {
        let one = journey([(true, 4, 100), (false, 5, 200)], now: 6)
        #expect(one.stage == .waits(day(11)) && !one.isCorrection && one.before == nil)
    }

    @Test("a verdict whose label is still to be written says what it will be")
    func recorded() {
        #expect(!journey([], now: 10).isCorrection && journey([], now: 10).before == nil)
        #expect(journey([], now: 11).isCorrection && journey([], now: 11).before == false)
        #expect(journey([], now: nil).stage == .recorded)
    }

    @Test("what parties were told by now is the last label from its time on, and no fraud where nobody said anything")
    func told() {
        func told(_ labels: [(Bool, Double, Int64)], now: Double?) -> Bool? {
            LabelJourney.told(
                LabelJourney.Facts(
                    paid: day(3.5), labels: labels.map { ($0.0, day($0.1), $0.2) }, now: now.map { day($0) },
                    counted: nil), terms: terms)
        }
        for labels in [[], [(true, 4, 100)], [(true, 4, 100), (false, 5, 200)]] as [[(Bool, Double, Int64)]] {
            #expect(told(labels, now: nil) == nil)
            for now in [3.5, 4, 10.999] { #expect(told(labels, now: now) == nil, "nothing has left") }
            for now in [11, 11.5, 400] { #expect(told(labels, now: now) == (labels.last?.0 ?? false)) }
        }
        // A verdict that says otherwise is what a journey calls a correction, of that.
        for before in [[], [(true, 4, 100)], [(false, 4, 100)]] as [[(Bool, Double, Int64)]] {
            for fraud in [true, false] {
                let known = told(before, now: 12)
                let journey = journey(before + [(fraud, 12, 900)], now: 12)
                #expect(journey.isCorrection && journey.before == known)
            }
        }
    }
}
