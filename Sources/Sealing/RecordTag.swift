import Crypto
package import Secrets

/// HMAC-SHA-256 (RFC 2104) over a record's body, under a key that nobody has but its writer and one reader: 32 bytes. Compared
/// in constant time.
package enum RecordTag {
    package static let byteCount = 32

    package static func make(_ body: [UInt8], under key: borrowing SecretKey) -> [UInt8] {
        key.lend { Array(HMAC<SHA256>.authenticationCode(for: body, using: $0)) }
    }

    package static func isValid(_ tag: [UInt8], of body: [UInt8], under key: borrowing SecretKey) -> Bool {
        key.lend { HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body, using: $0) }
    }

    /// SHA-256.
    package static func digest(_ body: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: body)) }
}
