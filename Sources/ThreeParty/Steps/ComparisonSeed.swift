/// The seeds of a comparison's trees, as blocks of its cipher. The two lowest bits of a block are no part of the seed: of a seed
/// that is hashed they say for what, and of a hash what it says of corrections.
extension UInt128 {
    /// The bits of a seed.
    static let seed: UInt128 = ~3

    /// Whether a hash's seed is corrected: a 0 or 1.
    var isCorrected: UInt8 { UInt8(truncatingIfNeeded: self) & 1 }

    /// The same where `bit` is 1, and 0 where it is 0.
    func times(_ bit: UInt8) -> UInt128 { self & (0 &- UInt128(bit & 1)) }

    /// The block at a place of a key.
    init(littleEndian key: UnsafeRawBufferPointer, at place: Int) {
        self.init(littleEndian: key.loadUnaligned(fromByteOffset: place, as: UInt128.self))
    }

    func withLittleEndianBytes(_ body: (UnsafeRawBufferPointer) -> Void) { withUnsafeBytes(of: littleEndian, body) }
}
