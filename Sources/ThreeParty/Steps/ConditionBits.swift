/// Round 1 of scoring (DESIGN section 4.4): XOR shares of every condition bit of every transaction.
///
/// Party `i` computes parity(w_i & (x_i ^ x_{i+1}) ^ w_{i+1} & x_i) for each selection row `w`: its part of the
/// replicated inner product over GF(2) (Araki et al. 2016). A zero-share makes the result safe to send; `ConditionBits`
/// only ever leaves this file masked.
///
/// Cost: one message of `conditionBytes` a transaction to the previous party.
package struct ConditionBits: Sendable {
    private let first: ParityTables
    private let second: ParityTables
    private let shape: ForestShape

    /// Prepares the tables of a model; once a model.
    package init(shape: ForestShape, model: borrowing ModelComponents) {
        self.shape = shape
        first = ParityTables(rows: model.selectionFirst, shape: shape)
        second = ParityTables(rows: model.selectionSecond, shape: shape)
    }

    /// Masked shares of a batch's condition bits, `conditionBytes` a transaction, in order.
    ///
    /// - Parameters:
    ///   - inputs: nil for a transaction that this party refused: its bytes are zero and use no mask, so that a later
    ///     run that accepts it meets a mask that was never used.
    ///   - zeroShare: `conditionBytes` a transaction; the three parties' XOR to zero.
    package func masked(_ inputs: [BitShares?], zeroShare: [UInt8]) -> [UInt8] {
        let width = shape.conditionBytes
        var out = [UInt8](repeating: 0, count: inputs.count * width)
        var sums = [ParityTables.Lanes](repeating: .zero, count: first.blocks)
        var mixed = [UInt8](repeating: 0, count: shape.inputBytes)
        for (event, input) in inputs.enumerated() {
            guard let input else { continue }
            for block in sums.indices { sums[block] = .zero }
            for i in mixed.indices { mixed[i] = input.first[i] ^ input.second[i] }
            first.add(mixed, to: &sums)
            second.add(input.first, to: &sums)
            let start = event * width
            sums.withUnsafeBytes { sums in
                for byte in 0..<width { out[start + byte] = sums[byte] ^ zeroShare[start + byte] }
            }
        }
        return out
    }
}

/// The rows of a bit matrix, ready for products with vectors over GF(2): the Method of Four Russians (Arlazarov et al.
/// 1970) with 4-bit tables. For every four input bits it holds the XOR of the columns they pick, for all 16 patterns;
/// a product is one look-up and one wide XOR for each.
///
/// Look-ups are indexed by the party's own share of a transaction, which is uniformly random to that party whatever the
/// transaction says; so memory access tells nothing of it.
struct ParityTables: Sendable {
    /// A bit a row; in memory, rows follow each other from each byte's least significant bit on.
    typealias Lanes = SIMD8<UInt64>

    /// 512 rows each.
    let blocks: Int
    private let bytes: Int
    private let table: [Lanes]

    /// - Parameter rows: `conditions` rows of `inputBytes`, least significant bit first.
    init(rows: [UInt8], shape: ForestShape) {
        let blocks = (shape.conditions + 511) / 512
        let width = shape.inputBytes
        var columns = [Lanes](repeating: .zero, count: width * 8 * blocks)
        for row in 0..<shape.conditions {
            let one = (1 << UInt64(row & 63) as UInt64).littleEndian
            for byte in 0..<width {
                var bits = rows[row * width + byte]
                while bits != 0 {
                    let column = byte * 8 + bits.trailingZeroBitCount
                    columns[column * blocks + row >> 9][(row >> 6) & 7] ^= one
                    bits &= bits - 1
                }
            }
        }
        var table = [Lanes](repeating: .zero, count: width * 32 * blocks)
        for nibble in 0..<width * 2 {
            for pattern in 1..<16 {
                let low = pattern.trailingZeroBitCount
                for block in 0..<blocks {
                    table[(nibble * 16 + pattern) * blocks + block] =
                        table[(nibble * 16 + pattern & (pattern - 1)) * blocks + block]
                        ^ columns[(nibble * 4 + low) * blocks + block]
                }
            }
        }
        self.blocks = blocks
        bytes = width
        self.table = table
    }

    /// Adds (XOR) the product of the rows with a vector of `inputBytes` to `sums`, one bit a row.
    func add(_ vector: [UInt8], to sums: inout [Lanes]) {
        precondition(vector.count == bytes && sums.count == blocks)
        vector.withUnsafeBufferPointer { vector in
            table.withUnsafeBufferPointer { table in
                for block in 0..<blocks {
                    var sum = sums[block]
                    for byte in 0..<bytes {
                        let low = (byte * 32 + Int(vector[byte] & 15)) * blocks
                        let high = (byte * 32 + 16 + Int(vector[byte] >> 4)) * blocks
                        sum ^= table[low + block] ^ table[high + block]
                    }
                    sums[block] = sum
                }
            }
        }
    }
}
