import Evaluation
import Foundation
import Testing

@Suite("Quantiles and intervals")
struct QuantileTests {
    @Test(
        "the normal distribution's are those of tables",
        arguments: [
            (0.5, 0), (0.8, 0.841621233572914), (0.9, 1.281551565544600), (0.95, 1.644853626951472),
            (0.975, 1.959963984540054), (0.995, 2.575829303548901), (0.999, 3.090232306167813),
            (1e-9, -5.997807015007687),
        ])
    func normal(probability: Double, z: Double) { #expect(isNear(normalQuantile(probability), z, 1e-9)) }

    @Test(
        "Student's are those of tables, for odd and even degrees",
        arguments: [
            (0.95, 1, 6.313752), (0.95, 2, 2.919986), (0.95, 3, 2.353363), (0.95, 4, 2.131847), (0.95, 6, 1.943180),
            (0.975, 9, 2.262157), (0.99, 10, 2.763769), (0.9, 29, 1.311434), (0.975, 30, 2.042272),
            (0.05, 6, -1.943180),
            (0.5, 5, 0),
        ] as [(Double, Int, Double)])
    func student(probability: Double, degrees: Int, t: Double) {
        #expect(isNear(studentQuantile(probability, degrees: degrees), t, 2e-6))
    }

    @Test("Student's come to the normal distribution's", arguments: [0.6, 0.9, 0.99])
    func limit(probability: Double) {
        #expect(isNear(studentQuantile(probability, degrees: 3_000), normalQuantile(probability), 3e-3))
    }

    @Test(
        "chi-squared's are within 1 % of tables from three degrees on",
        arguments: [
            (0.95, 3, 7.815), (0.99, 3, 11.345), (0.95, 9, 16.919), (0.99, 9, 21.666), (0.999, 9, 27.877),
            (0.999, 31, 61.098), (0.5, 10, 9.342),
        ] as [(Double, Int, Double)])
    func chiSquared(probability: Double, degrees: Int, value: Double) {
        #expect(isNear(chiSquaredQuantile(probability, degrees: degrees) / value, 1, 0.01))
    }

    @Test("reciprocals add up as they do one by one", arguments: [0, 1, 5, 63, 64, 65, 1_000, 1_000_000])
    func harmonic(first: Int) {
        for count in [0, 1, 2, 60, 64, 65, 1_000, 50_000] {
            let slow = (0..<count).reversed().reduce(0.0) { $0 + 1 / Double(first + $1 + 1) }
            #expect(isNear(reciprocals(after: first, to: first + count), slow, 1e-12))
        }
        #expect(reciprocals(after: first, to: first - 1) == 0)
    }

    /// Wilson's interval are the shares from which the observed one is z deviations away.
    @Test(
        "Wilson's interval ends where the observed share is as unlikely as it may be",
        arguments: [(1, 10), (5, 10), (3, 1_000), (396, 57_369)])
    func wilson(part: Int, all: Int) throws {
        let estimate = try #require(Estimate.share(part, of: all, confidence: 0.95))
        #expect(estimate.value == Double(part) / Double(all))
        #expect(estimate.low < estimate.value && estimate.value < estimate.high)
        for end in [estimate.low, estimate.high] {
            let deviation = (end * (1 - end) / Double(all)).squareRoot()
            #expect(isNear(abs(estimate.value - end) / deviation, 1.959963984540054, 1e-6))
        }
    }

    @Test("Wilson's interval stays within 0 and 1, and shrinks with counts and confidence")
    func wilsonEdges() throws {
        let (none, all) = (
            try #require(Estimate.share(0, of: 20, confidence: 0.95)), Estimate.share(20, of: 20, confidence: 0.95)
        )
        #expect(none.value == 0 && none.low == 0 && isNear(none.high, 0.161125, 1e-6))
        #expect(all?.high == 1 && isNear(all?.low, 1 - none.high))
        #expect(Estimate.share(0, of: 0, confidence: 0.95) == nil)
        func width(_ part: Int, _ all: Int, _ confidence: Double) -> Double {
            Estimate.share(part, of: all, confidence: confidence).map { $0.high - $0.low } ?? 0
        }
        #expect(width(10, 100, 0.95) > width(100, 1_000, 0.95) && width(10, 100, 0.95) > width(10, 100, 0.8))
    }
}
