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
        // A table serves one batch, so making it is a good part of what its hashes cost: four entries at a time.
        table = [UInt64](unsafeUninitializedCapacity: bytes * 32) { table, count in
            words.withUnsafeBufferPointer { words in
                let table = UnsafeMutableRawBufferPointer(table)
                for nibble in 0..<bytes * 2 {
                    func word(_ bit: Int) -> UInt64 { UInt64(littleEndian: words[nibble &* 4 &+ bit]) }
                    let (one, two) = (word(0), word(1))
                    let low = SIMD4(0, one, two, one ^ two)
                    let (four, eight) = (SIMD4(repeating: word(2)), SIMD4(repeating: word(3)))
                    func store(_ entries: SIMD4<UInt64>, at place: Int) {
                        table.storeBytes(of: entries, toByteOffset: nibble &* 128 &+ place &* 8, as: SIMD4<UInt64>.self)
                    }
                    store(low, at: 0)
                    store(low ^ four, at: 4)
                    store(low ^ eight, at: 8)
                    store(low ^ four ^ eight, at: 12)
                }
            }
            count = table.count
        }
    }

    /// The hash under the XOR of two keys, which is the XOR of both hashes.
    package static func ^ (left: BinaryHash, right: BinaryHash) -> BinaryHash {
        precondition(left.bytes == right.bytes)
        var out = left
        out.table.withUnsafeMutableBufferPointer { out in
            right.table.withUnsafeBufferPointer { right in for index in out.indices { out[index] ^= right[index] } }
        }
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
