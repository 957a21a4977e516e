/// Sixteen bytes that name a member's session keys: the beginning of the digest of their announcement. So a record that carries
/// them belongs to one announcement, whatever else was announced for the same epoch.
package struct SessionID: Hashable, Sendable {
    private let number: UInt128

    /// - Parameter digest: of the announcement's body.
    package init(_ digest: Digest32) {
        number = digest.bytes.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Takes an id as records carry it; nil where there are not sixteen bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        number = UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
    }

    /// The same from an array.
    init?(_ bytes: [UInt8]) {
        guard let id = bytes.withUnsafeBytes({ SessionID($0) }) else { return nil }
        self = id
    }

    /// The sixteen bytes, as records carry them.
    package var bytes: [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}
