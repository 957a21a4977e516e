package import Records

/// A transaction's thermometer bits as one party holds them: components `i` and `i + 1` (mod 3) of an XOR sharing
/// (Araki et al. 2016), packed, least significant bit first.
///
/// Neither component alone, nor both, says anything of the bits. No `==`, no `Codable`, no description.
package struct BitShares: Sendable, CustomStringConvertible, CustomReflectable {
    package let first: [UInt8]
    package let second: [UInt8]

    package init(first: [UInt8], second: [UInt8]) {
        self.first = first
        self.second = second
    }

    package var description: String { "BitShares(\(first.count) bytes)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Shares that stand in for those of a refused transaction: nothing is computed from them that leaves the party.
    package static func blank(bytes: Int) -> BitShares {
        BitShares(first: [UInt8](repeating: 0, count: bytes), second: [UInt8](repeating: 0, count: bytes))
    }
}

extension BitShares {
    /// Reads the parts that a member sent to `party` (see `SeededComponents`); nil where a length is wrong.
    package init?(party: PartyID, first: [UInt8], second: [UInt8], bits: Int) {
        let bytes = (bits + 7) / 8
        guard let first = SeededComponents.expand(first, component: party.rawValue, bytes: bytes),
            let second = SeededComponents.expand(second, component: party.next.rawValue, bytes: bytes)
        else { return nil }
        self.init(first: first, second: second)
    }
}
