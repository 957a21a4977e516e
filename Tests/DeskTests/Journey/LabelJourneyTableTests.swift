import Desk
import Records
import Testing

/// Every journey over a small time, against the words of the rule.
@Suite("The journey of a verdict's label, over all small times")
struct LabelJourneyTableTests {
    private let terms = LabelTerms(bucket: 3, delay: 2)

    private typealias Label = (fraud: Bool, came: EventTime?, offset: Int64)

    private func time(_ seconds: Int64) -> EventTime { EventTime(seconds: seconds) }

    @Test(
        "a label leaves behind the delay from its bucket's end, before 1970 as well, and never earlier for a later payment"
    )
    func departures() {
        for bucket in 1...7 as ClosedRange<Int64> {
            for delay in 0...5 as ClosedRange<Int64> {
                let terms = LabelTerms(bucket: bucket, delay: delay)
                var last: EventTime?
                for paid in -40...40 as ClosedRange<Int64> {
                    let leaves = terms.departure(of: time(paid)).seconds - delay
                    // The first multiple of the bucket that lies behind the payment.
                    #expect(leaves > paid && leaves - bucket <= paid && leaves % bucket == 0, "\(paid) of \(bucket)")
                    #expect(last.map { $0 <= terms.departure(of: time(paid)) } ?? true)
                    last = terms.departure(of: time(paid))
                }
            }
        }
    }

    @Test(
        "where it stands, what it corrects and what was counted before are as the rule says, for all times that matter")
    func everyJourney() {
        let paid = time(4)
        let departure = 8 as Int64
        #expect(terms.departure(of: paid) == time(departure))
        let moments: [Int64?] = [nil, 6, 7, 8, 9, 10]
        var counts: [(offset: Int64, time: Int64)?] = [nil]
        for offset in 19...21 as ClosedRange<Int64> {
            for time in 7...9 as ClosedRange<Int64> { counts.append((offset, time)) }
        }
        for came in moments {
            for earlier in [nil, (true, 5), (false, 5), (true, 8)] as [(Bool, Int64)?] {
                for now in moments {
                    for counted in counts {
                        for fraud in [true, false] {
                            var labels: [Label] = []
                            if let earlier { labels.append((earlier.0, time(earlier.1), 10)) }
                            labels.append((fraud, came.map { time($0) }, 20))
                            let journey = LabelJourney(
                                LabelJourney.Facts(
                                    paid: paid, labels: labels, now: now.map { time($0) },
                                    counted: counted.map { ($0.offset, time($0.time)) }), terms: terms)
                            let isLate = (came ?? 0) >= departure
                            #expect(journey.isCorrection == isLate)
                            #expect(journey.before == (isLate ? earlier?.0 ?? false : nil))
                            let stage: LabelJourney.Stage
                            if let now, now < departure {
                                stage = .waits(time(departure))
                            } else if isLate {
                                stage = (counted?.offset ?? 0) >= 20 ? .counted : .sealed
                            } else {
                                stage = (counted?.time ?? 0) >= departure ? .counted : .sealed
                            }
                            #expect(journey.stage == stage)
                        }
                    }
                }
            }
        }
    }

    @Test(
        "of a payment without a label nothing is on its way, and from its time on a verdict corrects what nobody said")
    func noLabel() {
        for now in [nil, 0, 7, 8, 100] as [Int64?] {
            for counted in [nil, (500, 900)] as [(Int64, Int64)?] {
                let journey = LabelJourney(
                    LabelJourney.Facts(
                        paid: time(4), labels: [], now: now.map { time($0) },
                        counted: counted.map { ($0.0, time($0.1)) }), terms: terms)
                #expect(journey.stage == .recorded)
                #expect(journey.isCorrection == ((now ?? 0) >= 8) && journey.before == ((now ?? 0) >= 8 ? false : nil))
            }
        }
    }
}
