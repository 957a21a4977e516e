package import Records

/// A transaction's thermometer bits as one party holds them: components `i` and `i + 1` (mod 3) of an XOR sharing
/// (Araki et al. 2016), packed, least significant bit first.
///
/// Neither component alone, nor both, says anything of the bits. No `==`, no `Codable`, no description.
package struct BitShares: Sendable, CustomStringConvertible, CustomReflectable {
    /// Component `i` of party i, `(bits + 7) / 8` bytes.
    package let first: [UInt8]
    /// Component `i + 1`, of the same length.
    package let second: [UInt8]

    package init(first: [UInt8], second: [UInt8]) {
        self.first = first
        self.second = second
    }

    package var description: String { "BitShares(\(first.count) bytes)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension BitShares {
    /// Reads the parts that a member sent to `party` (see `SeededComponents`); nil where a length is wrong.
    ///
    /// - Parameters:
    ///   - counter: where the seeds' streams begin.
    ///   - streams: expands the seeds.
    package init?(
        party: PartyID, first: UnsafeRawBufferPointer, second: UnsafeRawBufferPointer, from counter: UInt128, bits: Int,
        _ streams: inout CounterStream
    ) {
        let bytes = (bits + 7) / 8
        func expand(_ part: UnsafeRawBufferPointer, _ component: PartyID) -> [UInt8]? {
            SeededComponents.expand(part, component: component.rawValue, from: counter, bytes: bytes, &streams)
        }
        guard let first = expand(first, party), let second = expand(second, party.next) else { return nil }
        self.init(first: first, second: second)
    }

    package init?(party: PartyID, first: [UInt8], second: [UInt8], from counter: UInt128, bits: Int) {
        var streams = CounterStream()
        let shares = first.withUnsafeBytes { first in
            second.withUnsafeBytes {
                BitShares(party: party, first: first, second: $0, from: counter, bits: bits, &streams)
            }
        }
        guard let shares else { return nil }
        self = shares
    }
}
