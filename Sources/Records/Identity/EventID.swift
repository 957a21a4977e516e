/// Sixteen bytes that name an event to everyone without saying anything of it: a keyed hash of the member's own
/// transaction id. The key is the member's, so nobody else can try out ids.
package struct EventID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Takes an id as records carry it; nil where there are not sixteen bytes.
    package init?(_ bytes: [UInt8]) {
        guard let id = bytes.withUnsafeBytes({ EventID($0) }) else { return nil }
        self = id
    }

    /// The same from bytes in place.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The sixteen bytes, as records carry them.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// The sixteen bytes as a number, big-endian.
    package var number: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// Appends the sixteen bytes to `out`.
    package func write(to out: inout [UInt8]) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { out.append(contentsOf: $0) }
    }

    /// Thirty-two lower-case hexadecimal digits, as decisions and alerts have the id.
    package var hex: String { hexadecimal(bytes) }
}

/// Lower-case hexadecimal digits of `bytes`, two each, for digests and public ids.
@inlinable package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
        digits.append(digit(byte >> 4))
        digits.append(digit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
}
