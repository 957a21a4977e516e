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
    /// The digest of all batches that were counted, in order, from the genesis on: equal digests mean equal counts.
    package var digest: Digest32
    /// The digest before any batch: of the terms that counts hang on.
    package let genesis: Digest32
    /// The members that something was counted of, in the order in which they were; the order numbers them.
    package var members: [MemberID] = []
    /// The epoch of the tokens that they are counted under.
    package var tokens: TokenEpoch

    /// A standing before anything is counted.
    package init(genesis: Digest32, tokens: TokenEpoch) {
        self.genesis = genesis
        digest = genesis
        self.tokens = tokens
    }

    /// sealed, labels, decisions, token epoch (8 bytes each), digest, genesis (32 each), big-endian; the members' names with a
    /// comma between them.
    var encoded: [UInt8] {
        [UInt64(bitPattern: sealed), UInt64(bitPattern: labels), UInt64(bitPattern: decisions), tokens.number]
            .flatMap { number in number.bigEndianBytes } + digest.bytes + genesis.bytes
            + Array(members.map(\.name).joined(separator: ",").utf8)
    }

    /// A standing that was encoded; nil for bytes that are none.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count >= 96, let digest = Digest32(bytes[32..<64]), let genesis = Digest32(bytes[64..<96]) else {
            return nil
        }
        let names = String(decoding: bytes[96...], as: UTF8.self).split(
            separator: ",", omittingEmptySubsequences: false)
        members = names == [""] ? [] : names.compactMap { MemberID(String($0)) }
        guard members.count == names.count || names == [""], Set(members).count == members.count else { return nil }
        let numbers = (0..<4).map { at in UInt64(bigEndianBytes: bytes[at * 8..<at * 8 + 8]) }
        (sealed, labels) = (Int64(bitPattern: numbers[0]), Int64(bitPattern: numbers[1]))
        (decisions, tokens) = (Int64(bitPattern: numbers[2]), TokenEpoch(numbers[3]))
        self.digest = digest
        self.genesis = genesis
    }
}
