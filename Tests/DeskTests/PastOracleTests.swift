import Desk
import Records
import Support
import Testing

/// A payment held against its customer's past, a label's journey and a feed's reader, each against plain loops.
struct PastOracleTests {
    private static let noon: Int64 = 1_773_144_000

    private func payments(_ random: inout SplitMix64, count: Int) -> [Transaction] {
        func below(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
        return (0..<count).map { number in
            var entities: Entities = [:]
            if below(2) == 0 { entities[.payee] = "p-\(below(4))" }
            if below(2) == 0 { entities[.device] = "d-\(below(3))" }
            if below(3) == 0 { entities[.ip] = "192.0.2.\(below(3))" }
            return Transaction(
                id: "t-\(number)", time: EventTime(seconds: Self.noon + below(6 * 86_400)), customer: "c-1",
                terminal: "x-\(below(3))", amount: MinorUnits(below(5000)), entities: entities)
        }
    }

    @Test("all five looks of any payment are those of plain loops over its past", arguments: 0..<6 as Range<UInt64>)
    func looks(seed: UInt64) {
        var random = SplitMix64(seed)
        for count in [1, 4, 5, 6, 7, 20, 60] {
            let all = payments(&random, count: count)
            for payment in all.prefix(8) {
                let past = all.filter { $0.id != payment.id && $0.time.seconds <= payment.time.seconds }
                let found = PastComparison(payment, past: all.shuffled(using: &random))
                let isKnown = past.count >= 5
                #expect(found.count == past.count && found.since == past.map(\.time).min())
                // A quantile is the smallest amount that so many are at most.
                func quantile(_ tenths: Int) -> Int64? {
                    past.map(\.amount.value).sorted().first { amount in
                        past.count { $0.amount.value <= amount } * 10 >= past.count * tenths
                    }
                }
                #expect(found.amount.median == quantile(5) && found.amount.ninth == quantile(9))
                #expect(found.amount.largest == past.map(\.amount.value).max())
                let limit = quantile(9).map { $0 + $0 / 2 } ?? .max
                #expect(found.amount.isUnusual == (isKnown && payment.amount.value > limit))
                let hours = past.map { Int($0.time.seconds / 3600 % 24) }
                let own = Int(payment.time.seconds / 3600 % 24)
                #expect(found.hour.own == own)
                #expect(found.hour.counts == (0..<24).map { hour in hours.count { $0 == hour } })
                let near = hours.count { [0, 1, 23].contains(($0 - own + 24) % 24) }
                #expect(found.hour.isUnusual == (isKnown && near * 20 < past.count))
                check(found.payee, payment, past, isKnown)
                check(found.place, payment, past, isKnown)
                #expect(found.payee.kind == (payment.entities[.payee] == nil ? .terminal : .payee))
                #expect(found.place.kind != found.payee.kind)
                let day = past.filter { payment.time.seconds - $0.time.seconds < 86_400 }
                #expect(found.velocity.count == day.count + 1)
                #expect(found.velocity.sum == day.map(\.amount.value).reduce(0, +) + payment.amount.value)
                #expect(
                    found.unusual
                        == [
                            found.amount.isUnusual, found.hour.isUnusual, found.payee.isUnusual, found.place.isUnusual,
                            found.velocity.isUnusual,
                        ].count { $0 })
            }
        }
    }

    private func check(_ look: PastComparison.KnownLook, _ payment: Transaction, _ past: [Transaction], _ isKnown: Bool)
    {
        func name(_ payment: Transaction) -> String? {
            switch look.kind {
            case .payee: payment.entities[.payee]
            case .device: payment.entities[.device]
            case .ip: payment.entities[.ip]
            default: payment.terminal
            }
        }
        let same = past.filter { name($0) != nil && name($0) == name(payment) }
        #expect(look.name == name(payment) ?? "" && look.times == same.count)
        #expect(look.first == same.map(\.time).min())
        #expect(look.isUnusual == (isKnown && name(payment) != nil && same.isEmpty))
    }

    @Test("a label leaves at the end of its bucket and the delay, as counting up from any time finds it")
    func departures() {
        for (bucket, delay) in [(1, 0), (10, 3), (3600, 86_400)] as [(Int64, Int64)] {
            let terms = LabelTerms(bucket: bucket, delay: delay)
            for paid in -25...25 as ClosedRange<Int64> {
                var end = paid + 1
                while end % bucket != 0 { end += 1 }
                #expect(terms.departure(of: EventTime(seconds: paid)).seconds == end + delay, "\(paid) \(bucket)")
            }
        }
    }

    @Test(
        "wherever a verdict stands, later event time and more counted records take it only further",
        arguments: 0..<5 as Range<UInt64>)
    func journeys(seed: UInt64) {
        var random = SplitMix64(seed)
        func below(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
        let terms = LabelTerms(bucket: 10, delay: 20)
        func place(_ stage: LabelJourney.Stage) -> Int {
            switch stage {
            case .recorded: 0
            case .waits: 1
            case .sealed: 2
            case .counted: 3
            }
        }
        for _ in 0..<300 {
            let paid = EventTime(seconds: below(30))
            var labels: [(fraud: Bool, came: EventTime?, offset: Int64)] = []
            var came = paid.seconds
            for number in 0..<below(4) {
                came += below(25)
                labels.append((below(2) == 0, EventTime(seconds: came), 10 * number + 10))
            }
            var (last, counted) = (0, (offset: Int64(0), time: EventTime(seconds: 0)))
            for now in stride(from: came, through: came + 80, by: 4) {
                if below(3) == 0 { counted = (counted.offset + below(30), EventTime(seconds: now)) }
                let journey = LabelJourney(
                    .init(paid: paid, labels: labels, now: EventTime(seconds: now), counted: counted), terms: terms)
                #expect(place(journey.stage) >= last, "\(labels) at \(now)")
                last = place(journey.stage)
                let departure = terms.departure(of: paid)
                #expect(labels.isEmpty == (journey.stage == .recorded))
                if case .waits(let until) = journey.stage { #expect(until == departure && now < departure.seconds) }
                // What was said before it left is nobody's to correct.
                let isLate = labels.last?.came.map { $0.seconds >= departure.seconds } ?? (now >= departure.seconds)
                #expect(journey.isCorrection == isLate && (journey.before == nil) == !isLate)
            }
        }
    }

    @Test(
        "a reader of the feed goes on where nothing between is lost, and is told of the end where something is",
        arguments: 0..<4 as Range<UInt64>)
    func readers(seed: UInt64) {
        var random = SplitMix64(seed)
        func below(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
        func cursor(_ partitions: Int64) -> FeedCursor {
            FeedCursor(alerts: (0..<partitions).map { _ in below(8) }, cases: below(8))
        }
        var went = 0
        for _ in 0..<3000 {
            let (reader, kept, end) = (cursor(1 + below(3)), cursor(2), cursor(2))
            #expect(FeedCursor("\(reader)") == reader)
            let isHere =
                reader.alerts.count == 2
                && (0..<2).allSatisfy { kept.alerts[$0] <= reader.alerts[$0] && reader.alerts[$0] <= end.alerts[$0] }
                && kept.cases <= reader.cases && reader.cases <= end.cases
            went += isHere ? 1 : 0
            #expect(reader.start(kept: kept, end: end) == (isHere ? .here(reader) : .reset(end)))
        }
        #expect(went > 5)
    }

    @Test(
        "two people agree as often as their pairs are alike, in whatever order, and no more than wholly",
        arguments: 0..<4 as Range<UInt64>)
    func agreement(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let pairs = (0..<200).map { _ -> (first: Finding, second: Finding) in
            let first = Finding.allCases[Int(random.next() % 4)]
            return (first, random.next() % 3 > 0 ? first : Finding.allCases[Int(random.next() % 4)])
        }
        let agreement = Agreement(pairs)
        #expect(agreement.total == 200 && agreement.agreed == pairs.count { $0.first == $0.second })
        let kappa = try #require(agreement.kappa)
        let chance = Finding.allCases.map { finding in
            Double(pairs.count { $0.first == finding } * pairs.count { $0.second == finding }) / 40_000
        }.reduce(0, +)
        #expect(abs(kappa - (Double(agreement.agreed) / 200 - chance) / (1 - chance)) < 1e-12 && kappa < 1)
        let turned = try #require(Agreement(pairs.map { ($0.second, $0.first) }).kappa)
        #expect(abs(turned - kappa) < 1e-12)
        #expect(Agreement(pairs.reversed()) == agreement)
    }

    @Test("samples that were drawn alike may be counted in one group or in several")
    func groups() throws {
        let sample = try #require(Sample(.approved, perMille: 50))
        func group(_ drawn: Int, _ settled: Int, _ frauds: [Int64]) -> SampleGroup {
            SampleGroup(
                sample, drawn: drawn, settled: settled, frauds: frauds.map { MinorUnits($0) }, largest: MinorUnits(900))
        }
        let whole = MissedFraud([group(60, 40, [100, 900])])
        let parts = MissedFraud([group(20, 15, [100]), group(40, 25, [900])])
        #expect((whole.drawn, whole.settled, whole.frauds) == (parts.drawn, parts.settled, parts.frauds))
        #expect(whole.payments == 1200 && parts.payments == 1200)
        for (one, other) in [(whole.count, parts.count), (whole.value, parts.value)] {
            let (one, other) = (try #require(one), try #require(other))
            for (a, b) in [(one.estimate, other.estimate), (one.low, other.low), (one.high, other.high)] {
                #expect(abs(a - b) <= 1e-9 * max(1, abs(a)))
            }
            #expect(one.low < one.estimate && one.estimate < one.high)
        }
        // 1,200 payments, 800 of them settled by 40 samples of which two are frauds.
        #expect(abs(try #require(whole.count).estimate - 60) < 1e-9)
        #expect(abs(try #require(whole.value).estimate - 30_000) < 1e-6)
    }
}
