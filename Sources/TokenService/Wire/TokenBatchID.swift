import Records

/// Sixteen bytes that name a batch: milliseconds since 1970 (6, big-endian), then ten random ones, as in version 7 of RFC 9562.
/// A party tells repeats by it, and forgets it when it is too old to be answered.
package struct TokenBatchID: Sendable, Hashable {
    package let bytes: [UInt8]

    package static let byteCount = 16

    /// Nil for another count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// - Parameter time: milliseconds since 1970.
    package init(time: Int64, using generator: inout some RandomNumberGenerator) {
        let clock = (0..<6).reversed().map { UInt8(truncatingIfNeeded: time >> (8 * Int64($0))) }
        bytes = clock + (0..<10).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Milliseconds since 1970, as the member's clock had it.
    package var time: Int64 { Int64(bigEndianBytes: bytes.prefix(6)) }
}
