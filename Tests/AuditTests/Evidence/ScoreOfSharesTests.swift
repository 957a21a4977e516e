import Audit
import Records
import Support
import Testing

@Suite("The score that three shares are of")
struct ScoreOfSharesTests {
    private typealias Score = VerifiedReceipt.Score

    private func score(_ shares: [[UInt8]], ringBits: Int = 16, steps: Int = 0) -> Score? {
        try? Score(shares, ringBits: ringBits, steps: steps)
    }

    private func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    @Test("of an exact score of 16 bits it is every number that they can add up to, with its sign")
    func every16() {
        var random = SplitMix64(16)
        for raw in Int16.min...Int16.max {
            let (one, two) = (
                UInt16.random(in: 0 ... .max, using: &random), UInt16.random(in: 0 ... .max, using: &random)
            )
            let three = UInt16(bitPattern: raw) &- one &- two
            let shares = [one, two, three].map { bytes(UInt64($0), 2) }
            if score(shares) != .exact(Int64(raw)) { Issue.record("\(raw) of \(shares)") }
        }
    }

    @Test("of one of 32 bits it is the sum modulo 2³², with its sign")
    func some32() {
        var random = SplitMix64(32)
        let edges: [Int32] = [
            .min, .min + 1, -65_537, -65_536, -32_769, -1, 0, 1, 32_768, 65_535, 65_536, .max - 1, .max,
        ]
        for raw in edges + (0..<2_000).map({ _ in Int32.random(in: .min ... .max, using: &random) }) {
            let (one, two) = (
                UInt32.random(in: 0 ... .max, using: &random), UInt32.random(in: 0 ... .max, using: &random)
            )
            let three = UInt32(bitPattern: raw) &- one &- two
            let shares = [one, two, three].map { bytes(UInt64($0), 4) }
            if score(shares, ringBits: 32) != .exact(Int64(raw)) { Issue.record("\(raw) of \(shares)") }
        }
    }

    @Test("of a rounded one it is the number of thresholds that are reached, for every number of steps and every step")
    func everyStep() {
        var random = SplitMix64(17)
        for steps in 1...70 {
            let width = (steps - 1 + 7) / 8
            for step in 0..<steps {
                var bits = [UInt8](repeating: 0, count: width)
                for bit in 0..<step { bits[bit / 8] |= 1 << UInt8(bit % 8) }
                let (one, two) = (random.bytes(width), random.bytes(width))
                let three = bits.indices.map { bits[$0] ^ one[$0] ^ two[$0] }
                for ring in [16, 32] {
                    #expect(score([one, two, three], ringBits: ring, steps: steps) == .step(step, of: steps))
                }
            }
        }
    }

    @Test(
        "bits that are no thermometer of so many steps are of no score: all of one byte, and of two with every high one"
    )
    func everyPattern() {
        let one = (0...255 as ClosedRange<UInt64>).map { $0 }
        let two = one.flatMap { high in [0, 0x7F, 0xFE, 0xFF].map { high << 8 | $0 } }
        for (steps, patterns) in [(2, one), (3, one), (5, one), (8, one), (9, one), (10, two), (13, two), (17, two)] {
            let width = (steps - 1 + 7) / 8
            for pattern in patterns {
                let step = (0..<steps).first { pattern == (1 << UInt64($0)) - 1 }
                let found = score([bytes(pattern, width), bytes(0, width), bytes(0, width)], steps: steps)
                if found != step.map({ .step($0, of: steps) }) { Issue.record("\(pattern) of \(steps)") }
            }
        }
    }

    @Test("shares that are not three, or not of the score's width, are of no score")
    func widths() {
        for ring in [16, 32] {
            for count in 0...5 {
                let shares = [[UInt8]](repeating: [UInt8](repeating: 0, count: count), count: 3)
                #expect((score(shares, ringBits: ring) != nil) == (count == ring / 8))
                for place in 0..<3 {
                    var uneven = [[UInt8]](repeating: [UInt8](repeating: 0, count: ring / 8), count: 3)
                    uneven[place] = [UInt8](repeating: 0, count: count)
                    #expect((score(uneven, ringBits: ring) != nil) == (count == ring / 8))
                }
            }
        }
        for count in [0, 1, 2, 4] { #expect(score([[UInt8]](repeating: [0, 0], count: count)) == nil) }
        for (steps, width) in [(1, 0), (2, 1), (9, 1), (10, 2), (17, 2), (18, 3)] {
            for count in 0...4 {
                let shares = [[UInt8]](repeating: [UInt8](repeating: 0, count: count), count: 3)
                #expect(score(shares, steps: steps) == (count == width ? .step(0, of: steps) : nil))
            }
        }
        #expect(throws: ReceiptFault.noScore) { try Score([], ringBits: 16, steps: 0) }
    }

    @Test("is said in words by its number, or by its step of how many")
    func words() {
        #expect("\(Score.exact(-12))" == "-12" && "\(Score.step(0, of: 5))" == "step 0 of 5")
    }
}
