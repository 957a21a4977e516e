package import Records
package import Secrets

/// A party's shares of sharings of zero in Z_2^16, one for each address: so counts are refreshed in any order, and each by itself.
///
/// AES-128 in the mode of `FixedCipher`, but under a secret key, over the two blocks of an address: E(x) ⊕ x is as good as random
/// where E is, and the blocks are chained as in CBC-MAC over messages of one length (Bellare, Kilian, Rogaway 2000).
package struct CountZeros: ~Copyable {
    private let cipher: FixedCipher
    private let party: PartyID

    /// An address of a count. No two counts of a kind may have one in common.
    package struct Address {
        /// Such as an event's id.
        package var row: UInt128
        /// Which count of the row.
        package var place: UInt64

        package init(row: UInt128, place: UInt64) {
            self.row = row
            self.place = place
        }
    }

    /// - Parameter key: 32 bytes, of which the first 16 are the cipher's.
    package init(_ key: borrowing SecretKey, party: PartyID) {
        cipher = FixedCipher(secret: key)
        self.party = party
    }

    /// The shares for `addresses`, in their order.
    package borrowing func shares(_ addresses: [Address]) -> [CountShare] {
        var blocks = addresses.map(\.row.littleEndian)
        hash(&blocks)
        for at in blocks.indices { blocks[at] ^= UInt128(addresses[at].place).littleEndian }
        hash(&blocks)
        return blocks.map { share($0.littleEndian) }
    }

    private borrowing func hash(_ blocks: inout [UInt128]) {
        let source = blocks
        source.withUnsafeBufferPointer { source in
            blocks.withUnsafeMutableBufferPointer { cipher.hash(source, into: $0) }
        }
    }

    /// Components 0 and 1 are the block's first two numbers, and the third is what makes their sum 0.
    private borrowing func share(_ block: UInt128) -> CountShare {
        let (zero, one) = (UInt16(truncatingIfNeeded: block), UInt16(truncatingIfNeeded: block >> 16))
        let two = 0 &- zero &- one
        return switch party {
        case .zero: CountShare(first: zero, second: one)
        case .one: CountShare(first: one, second: two)
        case .two: CountShare(first: two, second: zero)
        }
    }
}
