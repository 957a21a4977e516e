import Records
import ThreeParty

/// The bits of the next spec of a batch's rows, as this party's two components. Beside the rows that were scored, since they are of
/// the same events: they come, are decided, and go with them.
///
/// Never printed.
struct ShadowRows: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the bits mean.
    let form: Digest32
    /// Bits of a row.
    let bits: Int
    /// By row, 1 where the transaction brought bits that all three parties could use. The others' are zeros.
    private var present: [UInt8] = []
    private var first: [UInt8] = []
    private var second: [UInt8] = []

    private var rowBytes: Int { (bits + 7) / 8 }

    init(form: Digest32, bits: Int) {
        self.form = form
        self.bits = bits
    }

    mutating func append(_ shares: BitShares?) {
        present.append(shares == nil ? 0 : 1)
        first += shares?.first ?? [UInt8](repeating: 0, count: rowBytes)
        second += shares?.second ?? [UInt8](repeating: 0, count: rowBytes)
    }

    /// Adds a transaction of a batch, whose row is zero where it is refused.
    mutating func append(_ index: Int, of inputs: BatchInputs) {
        present.append(inputs.codes[index] == 0 ? 1 : 0)
        inputs.write(index, first: &first, second: &second)
    }

    /// The components of one row; nil where it has none.
    func shares(_ row: Int) -> BitShares? {
        guard present[row] == 1 else { return nil }
        let bytes = row * rowBytes..<(row + 1) * rowBytes
        return BitShares(first: Array(first[bytes]), second: Array(second[bytes]))
    }

    /// Rows that have any.
    var count: Int { present.count { $0 == 1 } }

    /// Puts other components of the same bits in the place of each row's. The bits that fill up a row's last byte stay zero.
    mutating func refresh(_ change: (Int, BitShares) -> BitShares) {
        let last: UInt8 = bits % 8 == 0 ? 0xFF : 1 << UInt8(bits % 8) - 1
        for row in present.indices {
            guard let old = shares(row) else { continue }
            let new = change(row, old)
            for at in 0..<rowBytes {
                let mask = at == rowBytes - 1 ? last : 0xFF
                first[row * rowBytes + at] = new.first[at] & mask
                second[row * rowBytes + at] = new.second[at] & mask
            }
        }
    }

    var description: String { "ShadowRows(\(count) rows of \(bits) bits)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

// Behind a batch's rows: form (32), bits (4, big-endian), 1 byte a row for whether it has any, all first components, all second
// ones.
extension ShadowRows {
    private static let headBytes = 36

    var encoded: [UInt8] { form.bytes + UInt32(bits).bigEndianBytes + present + first + second }

    var encodedBytes: Int { Self.headBytes + present.count + first.count + second.count }

    /// What was written of so many rows; nil for bytes that are none.
    init?(_ bytes: ArraySlice<UInt8>, rows: Int) {
        let bytes = Array(bytes)
        guard bytes.count >= Self.headBytes, let form = Digest32(bytes[..<32]) else { return nil }
        self.init(form: form, bits: Int(UInt32(bigEndianBytes: bytes[32..<36])))
        let shares = Self.headBytes + rows
        guard bits > 0, bytes.count == shares + 2 * rows * rowBytes else { return nil }
        present = Array(bytes[Self.headBytes..<shares])
        first = Array(bytes[shares..<shares + rows * rowBytes])
        second = Array(bytes[(shares + rows * rowBytes)...])
        guard present.allSatisfy({ $0 <= 1 }) else { return nil }
    }
}
