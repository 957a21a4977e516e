package import Records
package import Tokens

/// The place that a party's counts have come to.
package struct CountStanding {
    /// The end of what is counted of `consortium.sealed`.
    package var sealed: Int64 = 0
    /// The end of what is counted of `consortium.labels`.
    package var labels: Int64 = 0
    /// The offset of the next decision to read.
    package var decisions: Int64 = 0
    /// The digest of all batches that were counted, in order: equal digests mean equal counts.
    package var digest = Digest32.zero
    /// The epoch of the tokens that they are counted under.
    package var tokens: TokenEpoch

    /// A standing before anything is counted.
    package init(tokens: TokenEpoch) { self.tokens = tokens }

    /// sealed, labels, decisions, token epoch (8 bytes each), digest (32); big-endian.
    var encoded: [UInt8] {
        [UInt64(bitPattern: sealed), UInt64(bitPattern: labels), UInt64(bitPattern: decisions), tokens.number]
            .flatMap { number in number.bigEndianBytes } + digest.bytes
    }

    /// A standing that was encoded; nil for bytes that are none.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 64, let digest = Digest32(bytes[32...]) else { return nil }
        let numbers = (0..<4).map { at in UInt64(bigEndianBytes: bytes[at * 8..<at * 8 + 8]) }
        (sealed, labels) = (Int64(bitPattern: numbers[0]), Int64(bitPattern: numbers[1]))
        (decisions, tokens) = (Int64(bitPattern: numbers[2]), TokenEpoch(numbers[3]))
        self.digest = digest
    }
}
