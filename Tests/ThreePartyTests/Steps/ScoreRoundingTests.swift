import Testing
import ThreeParty

@Suite("The thresholds of rounded scores")
struct ScoreRoundingTests {
    @Test("rise, in a ring of 16 or 32 bits")
    func thresholds() {
        for ringBits in -1...65 {
            #expect(
                (ScoreRounding(ringBits: ringBits, thresholds: [1, 2]) != nil) == (ringBits == 16 || ringBits == 32))
        }
        for thresholds: [Int64] in [[], [0], [Int64.min, Int64.max], [-2, -1, 0, 1]] {
            #expect(ScoreRounding(ringBits: 16, thresholds: thresholds)?.thresholds == thresholds)
        }
        for thresholds: [Int64] in [[0, 0], [1, 0], [0, 1, 1], [2, 1, 3], [Int64.max, Int64.min]] {
            #expect(ScoreRounding(ringBits: 32, thresholds: thresholds) == nil)
        }
    }

    /// The step by going over bits: nil where one is set that should not be.
    private func step(_ number: Int, bits: Int) -> Int? {
        var step = 0
        while step < bits, number >> step & 1 == 1 { step += 1 }
        return number >> step == 0 ? step : nil
    }

    @Test("give a step for every byte or two that is a thermometer, and for no other", arguments: 0...16)
    func steps(bits: Int) {
        let numbers = bits == 0 ? 0..<1 : bits <= 8 ? 0..<256 : 0..<65_536
        let wrong = numbers.filter { number in
            let bytes = [UInt8(number & 255), UInt8(number >> 8)].prefix((bits + 7) / 8)
            return ScoreRounding.step(bytes, bits: bits) != step(number, bits: bits)
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
    }
}
