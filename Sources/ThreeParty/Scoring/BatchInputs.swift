package import Records

/// The transactions of a batch as they enter it at one party: a row of the party's two components of the input bits for each, in
/// two buffers for all, so that a batch of any size costs a handful of allocations. A refused transaction's row is zero.
///
/// Never printed.
package struct BatchInputs: Sendable, CustomStringConvertible, CustomReflectable {
    /// Input bits of one transaction.
    package let bits: Int
    /// Bytes of one component of one transaction's bits.
    package let rowBytes: Int
    private var first: [UInt8] = []
    private var second: [UInt8] = []
    /// Bytes of what a transaction's box holds beside shares.
    let publicBytes: Int
    /// These, a row a transaction; zeros where refused.
    private var content: [UInt8] = []
    /// A refusal code for each transaction; 0 where there is none.
    package private(set) var codes: [UInt8] = []

    /// - Parameters:
    ///   - bits: of a transaction.
    ///   - capacity: how many transactions there is room for at first.
    ///   - publicBytes: of what a transaction's box holds beside shares, the same in all three: its tokens.
    package init(bits: Int, capacity: Int, publicBytes: Int = 0) {
        self.bits = bits
        self.publicBytes = publicBytes
        content.reserveCapacity(capacity * publicBytes)
        rowBytes = (bits + 7) / 8
        first.reserveCapacity(capacity * rowBytes)
        second.reserveCapacity(capacity * rowBytes)
        codes.reserveCapacity(capacity)
    }

    /// The rows of a whole batch, none of which is refused.
    package init(_ shares: [BitShares], bits: Int) {
        self.init(bits: bits, capacity: shares.count)
        for shares in shares { append(shares) }
    }

    /// Transactions, refused ones among them.
    package var count: Int { codes.count }

    /// A transaction whose components have `(bits + 7) / 8` bytes each.
    package mutating func append(_ shares: BitShares) {
        precondition(shares.first.count == rowBytes && shares.second.count == rowBytes)
        first.append(contentsOf: shares.first)
        second.append(contentsOf: shares.second)
        content.append(contentsOf: repeatElement(0, count: publicBytes))
        codes.append(0)
    }

    /// A transaction that this party can't use, for a reason that goes to its member.
    ///
    /// - Parameter code: the reason, 1 to 255.
    package mutating func append(refused code: UInt8) {
        first.append(contentsOf: repeatElement(0, count: rowBytes))
        second.append(contentsOf: repeatElement(0, count: rowBytes))
        content.append(contentsOf: repeatElement(0, count: publicBytes))
        codes.append(code)
    }

    /// Refuses a transaction that is in here: its row becomes zero.
    package mutating func refuse(_ index: Int, code: UInt8) {
        let row = index * rowBytes..<(index + 1) * rowBytes
        first.replaceSubrange(row, with: repeatElement(0, count: rowBytes))
        second.replaceSubrange(row, with: repeatElement(0, count: rowBytes))
        codes[index] = code
    }

    /// Expands the parts that a member sent to `party` (see `SeededComponents`); where a length is wrong, the transaction is
    /// refused.
    ///
    /// - Parameters:
    ///   - counter: where the seeds' streams begin.
    ///   - content: what the box holds beside them, `publicBytes`.
    ///   - malformed: the code of that refusal.
    ///   - streams: expands the seeds.
    package mutating func append(
        party: PartyID, first one: UnsafeRawBufferPointer, second other: UnsafeRawBufferPointer,
        from counter: UInt128, content box: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        malformed: UInt8, _ streams: inout CounterStream
    ) {
        append(refused: malformed)
        guard box.count == publicBytes else { return }
        let row = (count - 1) * rowBytes..<count * rowBytes
        func expand(_ part: UnsafeRawBufferPointer, _ component: PartyID, _ rows: inout [UInt8]) -> Bool {
            rows.withUnsafeMutableBytes {
                SeededComponents.expand(
                    part, component: component.rawValue, from: counter,
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[row]), &streams)
            }
        }
        guard expand(one, party, &first), expand(other, party.next, &second) else {
            refuse(count - 1, code: malformed)
            return
        }
        content.replaceSubrange(content.count - publicBytes..<content.count, with: box)
        codes[count - 1] = 0
    }

    /// These transactions with the bits of counts behind their own, and the refusals of all three parties in the place of this
    /// one's.
    ///
    /// - Parameter lookups: what secret counts were looked up as; nil where there are none, and refusals stay this party's.
    func appending(_ lookups: CountLookupResult?, _ counts: CountInputs, at party: PartyID) -> BatchInputs {
        appending(
            bits: lookups?.bits, counts, at: party,
            codes: lookups.map { $0.agreement.refusals.map { $0?.code ?? 0 } } ?? codes)
    }

    /// The same with other refusals.
    ///
    /// - Parameter found: what secret counts were looked up as; nil where there are none.
    func appending(bits found: [BitShares?]?, _ counts: CountInputs, at party: PartyID, codes: [UInt8]) -> BatchInputs {
        let secretBits = counts.secretBits
        var out = BatchInputs(bits: bits + secretBits + counts.openBits, capacity: count)
        for (index, code) in codes.enumerated() {
            out.first.append(contentsOf: repeatElement(0, count: out.rowBytes))
            out.second.append(contentsOf: repeatElement(0, count: out.rowBytes))
            out.codes.append(code)
            guard code == 0 else { continue }
            let row = index * rowBytes..<(index + 1) * rowBytes
            out.place(first[row], second[row], bits: bits, at: 0)
            if let shares = found?[index] {
                out.place(shares.first[...], shares.second[...], bits: secretBits, at: bits)
            }
            // What all parties know is component 0; the others are zero.
            let open = counts.open[index * counts.openBytes..<(index + 1) * counts.openBytes]
            out.place(
                party == .zero ? open : [], party == .two ? open : [], bits: counts.openBits, at: bits + secretBits)
        }
        return out
    }

    /// Puts bits into the last row, which is zero from bit `place` on.
    private mutating func place(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>, bits: Int, at place: Int) {
        Self.place(one, into: &first, bits: bits, at: (count - 1) * rowBytes * 8 + place)
        Self.place(other, into: &second, bits: bits, at: (count - 1) * rowBytes * 8 + place)
    }

    private static func place(_ source: ArraySlice<UInt8>, into out: inout [UInt8], bits: Int, at place: Int) {
        let shift = UInt8(place & 7)
        var (at, rest) = (place >> 3, bits)
        for byte in source where rest > 0 {
            // What fills up the last byte may be random.
            let byte = rest < 8 ? byte & (1 << UInt8(rest) - 1) : byte
            out[at] |= byte << shift
            if shift > 0, Int(shift) + rest > 8 { out[at + 1] |= byte >> (8 - shift) }
            at += 1
            rest -= 8
        }
    }

    /// Calls `body` with each transaction that is not refused: its number and its two components.
    package func forEach(_ body: (Int, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Void) {
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for index in codes.indices where codes[index] == 0 {
                    let row = index * rowBytes..<(index + 1) * rowBytes
                    body(index, UnsafeBufferPointer(rebasing: first[row]), UnsafeBufferPointer(rebasing: second[row]))
                }
            }
        }
    }

    /// The same, with what its box holds beside shares before the two components.
    func forEachContent(
        _ body: (
            Int, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>
        ) -> Void
    ) {
        content.withUnsafeBufferPointer { content in
            forEach { index, first, second in
                let row = index * publicBytes..<(index + 1) * publicBytes
                body(index, UnsafeBufferPointer(rebasing: content[row]), first, second)
            }
        }
    }

    /// Appends this party's two components of a transaction's bits, `rowBytes` each, to two buffers.
    package func write(_ index: Int, first one: inout [UInt8], second other: inout [UInt8]) {
        let row = index * rowBytes..<(index + 1) * rowBytes
        one.append(contentsOf: first[row])
        other.append(contentsOf: second[row])
    }

    package var description: String { "BatchInputs(\(count) transactions)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
