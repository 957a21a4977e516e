/// Numbers as bytes, the highest first (network byte order, RFC 1700): how all that is hashed, signed, used as a key or
/// framed writes them. Protobuf's own numbers are little-endian, and so are shares and rows of counts.
extension FixedWidthInteger {
    /// The bytes of this number, the highest first: as many as its type is wide, 8 of an `Int64`. A negative number is
    /// written in two's complement.
    @inlinable package var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    /// Lends those bytes, for hashing and appending without a copy.
    @inlinable package func withBigEndianBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: bigEndian, body)
    }

    /// The number of some bytes, the highest first; where there are more than it has room for, the last count. An empty
    /// sequence is 0. Fewer bytes than the type is wide never give a negative number.
    @inlinable package init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
    }
}
