import Foundation

/// A generator whose numbers depend on a seed and a stream alone: SplitMix64 (Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014). For invented worlds, never for keys or masks.
///
/// Streams of one seed are independent of each other, so that a world's customers don't change when there are more of
/// them.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64, stream: UInt64 = 0) {
        state = Self.mix(seed) ^ Self.mix(Self.mix(stream) &+ 0x9E37_79B9_7F4A_7C15)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

extension SeededRandom {
    /// Uniform in `0 ..< 1`, a multiple of 2^-53.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    package mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// Uniform in `0 ..< bound`, without bias (Lemire 2019). `bound` is at least 1.
    package mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Normal by Marsaglia's polar method; the second number of a pair is left out to keep the state one word.
    package mutating func normal(mean: Double, deviation: Double) -> Double {
        while true {
            let u = 2 * uniform() - 1
            let v = 2 * uniform() - 1
            let s = u * u + v * v
            if s > 0, s < 1 { return mean + deviation * u * (-2 * log(s) / s).squareRoot() }
        }
    }

    /// Poisson by multiplication of uniforms (Knuth); for means of a few.
    package mutating func poisson(_ mean: Double) -> Int {
        let bound = exp(-mean)
        var product = uniform()
        var count = 0
        while product > bound {
            count += 1
            product *= uniform()
        }
        return count
    }

    /// `count` distinct numbers of `0 ..< bound` (all of them where there are fewer), in the order drawn (Floyd).
    package mutating func sample(_ count: Int, of bound: Int) -> [Int] {
        var drawn = Set<Int>()
        var order: [Int] = []
        for last in max(0, bound - count)..<max(0, bound) {
            let candidate = below(last + 1)
            let chosen = drawn.insert(candidate).inserted ? candidate : last
            drawn.insert(chosen)
            order.append(chosen)
        }
        return order
    }
}
