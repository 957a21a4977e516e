/// An element of Z_2^16 or Z_2^32: arithmetic wraps, and travels little-endian.
package protocol RingElement: FixedWidthInteger & UnsignedInteger & Sendable {}
extension UInt16: RingElement {}
extension UInt32: RingElement {}

extension RingElement {
    package static var byteCount: Int { bitWidth / 8 }

    /// Reads packed little-endian elements; bytes beyond a whole element are left out.
    package static func unpack(_ bytes: [UInt8]) -> [Self] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / byteCount).map {
                Self(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * byteCount, as: Self.self))
            }
        }
    }

    package static func pack(_ elements: [Self]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(elements.count * byteCount)
        for element in elements { withUnsafeBytes(of: element.littleEndian) { out += $0 } }
        return out
    }
}

/// The signed value of a ring element of `bytes`, little-endian: what a reconstructed score means.
package func signed<R: RingElement>(_ element: R) -> Int64 {
    let value = Int64(element)
    return value >= Int64(1) << (R.bitWidth - 1) ? value - (Int64(1) << R.bitWidth) : value
}
