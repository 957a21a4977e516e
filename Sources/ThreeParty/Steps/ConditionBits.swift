/// Round 1 of scoring (DESIGN section 4.4): XOR shares of every condition bit of every transaction.
///
/// Party `i` computes parity(w_i & (x_i ^ x_{i+1}) ^ w_{i+1} & x_i) for each selection row `w`: its part of the
/// replicated inner product over GF(2) (Araki et al. 2016). A zero-share makes the result safe to send; `ConditionBits`
/// only ever leaves this file masked.
///
/// Cost: one message of `conditionBytes` a transaction to the previous party.
package struct ConditionBits: Sendable {
    private let tables: ParityTables
    private let shape: ForestShape

    /// Prepares the tables of a model; once a model.
    package init(shape: ForestShape, model: borrowing ModelComponents) {
        self.shape = shape
        tables = ParityTables(model.selectionFirst, model.selectionSecond, shape: shape)
    }

    /// Masked shares of a batch's condition bits, `conditionBytes` a transaction, in order.
    ///
    /// - Parameters:
    ///   - inputs: of one that this party refused, the bytes are zero and use no mask, so that a later run that accepts it
    ///     meets a mask that was never used.
    ///   - zeroShare: `conditionBytes` a transaction; the three parties' XOR to zero.
    package func masked(_ inputs: BatchInputs, zeroShare: [UInt8]) -> [UInt8] {
        let width = shape.conditionBytes
        precondition(zeroShare.count == inputs.count * width)
        var out = [UInt8](repeating: 0, count: inputs.count * width)
        var sums = [ParityTables.Lanes](repeating: .zero, count: tables.blocks)
        out.withUnsafeMutableBytes { out in
            zeroShare.withUnsafeBytes { zeroShare in
                inputs.forEach { event, first, second in
                    tables.product(first, second, &sums)
                    sums.withUnsafeBytes { sums in
                        let start = event * width
                        for byte in 0..<width { out[start + byte] = sums[byte] ^ zeroShare[start + byte] }
                    }
                }
            }
        }
        return out
    }
}

/// The rows of a party's two components of a bit matrix, ready for products with its two of a vector, over GF(2): the Method of
/// Four Russians (Arlazarov et al. 1970) with 4-bit tables. For every four input bits it holds the XOR of the columns they
/// pick, for all 16 patterns; a product is one look-up and one wide XOR for each.
///
/// Look-ups are indexed by the party's own share of a transaction, which is uniformly random to that party whatever the
/// transaction says; so memory access tells nothing of it.
struct ParityTables: Sendable {
    /// A bit a row; in memory, rows follow each other from each byte's least significant bit on.
    typealias Lanes = SIMD8<UInt64>

    /// 512 rows each.
    let blocks: Int
    private let bytes: Int
    /// A block after the other; in each, for each input byte, entries of its low four bits and then of its high ones.
    private let first: [Lanes]
    private let second: [Lanes]

    /// - Parameters: `conditions` rows of `inputBytes` each, least significant bit first.
    init(_ first: [UInt8], _ second: [UInt8], shape: ForestShape) {
        blocks = (shape.conditions + 511) / 512
        bytes = shape.inputBytes
        self.first = Self.table(first, shape, blocks)
        self.second = Self.table(second, shape, blocks)
    }

    private static func table(_ rows: [UInt8], _ shape: ForestShape, _ blocks: Int) -> [Lanes] {
        let width = shape.inputBytes
        var columns = [Lanes](repeating: .zero, count: blocks * width * 8)
        for row in 0..<shape.conditions {
            let one = (1 << UInt64(row & 63) as UInt64).littleEndian
            for byte in 0..<width {
                var bits = rows[row * width + byte]
                while bits != 0 {
                    let column = (row >> 9 * width + byte) * 8 + bits.trailingZeroBitCount
                    columns[column][(row >> 6) & 7] ^= one
                    bits &= bits - 1
                }
            }
        }
        var table = [Lanes](repeating: .zero, count: blocks * width * 32)
        for nibble in 0..<blocks * width * 2 {
            for pattern in 1..<16 {
                table[nibble * 16 + pattern] =
                    table[nibble * 16 + pattern & (pattern - 1)]
                    ^ columns[nibble * 4 + pattern.trailingZeroBitCount]
            }
        }
        return table
    }

    /// Puts parity(first & (x ^ y) ^ second & x) into `sums`, one bit a row.
    ///
    /// - Parameters:
    ///   - x: `inputBytes`, as is `y`.
    ///   - sums: `blocks` of them.
    func product(_ x: UnsafeBufferPointer<UInt8>, _ y: UnsafeBufferPointer<UInt8>, _ sums: inout [Lanes]) {
        precondition(x.count == bytes && y.count == bytes && sums.count == blocks)
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for block in 0..<blocks {
                    let start = block * bytes * 32
                    let first = UnsafeBufferPointer(rebasing: first[start..<start + bytes * 32])
                    let second = UnsafeBufferPointer(rebasing: second[start..<start + bytes * 32])
                    var sum = Lanes.zero
                    for byte in 0..<bytes {
                        let (own, mixed, at) = (Int(x[byte]), Int(x[byte] ^ y[byte]), byte * 32)
                        sum ^= first[at + mixed & 15]
                        sum ^= first[at + 16 + mixed >> 4]
                        sum ^= second[at + own & 15]
                        sum ^= second[at + 16 + own >> 4]
                    }
                    sums[block] = sum
                }
            }
        }
    }
}
