/// An element of Z_2^n, or n bits under XOR: arithmetic wraps, and travels little-endian. Scores have 16 or 32 bits; training also
/// counts in 8 and multiplies in 64.
package protocol RingElement: FixedWidthInteger & UnsignedInteger & SIMDScalar & Codable & Sendable {}
extension UInt8: RingElement {}
extension UInt16: RingElement {}
extension UInt32: RingElement {}
extension UInt64: RingElement {}

extension RingElement {
    /// The bytes of an element: 1, 2, 4 or 8.
    package static var byteCount: Int { bitWidth / 8 }

    /// Reads packed little-endian elements; bytes beyond a whole element are left out.
    package static func unpack(_ bytes: [UInt8]) -> [Self] {
        let size = bytes.count / byteCount
        return bytes.withUnsafeBytes { raw in
            Array(unsafeUninitializedCapacity: size) { elements, count in
                for index in 0..<size {
                    let element = raw.loadUnaligned(fromByteOffset: index * byteCount, as: Self.self)
                    elements.initializeElement(at: index, to: Self(littleEndian: element))
                }
                count = size
            }
        }
    }

    /// Packs elements little-endian, `byteCount` bytes each.
    package static func pack(_ elements: [Self]) -> [UInt8] {
        let size = elements.count * byteCount
        return elements.withUnsafeBufferPointer { elements in
            Array(unsafeUninitializedCapacity: size) { bytes, count in
                let raw = UnsafeMutableRawBufferPointer(bytes)
                for index in elements.indices {
                    raw.storeBytes(of: elements[index].littleEndian, toByteOffset: index * byteCount, as: Self.self)
                }
                count = size
            }
        }
    }
}

/// The value of a ring element in two's complement: what a reconstructed score means.
package func signed<R: RingElement>(_ element: R) -> Int64 {
    let shift = 64 - R.bitWidth
    return (Int64(truncatingIfNeeded: element) << shift) >> shift
}
