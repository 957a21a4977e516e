package import Records

/// The rule that of one feature's thermometer bits none is set behind one that is not: what a value's bits are, and what every
/// model was trained on.
///
/// The bits x are shared by XOR. x_{l+1} AND NOT x_l is 0 for every neighbours l of one feature: one product of shares a neighbour,
/// of which each party has its part without a message (Araki et al. 2016). A linear hash of all of them, under a key that no member
/// knows, is zero where the rule holds, and else with probability 2^-64.
package struct ThermometerRule: Sendable, Hashable {
    /// The bits of a row that have a neighbour of the same feature behind them; least significant bit first.
    private let mask: [UInt8]

    /// - Parameter features: the number of thermometer bits of each feature, in order.
    package init(features: [Int]) {
        var mask = [UInt8](repeating: 0, count: (features.reduce(0, +) + 7) / 8)
        var first = 0
        for bits in features {
            for bit in first..<max(first, first + bits - 1) { mask[bit >> 3] |= 1 << UInt8(bit & 7) }
            first += bits
        }
        self.mask = mask
    }

    /// Bytes of a row.
    package var rowBytes: Int { mask.count }

    /// This party's XOR share of the products of a row, `rowBytes` of them.
    ///
    /// - Parameters:
    ///   - one: the party's own component of the bits, and `other` that of the next party.
    ///   - products: is written over.
    package func products(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>, at party: PartyID,
        into products: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition(one.count == mask.count && other.count == mask.count && products.count == mask.count)
        // NOT turns component 0 round, which is the first of party 0 and the second of party 2.
        let ones: UInt64 = (party == .zero ? .max : 0) ^ (party == .two ? .max : 0)
        let own: UInt64 = party == .zero ? .max : 0
        mask.withUnsafeBytes { mask in
            let (one, other) = (UnsafeRawBufferPointer(one), UnsafeRawBufferPointer(other))
            let products = UnsafeMutableRawBufferPointer(products)
            var at = 0
            while at + 9 <= mask.count {
                let (bits, others) = (Self.word(one, at), Self.word(other, at))
                let behind = bits >> 1 | UInt64(one[at + 8]) << 63
                let behindOther = others >> 1 | UInt64(other[at + 8]) << 63
                let product = behind & (bits ^ others ^ ones) ^ behindOther & (bits ^ own)
                products.storeBytes(
                    of: (product & Self.word(mask, at)).littleEndian, toByteOffset: at, as: UInt64.self)
                at += 8
            }
            for at in at..<mask.count {
                let last = at + 1 == mask.count
                let behind = one[at] >> 1 | (last ? 0 : one[at + 1] << 7)
                let behindOther = other[at] >> 1 | (last ? 0 : other[at + 1] << 7)
                let (ones, own) = (UInt8(truncatingIfNeeded: ones), UInt8(truncatingIfNeeded: own))
                products[at] = mask[at] & (behind & (one[at] ^ other[at] ^ ones) ^ behindOther & (one[at] ^ own))
            }
        }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
}
