import Crypto

/// A SHA-256 digest (FIPS 180-4) of something public: a plan, a model, a record.
package struct Digest32: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Takes a digest that was computed elsewhere; nil where there are not 32 bytes.
    /// Reads 64 hexadecimal digits; nil for anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16) else { return nil }
            bytes.append(byte)
        }
        self.init(bytes)
    }

    package init?(_ bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 32 else { return nil }
        self.bytes = all
    }

    /// The digest of nothing: 32 zero bytes, where a chain of digests begins.
    package static let zero = Digest32([UInt8](repeating: 0, count: 32))!

    /// The digest of `parts`, each preceded by its length (8 bytes, big-endian) so that no two lists look alike: `[a,
    /// b]` and the one part of both have different digests.
    package init(of parts: [[UInt8]]) {
        var hash = SHA256()
        for part in parts {
            UInt64(part.count).withBigEndianBytes { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        bytes = Array(hash.finalize())
    }

    /// The first eight hexadecimal digits, for logs.
    package var description: String { hexadecimal(bytes.prefix(4)) }
}
