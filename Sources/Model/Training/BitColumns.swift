/// Rows of thermometer bits with their outcomes, a column a bit: what a training by the shares' rule reads.
package struct BitColumns: Sendable {
    /// One column a thermometer bit: row r is bit `r % 64`, from the lowest, of word `r / 64`. Bits behind the last row
    /// are 0.
    package let words: [[UInt64]]
    /// One outcome a row.
    package let fraud: [Bool]

    /// - Parameters:
    ///   - thermometers: one row each, packed as `BinnedSpec.thermometer` packs them.
    ///   - bits: of a row; each of `thermometers` has `(bits + 7) / 8` bytes.
    ///   - fraud: one a row.
    package init(thermometers: [[UInt8]], bits: Int, fraud: [Bool]) {
        precondition(thermometers.count == fraud.count, "one outcome a row")
        var words = Array(repeating: [UInt64](repeating: 0, count: (fraud.count + 63) / 64), count: bits)
        for (row, bytes) in thermometers.enumerated() {
            for bit in 0..<bits where bytes[bit >> 3] >> (bit & 7) & 1 == 1 { words[bit][row >> 6] |= 1 << (row & 63) }
        }
        self.words = words
        self.fraud = fraud
    }

    /// The thermometer bits of a set's bins.
    package init(_ set: TrainingSet) {
        var words: [[UInt64]] = []
        words.reserveCapacity(set.spec.bits)
        for (column, edges) in zip(set.columns, set.spec.edges) {
            for edge in edges.indices {
                var bits = [UInt64](repeating: 0, count: (set.count + 63) / 64)
                for (row, bin) in column.enumerated() where Int(bin) > edge { bits[row >> 6] |= 1 << (row & 63) }
                words.append(bits)
            }
        }
        self.words = words
        fraud = set.fraud
    }

    /// Rows.
    package var count: Int { fraud.count }

    /// Thermometer bits of a row.
    package var bits: Int { words.count }

    /// Of how many rows each bit is set.
    package var ones: [Int] { words.map { $0.reduce(0) { $0 + $1.nonzeroBitCount } } }

    /// Calls `body` with each row where a bit is set, in their order.
    @inline(__always) func forEachRow(ofBit bit: Int, _ body: (Int) -> Void) {
        for (place, word) in words[bit].enumerated() {
            var rest = word
            while rest != 0 {
                body(place << 6 | rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }
}
