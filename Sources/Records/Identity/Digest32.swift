import Crypto

/// A SHA-256 digest of something public: a plan, a model, a record.
package struct Digest32: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init?(_ bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 32 else { return nil }
        self.bytes = all
    }

    /// No digest of anything.
    package static let zero = Digest32([UInt8](repeating: 0, count: 32))!

    /// The digest of `parts`, each preceded by its length so that no two lists look alike.
    package init(of parts: [[UInt8]]) {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        bytes = Array(hash.finalize())
    }

    /// The first eight hexadecimal digits, for logs.
    package var description: String { hexadecimal(bytes.prefix(4)) }
}
