import Evaluation
import Foundation
import Testing

/// Transactions a bin, drawn one by one.
private func drawn(_ count: Int, _ parts: [Double], _ random: inout SeededNumbers) -> [Int] {
    var counts = [Int](repeating: 0, count: parts.count)
    for _ in 0..<count {
        var place = Double.random(in: 0..<parts.reduce(0, +), using: &random)
        var bin = 0
        while bin < parts.count - 1, place >= parts[bin] {
            place -= parts[bin]
            bin += 1
        }
        counts[bin] += 1
    }
    return counts
}

@Suite("The population stability index")
struct StabilityIndexTests {
    @Test("is that of parts of both, half a transaction added a bin")
    func value() throws {
        let index = try #require(StabilityIndex(reference: [700, 200, 100], current: [1200, 500, 300]))
        #expect(index.bins == 3 && index.reference == 1000 && index.current == 2000)
        var expected = 0.0
        for (q, p) in [(700.5, 1200.5), (200.5, 500.5), (100.5, 300.5)] {
            let (q, p) = (q / 1001.5, p / 2001.5)
            expected += (p - q) * log(p / q)
        }
        #expect(abs(index.value - expected) < 1e-14)
        // About what a textbook has without the halves.
        let plain = -0.1 * log(0.6 / 0.7) + 0.05 * log(0.25 / 0.2) + 0.05 * log(0.15 / 0.1)
        #expect(abs(index.value - plain) < 1e-3)
        #expect(index.noise == 2 * (1.0 / 1000 + 1.0 / 2000))
    }

    @Test("is the same both ways, nothing between equals, and more the further apart")
    func symmetric() throws {
        func value(_ one: [Int], _ other: [Int]) throws -> Double {
            try #require(StabilityIndex(reference: one, current: other)).value
        }
        #expect(try value([500, 300, 200], [500, 300, 200]) == 0)
        #expect(try abs(value([500, 300, 200], [300, 300, 400]) - value([300, 300, 400], [500, 300, 200])) < 1e-14)
        #expect(try value([500, 300, 200], [450, 300, 250]) < value([500, 300, 200], [300, 300, 400]))
    }

    @Test("joins bins from the last down until both windows could be expected to fill them")
    func joined() throws {
        func bins(_ one: [Int], _ other: [Int], _ least: Int) -> Int? {
            StabilityIndex(reference: one, current: other, leastCount: least)?.bins
        }
        #expect(bins([1000, 100, 20], [1000, 100, 20], 20) == 3)
        #expect(bins([1000, 100, 19], [1000, 100, 20], 20) == 2)
        #expect(bins([1000, 10, 10, 10], [1000, 10, 10, 10], 20) == 2)
        // What is left at the lower end goes to the bin above it.
        #expect(bins([10, 1000, 100, 20], [10, 1000, 100, 20], 20) == 3)
        // The smaller window counts.
        #expect(
            bins([1000, 1000, 1000], [20, 20, 20], 20) == 3 && bins([1000, 1000, 1000], [20, 20, 20], 21) == nil)
        #expect(bins([1000, 100], [1000, 100], 1_000) == nil && bins([5, 5], [5, 5], 5) == 2)
        let index = try #require(StabilityIndex(reference: [10, 1000, 100, 20], current: [20, 920, 130, 60]))
        let merged = try #require(StabilityIndex(reference: [1010, 100, 20], current: [940, 130, 60]))
        #expect(index == merged)
        let upper = try #require(StabilityIndex(reference: [1000, 15, 15, 15], current: [999, 14, 16, 16]))
        #expect(upper == StabilityIndex(reference: [1015, 30], current: [1013, 32]))
    }

    @Test("counts fully what only one window has")
    func disjoint() throws {
        let index = try #require(StabilityIndex(reference: [1000, 1000, 0, 0], current: [0, 0, 1000, 1000]))
        #expect(index.bins == 4 && index.value > 10)
        let apart = try #require(StabilityIndex(reference: [500, 0], current: [0, 500]))
        #expect(apart.value.isFinite && apart.value > 10)
    }

    @Test("of nothing, of other bins or of impossible counts is none")
    func none() {
        for (one, other) in [
            ([], []), ([0, 0], [5, 5]), ([50, 50], [0, 0]), ([50, 50], [50]), ([50, -1], [50, 50]), ([500], [500]),
            ([50, 50], [50, Int.max]),
        ] as [([Int], [Int])] {
            #expect(StabilityIndex(reference: one, current: other, leastCount: 5) == nil)
        }
    }

    @Test("where nothing has changed is its noise on average, and passes chance's level as often as that says")
    func chance() throws {
        var random = SeededNumbers(9)
        let parts = [40, 25, 15, 8, 5, 3, 2, 1, 0.7, 0.3]
        let ten = try #require(
            StabilityIndex(reference: [Int](repeating: 100, count: 10), current: [Int](repeating: 100, count: 10)))
        // Chi-squared of nine degrees passes 21.666 once in a hundred times.
        #expect(isNear(ten.level(ofChance: 0.01), 21.666 * 0.002, 2e-4))
        var (sum, noise, passed) = (0.0, 0.0, 0)
        for _ in 0..<400 {
            let index = try #require(
                StabilityIndex(
                    reference: drawn(4_000, parts, &random), current: drawn(1_500, parts, &random), leastCount: 5))
            sum += index.value
            noise += index.noise
            passed += index.value > index.level(ofChance: 0.05) ? 1 : 0
        }
        #expect(abs(sum / noise - 1) < 0.1)
        // 20 expected; three and a half deviations are 15.
        #expect((5...35).contains(passed), "\(passed)")
    }

    @Test("bins of a feature are the differences of its bits' sums")
    func thermometer() {
        #expect(StabilityIndex.counts(ofThermometer: [80, 30, 30, 0], rows: 100) == [20, 50, 0, 30, 0])
        #expect(StabilityIndex.counts(ofThermometer: [], rows: 100) == [100])
        #expect(StabilityIndex.counts(ofThermometer: [101], rows: 100) == nil)
        #expect(StabilityIndex.counts(ofThermometer: [20, 30], rows: 100) == nil)
        #expect(StabilityIndex.counts(ofThermometer: [20, -1], rows: 100) == nil)
    }
}

@Suite("A rule of drift")
struct DriftRuleTests {
    private let reference = [50_000, 30_000, 15_000, 5_000]

    @Test("tells a change from its bands on, and trains anew from the greater one on")
    func bands() throws {
        let current = [40_000, 30_000, 20_000, 10_000]
        let index = try #require(StabilityIndex(reference: reference, current: current))
        func verdict(_ alert: Double, _ trigger: Double) throws -> DriftVerdict {
            try DriftRule(alert: alert, trigger: trigger).judge(reference: reference, current: current)
        }
        #expect(try verdict(index.value.nextUp, 1) == .stable(index))
        #expect(try verdict(index.value, index.value.nextUp) == .alert(index))
        #expect(try verdict(index.value, index.value) == .trigger(index))
        #expect(try verdict(0.0001, index.value) == .trigger(index))
        for verdict in [DriftVerdict.stable(index), .alert(index), .trigger(index), .chance(index, level: 1)] {
            #expect(verdict.index == index && "\(verdict)".contains("4 bins"))
        }
        #expect(DriftVerdict.unknown.index == nil && "\(DriftVerdict.unknown)".contains("too few"))
    }

    @Test("does not take a small window's chance for a change, and a large one's change for chance")
    func small() throws {
        let rule = try DriftRule(leastCount: 5)
        let few = [18, 15, 12, 10]
        let verdict = rule.judge(reference: [40, 30, 15, 5], current: few)
        guard case .chance(let index, let level) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(index.value >= 0.1 && index.value < level)
        let many = rule.judge(reference: [40, 30, 15, 5].map { $0 * 1_000 }, current: few.map { $0 * 1_000 })
        #expect(many.index?.bins == 4)
        if case .chance = many { Issue.record("\(many)") }
    }

    @Test("small windows of one population are hardly ever told as a change", arguments: [100, 300, 1_000, 10_000])
    func alarms(count: Int) throws {
        var random = SeededNumbers(UInt64(count))
        let rule = try DriftRule()
        let parts = [60, 20, 8, 5, 3, 2, 1, 1].map { Double($0) }
        let alarms = (0..<300).count { _ in
            switch rule.judge(reference: drawn(count, parts, &random), current: drawn(count, parts, &random)) {
            case .alert, .trigger: true
            default: false
            }
        }
        #expect(alarms <= 3)
    }

    @Test("compares scores by both classes together, of equal thresholds alone")
    func scores() throws {
        func histogram(_ threshold: Int64, _ legitimate: [Int], _ frauds: [Int]) throws -> ScoreHistogram {
            try ScoreHistogram(fractionBits: 3, thresholds: [threshold, 10], legitimate: legitimate, frauds: frauds)
        }
        let rule = try DriftRule()
        let one = try histogram(1, [9_000, 900, 90], [10, 10, 10])
        // Labels may be other ones: scores are the same.
        let relabelled = try histogram(1, [9_010, 910, 0], [0, 0, 100])
        #expect(rule.judge(reference: one, current: relabelled).index?.value == 0)
        let moved = try histogram(1, [5_000, 4_900, 90], [10, 10, 10])
        guard case .trigger = rule.judge(reference: one, current: moved) else {
            Issue.record("no change")
            return
        }
        #expect(try rule.judge(reference: one, current: histogram(2, [9_000, 900, 90], [10, 10, 10])) == .unknown)
    }

    private func refused(
        alert: Double = 0.1, trigger: Double = 0.1, least: Int = 1, chance: Double = 0.5
    ) -> DriftRule.Invalid? {
        do {
            _ = try DriftRule(alert: alert, trigger: trigger, leastCount: least, chance: chance)
            return nil
        } catch { return error }
    }

    @Test("is made of numbers that mean something, and says which does not")
    func invalid() {
        #expect(refused() == nil && refused(alert: 1e-9, trigger: 100, least: 1_000_000, chance: 1e-9) == nil)
        #expect(refused(alert: 0) == .alert && refused(alert: .nan) == .alert && refused(alert: .infinity) == .alert)
        #expect(
            refused(trigger: 0.09) == .trigger && refused(trigger: .nan) == .trigger
                && refused(trigger: .infinity) == .trigger)
        #expect(refused(least: 0) == .leastCount && refused(least: 1_000_001) == .leastCount)
        #expect(refused(chance: 0) == .chance && refused(chance: 0.51) == .chance)
        #expect(Set([DriftRule.Invalid.alert, .trigger, .leastCount, .chance].map { "\($0)" }).count == 4)
    }
}
