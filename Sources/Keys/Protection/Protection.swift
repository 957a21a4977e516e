import Foundation

/// A hardware token, or another thing that keeps keys and works with them.
package protocol KeyToken: Sendable {
    /// Wraps 32 bytes by a key that stays in the token.
    ///
    /// - Parameter bound: what the wrapped bytes are bound to.
    func wrap(_ key: [UInt8], bound: [UInt8]) throws(KeystoreError) -> [UInt8]

    /// Undoes it. The caller wipes what it gets.
    func unwrap(_ wrapped: [UInt8], bound: [UInt8]) throws(KeystoreError) -> [UInt8]

    /// The Ed25519 key of the token's.
    func signer() throws(KeystoreError) -> any Signer
}

/// The file `protection` of a keystore's folder: what its key is wrapped by, and where the identity is, if not in the folder.
///
///     cordon/keystore/v1
///     passphrase scrypt <log N> <r> <p> <salt>      or   token <URI>      or neither
///     key <the folder's key, wrapped>
///     identity <URI>
///
/// It holds no secret. What wraps the folder's key stands in the line before it, which is bound into the wrapped key.
package struct Protection: Sendable, Hashable {
    package enum Wrapping: Sendable, Hashable {
        case passphrase(Scrypt, salt: [UInt8])
        /// By a key of a token, by its URI (RFC 7512).
        case token(uri: String)
    }

    package var folderKey: (wrapping: Wrapping, wrapped: [UInt8])?
    /// The identity's URI, if it is in a token.
    package var identity: String?

    package static let file = "protection"
    private static let title = "cordon/keystore/v1"

    package init() {}

    package static func == (one: Protection, other: Protection) -> Bool { one.text == other.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Whether it says nothing.
    var isEmpty: Bool { folderKey == nil && identity == nil }

    package var text: String {
        var lines = [Self.title]
        if let folderKey {
            lines.append(folderKey.wrapping.line)
            lines.append("key \(Data(folderKey.wrapped).base64EncodedString())")
        }
        if let identity { lines.append("identity \(identity)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nil for what is no such file, or of a newer version.
    package init?(_ text: String) {
        var lines = text.split(separator: "\n").map(String.init)[...]
        guard lines.popFirst() == Self.title else { return nil }
        if let first = lines.first, let wrapping = Wrapping(first) {
            guard lines.count > 1, let key = Self.value(of: "key", lines[lines.startIndex + 1]),
                let bytes = Data(base64Encoded: key)
            else { return nil }
            folderKey = (wrapping, Array(bytes))
            lines = lines.dropFirst(2)
        }
        if let line = lines.popFirst() {
            guard let uri = Self.value(of: "identity", line) else { return nil }
            identity = uri
        }
        guard lines.isEmpty, !isEmpty else { return nil }
    }

    fileprivate static func value(of word: String, _ line: String) -> String? {
        guard line.hasPrefix(word + " "), line.count > word.count + 1 else { return nil }
        return String(line.dropFirst(word.count + 1))
    }
}

extension Protection.Wrapping {
    /// A fresh salt for a passphrase.
    package static func passphrase(_ scrypt: Scrypt, random: (Int) -> [UInt8]) -> Self {
        .passphrase(scrypt, salt: random(16))
    }

    fileprivate var line: String {
        switch self {
        case .passphrase(let scrypt, let salt):
            "passphrase scrypt \(scrypt.cost) \(scrypt.blockSize) \(scrypt.parallelism) "
                + Data(salt).base64EncodedString()
        case .token(let uri): "token \(uri)"
        }
    }

    /// The bytes that a wrapped key is bound to.
    var bound: [UInt8] { Array("cordon/keystore/v1\n\(line)".utf8) }

    fileprivate init?(_ line: String) {
        if let uri = Protection.value(of: "token", line) {
            self = .token(uri: uri)
        } else if let words = Protection.value(of: "passphrase scrypt", line)?.split(separator: " "), words.count == 4,
            let cost = Int(words[0]), let blockSize = Int(words[1]), let parallelism = Int(words[2]),
            let scrypt = Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism),
            let salt = Data(base64Encoded: String(words[3]))
        {
            self = .passphrase(scrypt, salt: Array(salt))
        } else {
            return nil
        }
    }
}
