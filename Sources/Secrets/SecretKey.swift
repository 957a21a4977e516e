import Copenssl
package import Crypto

/// A symmetric secret. It can't be copied, printed, compared or put into a collection; its bytes are wiped when it goes
/// (swift-crypto's `SymmetricKey` owns and wipes them).
package struct SecretKey: ~Copyable, Sendable {
    private let key: SymmetricKey

    package init(_ key: consuming SymmetricKey) { self.key = key }

    /// Copies the bytes; the caller's own copy is not wiped.
    package init(bytes: some Sequence<UInt8>) {
        // Out of where they are, where they lie in a row: no copy is made that nobody wipes.
        key =
            bytes.withContiguousStorageIfAvailable { SymmetricKey(data: UnsafeRawBufferPointer($0)) }
            ?? SymmetricKey(data: Array(bytes))
    }

    /// Lends the key to one cryptographic call.
    package borrowing func lend<R>(_ body: (SymmetricKey) throws -> R) rethrows -> R { try body(key) }

    /// A key for another purpose: HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the labels, each with its length (4 bytes,
    /// big-endian), under this key: 32 bytes.
    package borrowing func derive(_ labels: [[UInt8]]) -> SecretKey {
        // In one piece: what a piece costs is most of what a short message does.
        var message: [UInt8] = []
        message.reserveCapacity(labels.reduce(0) { $0 + 4 + $1.count })
        for label in labels {
            withUnsafeBytes(of: UInt32(label.count).bigEndian) { message.append(contentsOf: $0) }
            message.append(contentsOf: label)
        }
        let codes = HMACKey(self)
        let derived = withUnsafeTemporaryAllocation(byteCount: HMACKey.codeBytes, alignment: 8) { code in
            defer { OPENSSL_cleanse(code.baseAddress, code.count) }
            message.withUnsafeBytes { codes.code(of: $0, into: code) }
            return SymmetricKey(data: UnsafeRawBufferPointer(code))
        }
        return SecretKey(derived)
    }
}
