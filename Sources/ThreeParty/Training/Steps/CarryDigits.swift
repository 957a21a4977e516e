/// The carries of a sum of two 64-bit numbers, digit by digit of 8 bits: whether a digit's sum carries by itself (g) and whether it
/// passes a carry on (p), in XOR shares. One 16-bit element a sum: g of digit d is bit d, p of it bit 8 + d.
///
/// The client of a term knows one number and deals a one-hot of each digit, 32 bytes; servers know the other one and read g and p
/// off their shares without a message. (MAESTRO's one-hot look-ups are alike, Morita et al. 2025.)
extension SecureSteps {
    private static var words: Int { 4 }

    /// Two rounds; 32 bytes a digit from the client of a value, and 2 bytes from each of its servers.
    ///
    /// - Parameters:
    ///   - a: what this party knows as a client.
    ///   - b: what it knows as a server.
    ///   - count: values of the step.
    ///   - digits: 1 to 8, from the lowest on.
    ///   - top: the last digit's pair tells the top bit of its sum instead: g without a carry into it, g ⊕ p with one.
    func carries(
        _ a: [UInt64], _ b: Deal<UInt64>, of count: Int, digits: Int, top: Bool, _ step: TrainingStep
    ) -> Interaction<XORShares<UInt16>> {
        let width = digits * Self.words
        var hot = [UInt64](repeating: 0, count: a.count * width)
        for (at, value) in a.enumerated() {
            for digit in 0..<digits {
                let place = Int(value >> UInt64(8 * digit) & 255)
                hot[at * width + digit * Self.words + place >> 6] = 1 << UInt64(place & 63)
            }
        }
        return deal(hot, of: count, width: width, in: ExclusiveOr.self, step).then { shares in
            let answers = Deal(
                first: Self.read(shares.first, b.first, digits, top),
                second: Self.read(shares.second, b.second, digits, top))
            return exchange(answers, of: count, in: ExclusiveOr.self, step)
        }
    }

    /// A server's shares of the pairs of all its values.
    private static func read(_ hot: [UInt64], _ b: [UInt64], _ digits: Int, _ top: Bool) -> [UInt16] {
        hot.withUnsafeBufferPointer { hot in
            b.indices.map { at in
                var pairs: UInt16 = 0
                for digit in 0..<digits {
                    let share = OneHotDigit(hot, from: (at * digits + digit) * words)
                    let own = UInt32(truncatingIfNeeded: b[at] >> UInt64(8 * digit) & 255)
                    let (g, p) =
                        top && digit == digits - 1
                        ? share.topBit(own) : (share.parity(from: 256 - own), share.bit(255 - own))
                    pairs |= g << UInt16(digit) | p << UInt16(8 + digit)
                }
                return pairs
            }
        }
    }

    /// Joins pairs of neighbouring digits, two at a time, until one is left, and gives back its g: the carry out of all digits.
    /// log2(digits) rounds, a byte a party in each.
    func join(_ pairs: XORShares<UInt16>, digits: Int, _ step: TrainingStep) -> Interaction<XORShares<UInt8>> {
        guard digits > 1 else { return .finished(pairs.map { $0.map { UInt8(truncatingIfNeeded: $0 & 1) } }) }
        let half = UInt16(digits / 2)
        // p of the higher digit with g and with p of the lower one.
        let higher = pairs.map { $0.map { Self.doubled(Self.every(second: $0 >> 9), half) } }
        let lower = pairs.map {
            $0.map {
                UInt8(
                    truncatingIfNeeded: Self.every(second: $0) & (1 << half - 1) | Self.every(second: $0 >> 8) << half)
            }
        }
        return product(higher, lower, step).then { both in
            var joined = XORShares<UInt16>(zeros: pairs.count)
            func put(_ pairs: [UInt16], _ both: [UInt8], into out: inout [UInt16]) {
                for at in out.indices {
                    let passed = UInt16(both[at])
                    var g = Self.every(second: pairs[at] >> 1) & (1 << half - 1) ^ passed & (1 << half - 1)
                    var p = passed >> half & (1 << half - 1)
                    if digits & 1 == 1 {
                        g |= (pairs[at] >> UInt16(digits - 1) & 1) << half
                        p |= (pairs[at] >> UInt16(8 + digits - 1) & 1) << half
                    }
                    out[at] = g | p << 8
                }
            }
            put(pairs.first, both.first, into: &joined.first)
            put(pairs.second, both.second, into: &joined.second)
            return join(joined, digits: (digits + 1) / 2, step)
        }
    }

    /// Bits 0, 2, 4 and 6 as bits 0 to 3.
    private static func every(second bits: UInt16) -> UInt16 {
        var bits = bits & 0x55
        bits = (bits | bits >> 1) & 0x33
        return (bits | bits >> 2) & 0x0F
    }

    private static func doubled(_ bits: UInt16, _ half: UInt16) -> UInt8 {
        let bits = bits & (1 << half - 1)
        return UInt8(truncatingIfNeeded: bits | bits << half)
    }
}

/// A share of a one-hot of 256 places.
private struct OneHotDigit: Unprinted {
    private let words: SIMD4<UInt64>

    init(_ hot: UnsafeBufferPointer<UInt64>, from at: Int) {
        words = SIMD4(hot[at], hot[at + 1], hot[at + 2], hot[at + 3])
    }

    func bit(_ place: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: words[Int(place >> 6)] >> UInt64(place & 63) & 1)
    }

    /// The parity of the bits at `place` and above; `place` is 0 to 256.
    func parity(from place: UInt32) -> UInt16 {
        guard place < 256 else { return 0 }
        let word = Int(place >> 6)
        var rest = words[word] >> UInt64(place & 63)
        for above in word + 1..<max(4, word + 1) { rest ^= words[above] }
        rest ^= rest >> 32
        rest ^= rest >> 16
        rest ^= rest >> 8
        rest ^= rest >> 4
        return 0x6996 >> UInt16(truncatingIfNeeded: rest & 15) & 1
    }

    /// The top bit of the digit's sum with `own` without a carry into it, and what a carry changes.
    func topBit(_ own: UInt32) -> (without: UInt16, change: UInt16) {
        func half(from begin: UInt32) -> UInt16 {
            let begin = begin & 255
            // 128 places from `begin` on, around the end.
            return begin <= 128
                ? parity(from: begin) ^ parity(from: begin + 128)
                : parity(from: begin) ^ parity(from: 0) ^ parity(from: begin - 128)
        }
        let without = half(from: 128 &- own)
        return (without, without ^ half(from: 127 &- own))
    }
}
