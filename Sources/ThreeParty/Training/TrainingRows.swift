/// The rows of a training as one party holds them: components `i` and `i + 1` of XOR-shared thermometer bits and labels.
///
/// Never printed.
package struct TrainingRows: Sendable, Unprinted {
    /// Thermometer bits of a row.
    package let bits: Int
    package private(set) var count = 0
    private let rowBytes: Int
    private var rows: (first: [UInt8], second: [UInt8]) = ([], [])
    private var labels: (first: [UInt8], second: [UInt8]) = ([], [])

    package init(bits: Int) {
        self.bits = bits
        rowBytes = (bits + 7) / 8
    }

    /// - Parameters:
    ///   - shares: `(bits + 7) / 8` bytes a component.
    ///   - label: counts by its components' lowest bits, which are an XOR sharing of a bit whatever a member shared.
    package mutating func append(_ shares: BitShares, label: CountShare) {
        precondition(shares.first.count == rowBytes && shares.second.count == rowBytes)
        rows.first += shares.first
        rows.second += shares.second
        labels.first.append(UInt8(truncatingIfNeeded: label.first & 1))
        labels.second.append(UInt8(truncatingIfNeeded: label.second & 1))
        count += 1
    }

    /// A row; its label's components are bits.
    package subscript(row: Int) -> (shares: BitShares, label: CountShare) {
        let bytes = row * rowBytes..<(row + 1) * rowBytes
        return (
            BitShares(first: Array(rows.first[bytes]), second: Array(rows.second[bytes])),
            CountShare(first: UInt16(labels.first[row]), second: UInt16(labels.second[row]))
        )
    }

    /// Some of the rows.
    ///
    /// - Parameter chosen: ascending.
    package func rows(_ chosen: [Int]) -> TrainingRows {
        guard chosen.count < count else { return self }
        var out = TrainingRows(bits: bits)
        func part(_ bytes: [UInt8], _ width: Int) -> [UInt8] {
            var out: [UInt8] = []
            out.reserveCapacity(chosen.count * width)
            for row in chosen { out += bytes[row * width..<(row + 1) * width] }
            return out
        }
        out.rows = (part(rows.first, rowBytes), part(rows.second, rowBytes))
        out.labels = (part(labels.first, 1), part(labels.second, 1))
        out.count = chosen.count
        return out
    }

    /// The labels alone, a byte a bit.
    var labelBits: XORShares<UInt8> { XORShares(first: labels.first, second: labels.second) }

    /// Columns, one behind the other, a byte a bit; column `bits` is the labels.
    ///
    /// - Parameter range: begins at a multiple of 8.
    func columns(_ range: Range<Int>) -> XORShares<UInt8> {
        XORShares(first: column(range, rows.first, labels.first), second: column(range, rows.second, labels.second))
    }

    private func column(_ range: Range<Int>, _ rows: [UInt8], _ labels: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count * count) { out, filled in
            rows.withUnsafeBufferPointer { rows in
                for begin in stride(from: range.lowerBound, to: min(range.upperBound, bits), by: 8) {
                    let columns = min(8, min(range.upperBound, bits) - begin)
                    for row in 0..<count {
                        let byte = rows[row * rowBytes + begin >> 3]
                        for column in 0..<columns {
                            out[(begin - range.lowerBound + column) * count + row] = byte >> UInt8(column) & 1
                        }
                    }
                }
            }
            if range.contains(bits) {
                for row in 0..<count { out[(bits - range.lowerBound) * count + row] = labels[row] }
            }
            filled = range.count * count
        }
    }

    package var description: String { "TrainingRows(\(count) rows of \(bits) bits)" }
}
