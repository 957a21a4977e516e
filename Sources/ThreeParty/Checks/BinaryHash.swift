/// A linear hash of bit strings of one length to 64 bits: the XOR of a key's words at the places of the ones. Whoever chooses two
/// strings without the key meets one hash with probability 2^-64 (Carter and Wegman 1979); hashes of XOR shares are XOR shares of
/// the hash.
///
/// For every four bits it holds the XOR of the words that they pick, for all 16 patterns. What it is asked of is a share, or is
/// public among the parties; so memory access tells nothing.
package struct BinaryHash: Sendable {
    /// Bytes of a string.
    package let bytes: Int
    private var table: [UInt64]

    /// - Parameter key: 64 bytes a byte of a string are taken from it.
    package init(bytes: Int, key: inout CounterStream) {
        self.bytes = bytes
        let words = [UInt64](unsafeUninitializedCapacity: bytes * 8) { words, count in
            key.fill(UnsafeMutableRawBufferPointer(words))
            count = words.count
        }
        table = [UInt64](repeating: 0, count: bytes * 32)
        for nibble in 0..<bytes * 2 {
            for pattern in 1..<16 {
                table[nibble * 16 + pattern] =
                    table[nibble * 16 + pattern & (pattern - 1)]
                    ^ UInt64(littleEndian: words[nibble * 4 + pattern.trailingZeroBitCount])
            }
        }
    }

    /// The hash under the XOR of two keys, which is the XOR of both hashes.
    package static func ^ (left: BinaryHash, right: BinaryHash) -> BinaryHash {
        precondition(left.bytes == right.bytes)
        var out = left
        for index in out.table.indices { out.table[index] ^= right.table[index] }
        return out
    }

    /// - Parameter string: `bytes` of it.
    package func callAsFunction(_ string: UnsafeBufferPointer<UInt8>) -> UInt64 {
        precondition(string.count == bytes)
        return table.withUnsafeBufferPointer { table in
            var (hash, other): (UInt64, UInt64) = (0, 0)
            for at in 0..<string.count {
                let byte = Int(string[at])
                hash ^= table[at * 32 + byte & 15]
                other ^= table[at * 32 + 16 + byte >> 4]
            }
            return hash ^ other
        }
    }

    package func callAsFunction(_ string: [UInt8]) -> UInt64 { string.withUnsafeBufferPointer { self($0) } }
}
