package import Records

/// A digest of a large frame, row by row, under a key that the frame's sender does not know: NH over 64-bit words (Black et al.,
/// UMAC, CRYPTO 1999), and SHA-256 over the rows' hashes.
///
/// Two frames of different rows have the same digest with probability 2^-64, for whoever does not know the key. It costs a twentieth
/// of SHA-256 over the frame, for which this hardware takes a quarter of a batch's time.
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
        let (low, high) = product(row)
        withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) { hashes.append(contentsOf: $0) }
    }

    /// Sum of (m_2j + k_2j)(m_2j+1 + k_2j+1) mod 2^128, sums in brackets mod 2^64.
    private func product(_ row: UnsafeRawBufferPointer) -> (low: UInt64, high: UInt64) {
        precondition((row.count + 15) / 16 * 2 == key.count, "rows have one length")
        var (low, high): (UInt64, UInt64) = (0, 0)
        func add(_ one: UInt64, _ other: UInt64, at pair: Int) {
            let product = (key[pair] &+ one).multipliedFullWidth(by: key[pair + 1] &+ other)
            let (sum, carry) = low.addingReportingOverflow(product.low)
            low = sum
            high = high &+ product.high &+ (carry ? 1 : 0)
        }
        for pair in 0..<row.count / 16 {
            let words = row.loadUnaligned(fromByteOffset: pair * 16, as: SIMD2<UInt64>.self)
            add(UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]), at: pair * 2)
        }
        if row.count % 16 != 0 {
            // Rows have one length, so zeros may fill up the last pair.
            var rest: (UInt64, UInt64) = (0, 0)
            withUnsafeMutableBytes(of: &rest) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: row[(row.count & ~15)...]))
            }
            add(UInt64(littleEndian: rest.0), UInt64(littleEndian: rest.1), at: key.count - 2)
        }
        return (low, high)
    }

    /// The digest of the rows so far.
    package var digest: Digest32 { Digest32(of: [Array("cordon/received/v2".utf8), hashes]) }
}
