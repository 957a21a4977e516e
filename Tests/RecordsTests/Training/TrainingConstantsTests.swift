import Foundation
import Records
import Support
import Testing

@Suite("Constants of a training")
struct TrainingConstantsTests {
    /// Whether `value` is `numerator / denominator` to the nearest, a half up, in whole numbers.
    private func isRounded(_ value: Int, _ numerator: Int, _ denominator: Int) -> Bool {
        let doubled = 2 * numerator + denominator
        return 2 * value * denominator <= doubled && doubled < 2 * (value + 1) * denominator
    }

    @Test("Weights are what the formula gives in exact arithmetic, for every frequency in steps", arguments: 0...8)
    func weights(bits: Int) throws {
        let rule = try TrainingRule(weightBits: bits)
        for count in stride(from: 0, through: 1_000_000, by: 997) {
            let weight = BitWeights(frequency: try #require(Millionths(count)), rule: rule)
            let q = Int128(min(max(count, 3_000), 997_000))
            let million = Int128(1_000_000)
            // A is the whole number with (2A - 1)^2 <= 4 x^2 < (2A + 1)^2, where x^2 = 4^t 10^12 / (q (10^6 - q)).
            let square = 4 * (Int128(1) << Int128(2 * bits)) * million * million
            let spread = q * (million - q)
            let (below, above) = (Int128(2 * weight.ones - 1), Int128(2 * weight.ones + 1))
            #expect(below * below * spread <= square && square < above * above * spread)
            #expect(isRounded(weight.all, weight.ones * Int(q), 1_000_000))
        }
    }

    @Test("Weights of a frequency and of its complement are alike, and largest at the clip")
    func symmetric() throws {
        for count in [0, 1, 2_999, 3_000, 3_001, 100_000, 500_000] {
            let low = BitWeights(frequency: try #require(Millionths(count)), rule: .standard)
            let high = BitWeights(frequency: try #require(Millionths(1_000_000 - count)), rule: .standard)
            #expect(low.ones == high.ones && abs(low.ones - low.all - high.all) <= 1)
        }
        let clipped = BitWeights(frequency: try #require(Millionths(0)), rule: .standard)
        #expect(clipped.ones == 293 && clipped.all == 1)
        let half = BitWeights(frequency: try #require(Millionths(500_000)), rule: .standard)
        #expect(half.ones == 32 && half.all == 16)
    }

    @Test("Reciprocals are what the formula gives in exact arithmetic", arguments: [8, 16, 24])
    func reciprocals(bits: Int) throws {
        let rule = try TrainingRule(tableBits: bits)
        let table = LeafTable(rows: 5_000, rule: rule)
        #expect(table.reciprocals.count == 5_001)
        for (count, value) in table.reciprocals.enumerated() {
            #expect(isRounded(Int(value), 150_000 << bits, 1_000_000 * (count + 20)))
        }
        #expect(table.reciprocals[0] < 1 << table.width && table.reciprocals[0] >= 1 << (table.width - 1))
    }

    @Test("Leaves are rounded to the nearest, a half up, on both sides of zero")
    func leaves() throws {
        // T[0] = 2^8 / 2 and T[2] = 2^8 / 4: leaves are half and a quarter of their sums.
        let rule = try TrainingRule(rate: #require(Millionths(1_000_000)), prior: 2, tableBits: 8)
        let table = LeafTable(rows: 2, rule: rule)
        #expect(table.reciprocals == [128, 85, 64])
        #expect([-3, -1, 0, 1, 3].map { table.leaf(sum: $0, rows: 0) } == [-1, 0, 0, 1, 2])
        #expect([-6, -3, -2, 2, 3, 6].map { table.leaf(sum: $0, rows: 2) } == [-1, -1, 0, 1, 1, 2])
        for sum in -500...500 {
            #expect(table.leaf(sum: sum, rows: 1) == Int((Double(sum) * 85 / 256 + 0.5).rounded(.down)))
        }
    }
}
