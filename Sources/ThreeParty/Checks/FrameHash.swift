package import Records

/// A digest of a large frame, row by row, under a key that the frame's sender does not know: NH over 64-bit words (Black et al.,
/// UMAC, CRYPTO 1999), and SHA-256 over the rows' hashes.
///
/// Two frames of different rows have the same digest with probability 2^-64, for whoever does not know the key. It costs about a
/// fifteenth of SHA-256 over the frame.
package struct FrameHash {
    private let key: [UInt64]
    private var hashes: [UInt8] = []

    /// - Parameter key: at least as many bytes as a row has; used for this one frame.
    package init(rowBytes: Int, key: inout CounterStream) {
        // Whole pairs of words.
        let words = (rowBytes + 15) / 16 * 2
        self.key = [UInt64](unsafeUninitializedCapacity: words) { words, count in
            key.fill(UnsafeMutableRawBufferPointer(words))
            for index in words.indices { words[index] = UInt64(littleEndian: words[index]) }
            count = words.count
        }
    }

    /// Adds a row; all have the same length.
    package mutating func add(_ row: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: product(row).littleEndian) { hashes.append(contentsOf: $0) }
    }

    /// Sum of (m_2j + k_2j)(m_2j+1 + k_2j+1) mod 2^128, sums in brackets mod 2^64.
    private func product(_ row: UnsafeRawBufferPointer) -> UInt128 {
        precondition((row.count + 15) / 16 * 2 == key.count, "rows have one length")
        return key.withUnsafeBufferPointer { key in
            func product(_ one: UInt64, _ other: UInt64, at pair: Int) -> UInt128 {
                let (high, low) = (key[pair] &+ UInt64(littleEndian: one))
                    .multipliedFullWidth(by: key[pair + 1] &+ UInt64(littleEndian: other))
                return UInt128(truncatingIfNeeded: high) << 64 | UInt128(truncatingIfNeeded: low)
            }
            func word(_ index: Int) -> UInt64 { row.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
            // Two sums, neither of which waits for the other's carry.
            var (sum, other): (UInt128, UInt128) = (0, 0)
            let pairs = row.count / 16
            for pair in stride(from: 0, to: pairs & ~1, by: 2) {
                sum &+= product(word(2 * pair), word(2 * pair + 1), at: 2 * pair)
                other &+= product(word(2 * pair + 2), word(2 * pair + 3), at: 2 * pair + 2)
            }
            if pairs & 1 == 1 { sum &+= product(word(2 * pairs - 2), word(2 * pairs - 1), at: 2 * pairs - 2) }
            if row.count % 16 != 0 {
                // Rows have one length, so zeros may fill up the last pair.
                var rest: (UInt64, UInt64) = (0, 0)
                withUnsafeMutableBytes(of: &rest) {
                    $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: row[(row.count & ~15)...]))
                }
                sum &+= product(rest.0, rest.1, at: 2 * pairs)
            }
            return sum &+ other
        }
    }

    /// The digest of the rows so far.
    package var digest: Digest32 { Digest32(of: [Array("cordon/received/v2".utf8), hashes]) }
}
