import Crypto
import Records
import Secrets

/// Random numbers that follow from a secret key and from what they are for (HMAC-SHA-256 in counter mode, as NIST SP 800-108
/// has it): drawn again after a restart they are the same, on any machine. A copy draws the same numbers again, so each is made
/// where it is used.
struct DerivedNumbers: RandomNumberGenerator {
    private final class Key: Sendable {
        let key: SecretKey

        init(_ key: consuming SecretKey) { self.key = key }
    }

    private let key: Key
    private var counter: UInt64 = 0

    /// - Parameter purpose: says what the numbers are for; two purposes share none.
    init(_ key: borrowing SecretKey, for purpose: [[UInt8]]) { self.key = Key(key.derive(purpose)) }

    mutating func next() -> UInt64 {
        let place = counter.bigEndianBytes
        counter += 1
        return key.key.derive([place]).lend { block in
            block.withUnsafeBytes { UInt64(bigEndianBytes: $0.prefix(8)) }
        }
    }

    /// Eight times `words`.
    mutating func bytes(words: Int) -> [UInt8] {
        (0..<words).flatMap { _ in next().bigEndianBytes }
    }
}
