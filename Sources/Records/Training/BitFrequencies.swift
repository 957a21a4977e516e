/// How often each thermometer bit is set in the population, q: public with the bins, and the same for everyone that
/// trains.
///
/// It is the population's frequency, and not that of the rows that are trained on. Where frauds are enriched, the
/// latter beside the former would tell each bit's fraud rate.
package struct BitFrequencies: Sendable, Hashable {
    /// One a thermometer bit.
    package let bits: [Millionths]

    package init(_ bits: [Millionths]) { self.bits = bits }

    /// Frequencies of a sample, to the nearest millionth.
    ///
    /// - Parameters:
    ///   - ones: of so many rows each bit is set, one a bit.
    ///   - rows: of the sample.
    /// - Returns: nil where `rows` is below 1 or from 2^42 on, or a bit has more ones than there are rows.
    package init?(ones: [Int], rows: Int) {
        let bits = ones.compactMap { Millionths(part: $0, of: rows) }
        guard bits.count == ones.count, (1..<1 << 42).contains(rows) else { return nil }
        self.bits = bits
    }

    /// Four bytes a bit, big-endian, for the digest of a training plan.
    package var encoded: [UInt8] { bits.flatMap { UInt32($0.count).bigEndianBytes } }
}
