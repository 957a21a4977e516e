import Desk
import Records
import Support
import Testing

/// What samples say of payments that nobody looked at.
struct MissedFraudTests {
    private func sample(_ perMille: Int64, _ stratum: Sample.Stratum = .approved) -> Sample {
        Sample(stratum, perMille: perMille)!
    }

    /// A population of which each payment is drawn with its share's chance.
    private func groups(
        _ random: inout SplitMix64, payments: Int, fraudPerMille: UInt64, shares: [Int64]
    ) -> (groups: [SampleGroup], frauds: Int, value: Int64) {
        var (frauds, value) = (0, Int64(0))
        let groups = shares.map { share in
            var group = SampleGroup(sample(share), drawn: 0, settled: 0, frauds: [], largest: MinorUnits(0))
            for _ in 0..<payments {
                let amount = MinorUnits(Int64(random.next() % 100_000))
                let isFraud = random.next() % 1000 < fraudPerMille
                if isFraud { (frauds, value) = (frauds + 1, value + amount.value) }
                guard random.next() % 1000 < UInt64(share) else { continue }
                group.drawn += 1
                group.settled += 1
                group.largest = max(group.largest, amount)
                if isFraud { group.frauds.append(amount) }
            }
            return group
        }
        return (groups, frauds, value)
    }

    @Test(
        "of populations whose truth is known the estimate is right on average, and its interval holds the truth in 95 of 100",
        arguments: [[20], [5, 60]] as [[Int64]])
    func simulated(shares: [Int64]) throws {
        var random = SplitMix64(11)
        let runs = 400
        var (holdsCount, holdsValue) = (0, 0)
        var (error, truth) = (0.0, 0.0)
        for _ in 0..<runs {
            let world = groups(&random, payments: 3000, fraudPerMille: 20, shares: shares)
            let report = MissedFraud(world.groups)
            let (count, value) = (try #require(report.count), try #require(report.value))
            error += count.estimate - Double(world.frauds)
            truth += Double(world.frauds)
            if (count.low...count.high).contains(Double(world.frauds)) { holdsCount += 1 }
            if (value.low...value.high).contains(Double(world.value)) { holdsValue += 1 }
        }
        #expect(abs(error / truth) < 0.1)
        #expect(holdsCount >= 380 && holdsValue >= 375, "\(holdsCount) \(holdsValue)")
    }

    @Test(
        "where all payments are looked at the estimate is the truth; where no fraud was found it says how many there may be"
    )
    func edges() throws {
        let all = SampleGroup(
            sample(1000), drawn: 50, settled: 50, frauds: [MinorUnits(300), MinorUnits(500)], largest: MinorUnits(500))
        let report = MissedFraud([all])
        #expect(report.count?.estimate == 2 && report.value?.estimate == 800)
        let none = MissedFraud([
            SampleGroup(sample(10), drawn: 200, settled: 200, frauds: [], largest: MinorUnits(1000))
        ])
        let count = try #require(none.count)
        #expect(count.estimate == 0 && count.low == 0)
        // The rule of three, to both sides: 3.689 samples that might have been frauds, of a hundred payments each.
        #expect(abs(count.high - 368.888) < 0.01)
        #expect(abs(try #require(none.value).high - 368_888) < 10)
        #expect(MissedFraud([]).count == nil)
        #expect(
            MissedFraud([SampleGroup(sample(10), drawn: 9, settled: 0, frauds: [], largest: MinorUnits(0))]).count
                == nil)
    }

    @Test("samples without a verdict count as those with one, also of a share that none was settled of")
    func unsettled() throws {
        let half = SampleGroup(sample(100), drawn: 40, settled: 20, frauds: [MinorUnits(100)], largest: MinorUnits(100))
        #expect(abs(try #require(MissedFraud([half]).count).estimate - 20) < 1e-9)
        let none = SampleGroup(sample(200), drawn: 80, settled: 0, frauds: [], largest: MinorUnits(0))
        let both = MissedFraud([half, none])
        // 800 payments, 200 of them settled by 20 samples, one of those a fraud.
        #expect(both.payments == 800)
        #expect(abs(try #require(both.count).estimate - 40) < 1e-9)
    }

    @Test("intervals of one weight are those of a Poisson count: exact tables at 1, 5 and 40")
    func tables() throws {
        // Garwood 1936: 95 % limits of a Poisson mean.
        for (number, low, high) in [(1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (40, 28.5766, 54.4686)] {
            let group = SampleGroup(
                sample(1000), drawn: 100, settled: 100, frauds: Array(repeating: MinorUnits(1), count: number),
                largest: MinorUnits(1))
            let count = try #require(MissedFraud([group]).count)
            #expect(abs(count.low - low) < 1e-4 && abs(count.high - high) < 1e-4, "\(count)")
        }
    }
}

struct AgreementTests {
    @Test("kappa is the textbook's")
    func textbook() throws {
        // 50 proposals by two readers: 20 both yes, 5 and 10 apart, 15 both no.
        var pairs: [(first: Finding, second: Finding)] = []
        for (first, second, number) in [
            (Finding.fraud, Finding.fraud, 20), (.fraud, .legitimate, 5), (.legitimate, .fraud, 10),
            (.legitimate, .legitimate, 15),
        ] { pairs += Array(repeating: (first, second), count: number) }
        let agreement = Agreement(pairs)
        #expect(agreement.total == 50 && agreement.agreed == 35)
        #expect(abs(try #require(agreement.kappa) - 0.4) < 1e-12)
        #expect(agreement.counts[0] == [20, 5, 0, 0])
    }

    @Test("of nothing, and of one answer alone, there is no kappa; of all alike it is 1, of chance 0")
    func edges() {
        #expect(Agreement([]).kappa == nil)
        #expect(Agreement([(.fraud, .fraud)]).kappa == nil)
        #expect(Agreement([(.fraud, .fraud), (.undecidable, .undecidable)]).kappa == 1)
        #expect(
            Agreement([(.fraud, .fraud), (.fraud, .suspicious), (.suspicious, .fraud), (.suspicious, .suspicious)])
                .kappa
                == 0)
    }
}
