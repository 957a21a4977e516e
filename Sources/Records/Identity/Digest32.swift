/// A SHA-256 digest (FIPS 180-4) of something public: a plan, a model, a record.
package struct Digest32: Hashable, Sendable, CustomStringConvertible {
    /// The bytes as they lie in memory, without an object of their own: records have several digests.
    private let words: SHA256Stream.Words

    /// The 32 bytes.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Lends the 32 bytes.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: words, body)
    }

    /// Appends the 32 bytes to `out`.
    package func write(to out: inout [UInt8]) { withBytes { out.append(contentsOf: $0) } }

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

    /// Takes a digest that was computed elsewhere; nil where there are not 32 bytes.
    package init?(_ bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 32 else { return nil }
        words = all.withUnsafeBytes { $0.loadUnaligned(as: SHA256Stream.Words.self) }
    }

    /// The digest of nothing: 32 zero bytes, where a chain of digests begins.
    package static let zero = Digest32([UInt8](repeating: 0, count: 32))!

    /// The digest of `parts`, each preceded by its length (8 bytes, big-endian) so that no two lists look alike: `[a,
    /// b]` and the one part of both have different digests.
    package init(of parts: [[UInt8]]) {
        var hash = SHA256Stream()
        for part in parts { hash.add(part: part) }
        self.init(hash)
    }

    /// The digest of what was hashed.
    package init(_ hash: consuming SHA256Stream) { words = hash.finish() }

    package static func == (left: Digest32, right: Digest32) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }

    /// The first eight hexadecimal digits, for logs.
    package var description: String { hexadecimal(bytes.prefix(4)) }
}
