import Support
import Testing
import ThreeParty

@Suite("The comparison with a payload")
struct PayloadComparisonTests {
    private typealias Payload = PayloadComparison.Payload
    private static let cipherKey = [UInt8](1...16)

    private var random = SplitMix64(state: 5)

    private mutating func block() -> UInt128 { UInt128(random.next()) << 64 | UInt128(random.next()) }

    /// What both servers' shares come to at ascending numbers.
    private mutating func opened(
        _ width: Int, _ alpha: UInt64, _ payload: Payload, at numbers: [UInt64]
    ) -> [Payload] {
        let comparison = PayloadComparison(width: width, cipherKey: Self.cipherKey)
        let seeds = (block(), block())
        var key: [UInt8] = []
        comparison.deal(alpha, payload, seeds: seeds, into: &key)
        #expect(key.count == PayloadComparison.keyBytes(width: width))
        return key.withUnsafeBytes { key in
            let first = comparison.answer(key, isSecond: false, seed: seeds.0, at: numbers)
            let second = comparison.answer(key, isSecond: true, seed: seeds.1, at: numbers)
            return zip(first, second).map { $0 &+ $1 }
        }
    }

    private func plain(_ alpha: UInt64, _ payload: Payload, at numbers: [UInt64]) -> [Payload] {
        numbers.map { $0 <= alpha ? payload : .zero }
    }

    @Test("is exact at every number of sixteen bits", arguments: [0, 1, 0x5AA5, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF])
    mutating func everyNumber(alpha: UInt64) {
        let numbers = Array(0...UInt64(UInt16.max))
        let payload = Payload(.random(in: 0 ... .max, using: &random), .random(in: 0 ... .max, using: &random))
        #expect(opened(16, alpha, payload, at: numbers) == plain(alpha, payload, at: numbers))
    }

    @Test("is exact at, above and below any α, wherever bits turn", arguments: [16, 32])
    mutating func edges(width: Int) {
        let end: UInt64 = 1 << UInt64(width)
        var alphas: [UInt64] = [0, end - 1]
        for bit in 0..<UInt64(width) { alphas += [1 << bit, 1 << bit - 1, end - 1 << bit, end - 1 - 1 << bit] }
        for _ in 0..<60 { alphas.append(.random(in: 0..<end, using: &random)) }
        for alpha in alphas.map({ min($0, end - 1) }) {
            var numbers: Set<UInt64> = [0, alpha, end - 1, alpha &- 1 & (end - 1), (alpha + 1) & (end - 1)]
            for bit in 0..<UInt64(width) { numbers.insert(alpha ^ 1 << bit) }
            for payload in [Payload(1, 0), Payload(0, 1), Payload(.max, 1 << 31), .zero] {
                let sorted = numbers.sorted()
                #expect(opened(width, alpha, payload, at: sorted) == plain(alpha, payload, at: sorted), "\(alpha)")
            }
        }
    }

    @Test("gives one answer a number: none, one, and some that come twice")
    mutating func numbers() {
        for numbers: [UInt64] in [[], [7], [0, 0, 0], [5, 7, 7, 7, 8, 65_535, 65_535]] {
            #expect(opened(16, 7, Payload(3, 4), at: numbers) == plain(7, Payload(3, 4), at: numbers))
        }
    }

    @Test("has keys of 392 and 776 bytes")
    func sizes() {
        #expect(PayloadComparison.keyBytes(width: 16) == 392 && PayloadComparison.keyBytes(width: 32) == 776)
    }

    /// A server has its seed, the key, and what it makes of both. Where the other's seed is uniform, they are too.
    @Test("tells a server neither α nor payload: keys and answers are uniform over the other's seed")
    mutating func uniform() {
        for isSecond in [false, true] {
            for (alpha, payload): (UInt64, Payload) in [(0, .zero), (0xFFFF, Payload(1, 0)), (0x1234, Payload(0, 1))] {
                let own = block()
                var counts: [[Int]] = []
                let runs = 640
                for _ in 0..<runs {
                    let comparison = PayloadComparison(width: 16, cipherKey: Self.cipherKey)
                    let seeds = isSecond ? (block(), own) : (own, block())
                    var key: [UInt8] = []
                    comparison.deal(alpha, payload, seeds: seeds, into: &key)
                    let answers = key.withUnsafeBytes {
                        comparison.answer($0, isSecond: isSecond, seed: own, at: [0xFFFF])
                    }
                    for element in [answers[0][0], answers[0][1]] {
                        for shift: UInt32 in [0, 8, 16, 24] { key.append(UInt8(truncatingIfNeeded: element >> shift)) }
                    }
                    if counts.isEmpty { counts = key.map { _ in [Int](repeating: 0, count: 32) } }
                    for (place, byte) in key.enumerated() {
                        counts[place][Int(byte & 15)] += 1
                        counts[place][16 + Int(byte >> 4)] += 1
                    }
                }
                let expected = Double(runs) / 16
                func statistic(_ bins: ArraySlice<Int>) -> Double {
                    bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
                }
                // 15 degrees of freedom: above 90 less than once in 10^12.
                for (place, bins) in counts.enumerated() {
                    #expect(statistic(bins[..<16]) < 90 && statistic(bins[16...]) < 90, "\(place)")
                }
            }
        }
    }
}
