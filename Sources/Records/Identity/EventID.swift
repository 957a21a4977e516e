/// Sixteen bytes that name an event to everyone without saying anything of it: a keyed hash of the member's own
/// transaction id.
package struct EventID: Hashable, Sendable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Thirty-two lower-case hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }
}

/// Lower-case hexadecimal digits of `bytes`, for digests and public ids.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
