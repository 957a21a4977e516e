import Crypto
import Foundation
package import Secrets

/// The key under which a keystore's files are encrypted, by AES-256-GCM: 32 random bytes, which a passphrase or a token wraps.
/// Each file is bound to its name, so that none passes for another.
package final class FolderKey: Sendable {
    private let secret: SecretKey

    /// A fresh key.
    package convenience init() {
        var bytes = randomBytes(32)
        defer { wipe(&bytes) }
        self.init(SecretKey(bytes: bytes))
    }

    package init(_ secret: consuming SecretKey) { self.secret = secret }

    /// The beginning of a file that is encrypted; base64 of nonce, ciphertext and tag follows.
    package static let mark = "cordon/key/v1 "

    /// The text of a file that is encrypted.
    ///
    /// - Parameter name: the file's, such as `hpke.key`.
    func seal(_ bytes: [UInt8], as name: String) -> String {
        let box = secret.lend { Self.sealed(bytes, under: $0, bound: Self.bound(name)) }
        return Self.mark + Data(box).base64EncodedString()
    }

    /// The bytes of a file, which the caller wipes; nil where it was sealed under another key or name, or changed.
    func open(_ box: [UInt8], as name: String) -> [UInt8]? {
        secret.lend { Self.opened(box, under: $0, bound: Self.bound(name)) }
    }

    /// The key's own bytes, wrapped by another one.
    func wrapped(by other: borrowing SecretKey, bound: [UInt8]) -> [UInt8] {
        var bytes = bytes
        defer { wipe(&bytes) }
        return other.lend { Self.sealed(bytes, under: $0, bound: bound) }
    }

    /// Nil where another key wrapped it, or it is bound to something else.
    convenience init?(_ box: [UInt8], wrappedBy other: borrowing SecretKey, bound: [UInt8]) {
        guard var bytes = other.lend({ Self.opened(box, under: $0, bound: bound) }) else { return nil }
        defer { wipe(&bytes) }
        self.init(SecretKey(bytes: bytes))
    }

    /// For a token, which wraps it. The caller wipes them.
    var bytes: [UInt8] { secret.lend { $0.withUnsafeBytes { Array($0) } } }

    private static func bound(_ name: String) -> [UInt8] { Array((mark + name).utf8) }

    private static func sealed(_ bytes: [UInt8], under key: SymmetricKey, bound: [UInt8]) -> [UInt8] {
        guard let box = try? AES.GCM.seal(bytes, using: key, authenticating: bound).combined else {
            preconditionFailure("AES-256-GCM seals what a file holds")
        }
        return Array(box)
    }

    private static func opened(_ box: [UInt8], under key: SymmetricKey, bound: [UInt8]) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: box),
            var plain = try? AES.GCM.open(box, using: key, authenticating: bound)
        else { return nil }
        defer { plain.resetBytes(in: 0..<plain.count) }
        return Array(plain)
    }
}
