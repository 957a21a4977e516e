import ThreeParty
import Tokens

/// Round 1: a party's part of every condition bit, for two matrices of 400 rows of 590 bits.
func parities(_ work: Workload) -> Kernel {
    let product = ConditionBits(shape: work.shape, model: work.components)
    let size = Workload.batch * work.shape.conditionBytes
    let noMask = [UInt8](repeating: 0, count: size)
    let inputs = BatchInputs(work.inputs, bits: work.shape.bits)
    let (first, second) = work.selection
    let rows = (InterleavedRows(first, work.shape), InterleavedRows(second, work.shape))
    let four = (Tables(first, work.shape, bits: 4), Tables(second, work.shape, bits: 4))
    let eight = (Tables(first, work.shape, bits: 8), Tables(second, work.shape, bits: 8))
    let bytes = four.0.entries.map { unsafeBitCast($0, to: SIMD64<UInt8>.self) }
    let otherBytes = four.1.entries.map { unsafeBitCast($0, to: SIMD64<UInt8>.self) }
    return Kernel(
        name: "selection parities", input: noMask,
        ways: [
            .init(name: "rows one after the other, 64 bits at a time") { out in
                work.each(out) { own, mixed, part in plainRows(first, mixed, second, own, work.shape, part) }
            },
            .init(name: "8 rows interleaved in SIMD8<UInt64>") { out in
                work.each(out) { own, mixed, part in rows.0.add(mixed, and: rows.1, own, to: part) }
            },
            .init(name: "4-bit tables, SIMD8<UInt64>, a matrix after the other") { out in
                work.each(out) { own, mixed, part in
                    var sum = SIMD8<UInt64>.zero
                    add(four.0.entries, mixed, to: &sum)
                    add(four.1.entries, own, to: &sum)
                    withUnsafeBytes(of: sum) { for byte in part.indices { part[byte] = $0[byte] } }
                }
            },
            .init(name: "4-bit tables, SIMD8<UInt64>, both matrices in one loop") { out in
                work.each(out) { own, mixed, part in fourBits(four.0.entries, mixed, four.1.entries, own, part) }
            },
            .init(name: "the same, a table for every 512 rows", isProduct: true) { out in
                product.masked(inputs, zeroShare: noMask).withUnsafeBytes { out.copyMemory(from: $0) }
            },
            .init(name: "8-bit tables, SIMD8<UInt64>, both matrices in one loop") { out in
                work.each(out) { own, mixed, part in eightBits(eight.0.entries, mixed, eight.1.entries, own, part) }
            },
            .init(name: "4-bit tables, SIMD64<UInt8>, both matrices in one loop") { out in
                work.each(out) { own, mixed, part in fourBits(bytes, mixed, otherBytes, own, part) }
            },
        ])
}

extension Workload {
    /// Calls with a transaction's first component, the XOR of both, and where its bits go.
    fileprivate func each(
        _ out: UnsafeMutableRawBufferPointer, _ body: ([UInt8], [UInt8], UnsafeMutableRawBufferPointer) -> Void
    ) {
        let width = shape.conditionBytes
        var mixed = [UInt8](repeating: 0, count: shape.inputBytes)
        for (event, input) in inputs.enumerated() {
            for i in mixed.indices { mixed[i] = input.first[i] ^ input.second[i] }
            body(input.first, mixed, UnsafeMutableRawBufferPointer(rebasing: out[event * width..<(event + 1) * width]))
        }
    }
}

private func plainRows(
    _ first: [UInt8], _ mixed: [UInt8], _ second: [UInt8], _ own: [UInt8], _ shape: ForestShape,
    _ out: UnsafeMutableRawBufferPointer
) {
    let width = shape.inputBytes
    for byte in out.indices { out[byte] = 0 }
    first.withUnsafeBytes { first in
        second.withUnsafeBytes { second in
            mixed.withUnsafeBytes { mixed in
                own.withUnsafeBytes { own in
                    for row in 0..<shape.conditions {
                        var sum: UInt64 = 0
                        for at in stride(from: 0, to: width & ~7, by: 8) {
                            let place = row * width + at
                            sum ^=
                                first.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                                & mixed.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                            sum ^=
                                second.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                                & own.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                        }
                        for at in width & ~7..<width {
                            sum ^= UInt64(first[row * width + at] & mixed[at] ^ second[row * width + at] & own[at])
                        }
                        out[row >> 3] |= UInt8(sum.nonzeroBitCount & 1) << UInt8(row & 7)
                    }
                }
            }
        }
    }
}

/// Eight rows side by side, a lane each.
private struct InterleavedRows {
    private let words: Int
    private let groups: Int
    private let lanes: [SIMD8<UInt64>]

    init(_ rows: [UInt8], _ shape: ForestShape) {
        words = (shape.inputBytes + 7) / 8
        groups = shape.conditionBytes
        var lanes = [SIMD8<UInt64>](repeating: .zero, count: groups * words)
        for row in 0..<shape.conditions {
            for byte in 0..<shape.inputBytes {
                lanes[(row >> 3) * words + byte >> 3][row & 7] |=
                    UInt64(rows[row * shape.inputBytes + byte]) << UInt64((byte & 7) * 8)
            }
        }
        self.lanes = lanes
    }

    func add(
        _ vector: [UInt8], and other: InterleavedRows, _ otherVector: [UInt8], to out: UnsafeMutableRawBufferPointer
    ) {
        let (a, b) = (packed(vector), packed(otherVector))
        lanes.withUnsafeBufferPointer { lanes in
            other.lanes.withUnsafeBufferPointer { others in
                for group in 0..<groups {
                    var sum = SIMD8<UInt64>.zero
                    for word in 0..<words {
                        let at = group * words + word
                        sum ^= lanes[at] & SIMD8(repeating: a[word])
                        sum ^= others[at] & SIMD8(repeating: b[word])
                    }
                    for shift in [32, 16, 8, 4, 2, 1] as [UInt64] { sum ^= sum &>> SIMD8(repeating: shift) }
                    out[group] = (0..<8).reduce(0) { $0 | UInt8(truncatingIfNeeded: sum[$1] & 1) << UInt8($1) }
                }
            }
        }
    }

    private func packed(_ vector: [UInt8]) -> [UInt64] {
        var out = [UInt64](repeating: 0, count: words)
        for (at, byte) in vector.enumerated() { out[at >> 3] |= UInt64(byte) << UInt64((at & 7) * 8) }
        return out
    }
}

/// The XOR of the columns that some input bits pick, for all their patterns (Method of Four Russians); up to 512 rows.
private struct Tables {
    let entries: [SIMD8<UInt64>]

    init(_ rows: [UInt8], _ shape: ForestShape, bits: Int) {
        let patterns = 1 << bits
        var entries = [SIMD8<UInt64>](repeating: .zero, count: shape.inputBytes * 8 / bits * patterns)
        for group in 0..<shape.inputBytes * 8 / bits {
            for pattern in 1..<patterns {
                let bit = group * bits + pattern.trailingZeroBitCount
                var column = SIMD8<UInt64>.zero
                for row in 0..<shape.conditions where rows[row * shape.inputBytes + bit >> 3] >> (bit & 7) & 1 == 1 {
                    column[row >> 6] |= 1 << UInt64(row & 63)
                }
                entries[group * patterns + pattern] = entries[group * patterns + pattern & (pattern - 1)] ^ column
            }
        }
        self.entries = entries
    }
}

private func add(_ table: [SIMD8<UInt64>], _ vector: [UInt8], to sums: inout SIMD8<UInt64>) {
    var sum = sums
    table.withUnsafeBufferPointer { table in
        for byte in vector.indices {
            sum ^= table[byte * 32 + Int(vector[byte] & 15)]
            sum ^= table[byte * 32 + 16 + Int(vector[byte] >> 4)]
        }
    }
    sums = sum
}

@inline(__always)
private func fourBits<Lanes: SIMD>(
    _ first: [Lanes], _ mixed: [UInt8], _ second: [Lanes], _ own: [UInt8], _ out: UnsafeMutableRawBufferPointer
) where Lanes.Scalar: FixedWidthInteger {
    var sum = Lanes.zero
    first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
            for byte in mixed.indices {
                let (a, b, at) = (Int(mixed[byte]), Int(own[byte]), byte * 32)
                sum ^= first[at + a & 15]
                sum ^= first[at + 16 + a >> 4]
                sum ^= second[at + b & 15]
                sum ^= second[at + 16 + b >> 4]
            }
        }
    }
    withUnsafeBytes(of: sum) { for byte in out.indices { out[byte] = $0[byte] } }
}

private func eightBits(
    _ first: [SIMD8<UInt64>], _ mixed: [UInt8], _ second: [SIMD8<UInt64>], _ own: [UInt8],
    _ out: UnsafeMutableRawBufferPointer
) {
    var sum = SIMD8<UInt64>.zero
    first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
            for byte in mixed.indices {
                sum ^= first[byte * 256 + Int(mixed[byte])]
                sum ^= second[byte * 256 + Int(own[byte])]
            }
        }
    }
    withUnsafeBytes(of: sum) { for byte in out.indices { out[byte] = $0[byte] } }
}
