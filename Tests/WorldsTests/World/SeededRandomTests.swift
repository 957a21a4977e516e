import Testing
import Worlds

@Suite struct SeededRandomTests {
    @Test("streams of one seed and seeds of one stream differ")
    func streams() {
        func first(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
            var random = SeededRandom(seed: seed, stream: stream)
            return (0..<4).map { _ in random.next() }
        }
        #expect(first(1, 2) == first(1, 2))
        let all = [first(0, 0), first(0, 1), first(1, 0), first(1, 1), first(2, 1), first(1, 2)]
        #expect(Set(all.flatMap { $0 }).count == 24)
    }

    @Test("draws have the moments of their distributions")
    func moments() {
        var random = SeededRandom(seed: 5)
        let count = 20_000
        func mean(_ draws: [Double]) -> Double { draws.reduce(0, +) / Double(draws.count) }
        let uniform = (0..<count).map { _ in random.uniform() }
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        #expect(abs(mean(uniform) - 0.5) < 0.01)
        let normal = (0..<count).map { _ in random.normal(mean: 3, deviation: 2) }
        #expect(abs(mean(normal) - 3) < 0.06)
        #expect(abs(mean(normal.map { ($0 - 3) * ($0 - 3) }) - 4) < 0.2)
        let poisson = (0..<count).map { _ in Double(random.poisson(2.5)) }
        #expect(abs(mean(poisson) - 2.5) < 0.05)
        #expect(abs(mean(poisson.map { ($0 - 2.5) * ($0 - 2.5) }) - 2.5) < 0.15)
        #expect(random.poisson(0) == 0)
    }

    @Test("bounded draws reach every number alike")
    func bounded() {
        var random = SeededRandom(seed: 6)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<14_000 { counts[random.below(7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 2000) < 200 })
    }

    @Test("a sample holds distinct numbers, all of them where there are fewer")
    func samples() {
        var random = SeededRandom(seed: 7)
        for count in 0...12 {
            let sample = random.sample(count, of: 10)
            #expect(sample.count == min(count, 10))
            #expect(Set(sample).count == sample.count)
            #expect(sample.allSatisfy { (0..<10).contains($0) })
        }
        #expect(random.sample(3, of: 0).isEmpty)
    }
}
