/// The thresholds of rounded scores, as a model's manifest has them: a bit for each, set from that score on. The number of set bits
/// is the calibration's step.
package struct ScoreRounding: Sendable, Hashable {
    /// Of the scores' ring, 16 or 32.
    package let ringBits: Int
    /// Scores, ascending; the calibration's but the first, below which there is no step.
    package let thresholds: [Int64]

    /// Nil unless the thresholds rise, and the ring is one that there is.
    package init?(ringBits: Int, thresholds: [Int64]) {
        guard ringBits == 16 || ringBits == 32, zip(thresholds, thresholds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        (self.ringBits, self.thresholds) = (ringBits, thresholds)
    }

    /// Bits of a rounded score.
    package var bits: Int { thresholds.count }
    /// Bytes of a rounded score's bits, least significant bit first.
    package var bytes: Int { Self.bytes(bits) }
    package static func bytes(_ bits: Int) -> Int { (bits + 7) / 8 }
    /// The ring's largest element.
    var mask: UInt64 { 1 << UInt64(ringBits) - 1 }

    /// The step that a rounded score's bits say: how many are set. Nil where one is set behind one that is not, or behind the last.
    ///
    /// - Parameters:
    ///   - bytes: of one rounded score, `bytes(bits)`.
    ///   - bits: as many as there are thresholds.
    package static func step(_ bytes: some Collection<UInt8>, bits: Int) -> Int? {
        precondition(bytes.count == self.bytes(bits), "the bytes of one rounded score")
        let set = bytes.reduce(0) { $0 + $1.nonzeroBitCount }
        guard set <= bits else { return nil }
        for (index, byte) in bytes.enumerated() {
            let inByte = min(max(set - index * 8, 0), 8)
            guard byte == UInt8(truncatingIfNeeded: 1 << inByte - 1) else { return nil }
        }
        return set
    }

    /// Where two servers that know β compare, so that a + β, for the dealer's a, is held against every threshold.
    ///
    /// A score is at or above a threshold where a lies on the ring from the threshold less β up to the end of all scores less β.
    /// Of both ends the servers have shares of "is at most a".
    struct Places {
        /// The end of all scores first, then a place for each threshold that is an element of the ring.
        fileprivate(set) var numbers: [UInt64]
        fileprivate let bits: [Bit]

        fileprivate enum Bit {
            /// Every score is at or above the threshold, or none is.
            case constant(UInt8)
            /// The number that belongs to the bit, and whether its range goes around the end of the ring.
            case compared(Int, wraps: UInt8)
        }

        /// XORs one server's share of all bits into `out`.
        ///
        /// - Parameter answers: a share for each number.
        func pick(_ answers: [UInt8], isSecond: Bool, into out: UnsafeMutableBufferPointer<UInt8>) {
            for (index, bit) in bits.enumerated() {
                let share: UInt8 =
                    switch bit {
                    case .constant(let value): isSecond ? value : 0
                    case .compared(let number, let wraps): answers[number] ^ answers[0] ^ (isSecond ? wraps : 0)
                    }
                out[index >> 3] ^= share << UInt8(index & 7)
            }
        }
    }

    /// - Parameter beta: the servers' part of the score, an element of the ring.
    func places(_ beta: UInt64) -> Places {
        // Scores from the lowest on, so that their order is that of the ring.
        let half = UInt64(1) << UInt64(ringBits - 1)
        let end = (0 &- beta &- half) & mask
        var numbers = [end]
        let bits = thresholds.map { threshold -> Places.Bit in
            let (lowest, beyond) = (-Int64(half), Int64(half))
            guard threshold > lowest else { return .constant(1) }
            guard threshold < beyond else { return .constant(0) }
            let begin = (UInt64(threshold - lowest) &+ end) & mask
            numbers.append(begin)
            return .compared(numbers.count - 1, wraps: begin > end ? 1 : 0)
        }
        return Places(numbers: numbers, bits: bits)
    }
}
