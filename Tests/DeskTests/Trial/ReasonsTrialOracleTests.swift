import Desk
import Foundation
import Records
import Support
import Testing

/// A trial's report against textbook statistics that are counted pair by pair, with the error function of the C library.
@Suite("A trial's report against textbook statistics")
struct ReasonsTrialOracleTests {
    /// Items of the half with reasons, and of the other one.
    private static let halves: (with: [ItemID], without: [ItemID]) = {
        let all = (0..<1_200).compactMap {
            ItemID(hexadecimal(Digest32(of: [UInt32($0).bigEndianBytes]).bytes.prefix(16)))
        }
        return (all.filter { ReasonsTrial.shows($0) }, all.filter { !ReasonsTrial.shows($0) })
    }()

    private typealias Row = (seconds: Double, agrees: Bool?)

    private func judged(_ with: [Row], _ without: [Row]) -> [ReasonsTrial.Judged] {
        zip(Self.halves.with, with).map { .init(item: $0, seconds: $1.seconds, agrees: $1.agrees) }
            + zip(Self.halves.without, without).map { .init(item: $0, seconds: $1.seconds, agrees: $1.agrees) }
    }

    private func rows(_ count: Int, _ random: inout SplitMix64, times: Int, share: Double) -> [Row] {
        (0..<count).map { _ in
            let agrees: Bool? =
                Int.random(in: 0..<4, using: &random) == 0 ? nil : Double.random(in: 0..<1, using: &random) < share
            return (Double(Int.random(in: 1...times, using: &random)), agrees)
        }
    }

    // MARK: Slow statistics

    /// Mann and Whitney's, two sides: how many pairs the first is the larger of, ties half, by the normal distribution.
    private func rankChance(_ one: [Double], _ other: [Double]) -> Double? {
        guard min(one.count, other.count) >= 20 else { return nil }
        var larger = 0.0
        for a in one { for b in other { larger += a > b ? 1 : a == b ? 0.5 : 0 } }
        let (n, m) = (Double(one.count), Double(other.count))
        let sizes = Dictionary(grouping: one + other) { $0 }.values.map { Double($0.count) }
        let ties = sizes.map { ($0 * $0 * $0 - $0) / ((n + m) * (n + m - 1)) }.reduce(0, +)
        let variance = n * m * (n + m + 1 - ties) / 12
        guard variance > 0 else { return 1 }
        return erfc(abs(larger - n * m / 2) / variance.squareRoot() / 2.0.squareRoot())
    }

    /// Two proportions, two sides, with the share of both together.
    private func shareChance(_ one: [Bool], _ other: [Bool]) -> Double? {
        guard min(one.count, other.count) >= 20 else { return nil }
        let (n, m) = (Double(one.count), Double(other.count))
        let (p, q) = (Double(one.count { $0 }) / n, Double(other.count { $0 }) / m)
        let all = Double((one + other).count { $0 }) / (n + m)
        let variance = all * (1 - all) * (1 / n + 1 / m)
        return variance > 0 ? erfc(abs(p - q) / variance.squareRoot() / 2.0.squareRoot()) : 1
    }

    private func median(_ times: [Double]) -> Double? {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return nil }
        let half = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
    }

    private func isNear(_ one: Double?, _ other: Double?) -> Bool {
        switch (one, other) {
        case (nil, nil): true
        case (let one?, let other?): abs(one - other) < 1e-6
        default: false
        }
    }

    @Test(
        "of any times and verdicts it is what pairs and shares say, with many equal times and with few",
        arguments: 1...25 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) {
        var random = SplitMix64(seed)
        let times = [2, 5, 60, 100_000][Int(seed % 4)]
        let with = rows(Int.random(in: 0...90, using: &random), &random, times: times, share: 0.7)
        let without = rows(
            Int.random(in: 15...90, using: &random), &random, times: times + Int(seed % 3) * 20, share: 0.5)
        let report = ReasonsTrial.report(judged(with, without).shuffled(using: &random))
        for (arm, rows) in [(report.with, with), (report.without, without)] {
            let known = rows.compactMap(\.agrees)
            #expect(arm.judged == rows.count && arm.known == known.count && arm.agreed == known.count { $0 })
            #expect(arm.medianSeconds == median(rows.map(\.seconds)))
            #expect(arm.agreement == (known.isEmpty ? nil : Double(arm.agreed) / Double(known.count)))
        }
        #expect(isNear(report.timeChance, rankChance(with.map(\.seconds), without.map(\.seconds))))
        #expect(isNear(report.agreementChance, shareChance(with.compactMap(\.agrees), without.compactMap(\.agrees))))
        // It matters to no chance which half is called which.
        let turned = ReasonsTrial.report(judged(without, with))
        #expect(isNear(turned.timeChance, report.timeChance) && isNear(turned.agreementChance, report.agreementChance))
        #expect(turned.with == report.without && turned.without == report.with)
    }

    @Test("of 20 in each half chance is said, and of 19 in either it is not, of times and of verdicts apart")
    func least() {
        for (with, without) in [(19, 20), (20, 19), (19, 200), (20, 20), (0, 50)] {
            let report = ReasonsTrial.report(
                judged((0..<with).map { (Double($0), true) }, (0..<without).map { (Double($0), false) }))
            #expect((report.timeChance != nil) == (min(with, without) >= 20))
            #expect((report.agreementChance != nil) == (min(with, without) >= 20))
        }
        // Verdicts that nothing came to be known of count for times alone.
        let rows = (0..<25).map { (seconds: Double($0), agrees: $0 < 19 ? true : Bool?.none) }
        let report = ReasonsTrial.report(judged(rows, rows))
        #expect(isNear(report.timeChance, 1) && report.agreementChance == nil && report.with.known == 19)
    }

    @Test("far apart chance is nearly none and never below it, and of no difference it is 1")
    func ends() throws {
        let fast = (0..<500).map { (seconds: Double($0), agrees: Bool?.some(true)) }
        let slow = (0..<500).map { (seconds: Double($0) + 1_000, agrees: Bool?.some(false)) }
        let apart = ReasonsTrial.report(judged(fast, slow))
        #expect((0...1e-6).contains(try #require(apart.timeChance)))
        #expect((0...1e-6).contains(try #require(apart.agreementChance)))
        let alike = ReasonsTrial.report(judged(fast, fast))
        #expect(abs(try #require(alike.timeChance) - 1) < 1e-6 && alike.agreementChance == 1)
        // The widest that both samples can be apart, of twenty each, is a known number: z = 5.41.
        let twenty = ReasonsTrial.report(judged(Array(fast.prefix(20)), Array(slow.prefix(20))))
        #expect(abs(try #require(twenty.timeChance) - 6.302e-8) < 2e-7)
    }

    @Test("a report is read as it was written, with what nothing is known of left out")
    func document() throws {
        for report in [
            ReasonsTrial.report([]), ReasonsTrial.report(judged([(4, true)], [])),
            ReasonsTrial.report(judged((0..<30).map { (Double($0), $0 % 2 == 0) }, (0..<30).map { (1, $0 % 3 == 0) })),
        ] {
            let json = try JSONEncoder().encode(report)
            #expect(try JSONDecoder().decode(ReasonsTrial.Report.self, from: json) == report)
        }
    }

    @Test("which half an alert is of goes by all bytes of its name")
    func everyByte() throws {
        let base = Self.halves.with[0]
        for byte in 0..<16 {
            let changed = try (1...255 as ClosedRange<UInt8>).map { mask in
                var bytes = base.bytes
                bytes[byte] ^= mask
                return ReasonsTrial.shows(try #require(ItemID(bytes: bytes)))
            }
            // Half of 255 by a coin, five deviations wide.
            #expect((88...167).contains(changed.count { $0 }), "byte \(byte)")
        }
    }
}
