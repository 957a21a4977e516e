import Foundation
import Records
import Secrets

/// A password as a file keeps it: scrypt (RFC 7914) with its cost and salt, in the PHC string format. Who reads it has to try
/// passwords at some tens of milliseconds and 32 MB each.
package struct PasswordHash: Hashable, Sendable {
    /// The logarithm of N to base 2; r is 8, p 1.
    private var cost: Int
    private var salt: [UInt8]
    private var hash: [UInt8]

    /// The costs that new hashes have, and that are read: up to 256 MB.
    private static let newCost = 15
    private static let costs = 14...18

    /// Most bytes of a password.
    package static let limit = 1024

    /// - Parameter salt: 16 random bytes.
    package init(_ password: String, salt: [UInt8]) {
        precondition(salt.count == 16)
        cost = Self.newCost
        self.salt = salt
        hash = Self.scrypt(password, salt, Self.newCost)
    }

    /// Reads `$scrypt$ln=15,r=8,p=1$SALT$HASH`, with base64 without padding; nil where the text is none.
    package init?(_ text: some StringProtocol) {
        let parts = String(text).split(separator: "$" as Character, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", parts[2].hasPrefix("ln="),
            parts[2].hasSuffix(",r=8,p=1"), let cost = Int(parts[2].dropFirst(3).dropLast(8)),
            Self.costs.contains(cost),
            let salt = Self.bytes(parts[3]), salt.count == 16, let hash = Self.bytes(parts[4]), hash.count == 32
        else { return nil }
        (self.cost, self.salt, self.hash) = (cost, salt, hash)
    }

    package var text: String { "$scrypt$ln=\(cost),r=8,p=1$\(Self.base64(salt))$\(Self.base64(hash))" }

    /// Whether this is the hash of a password. How long it takes says nothing of the password.
    package func matches(_ password: String) -> Bool {
        guard password.utf8.count <= Self.limit else { return false }
        let found = Self.scrypt(password, salt, cost)
        return zip(found, hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A hash that no password is known of: who asks for a name that there is not waits as long as for one that there is.
    package static let ofNobody = PasswordHash(hexadecimal(randomBytes(16)), salt: randomBytes(16))

    private static func scrypt(_ password: String, _ salt: [UInt8], _ cost: Int) -> [UInt8] {
        guard let scrypt = Scrypt(cost: cost, blockSize: 8, parallelism: 1) else {
            preconditionFailure("the costs that are read are scrypt's")
        }
        var bytes = Array(password.utf8)
        defer { wipe(&bytes) }
        return scrypt.derive(bytes, salt: salt, count: 32)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map { Array($0) }
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    package var description: String { "a password's hash" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
