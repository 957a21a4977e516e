import Crypto
package import Records
package import Secrets
import Tokens

extension EventID {
    /// The event of a transaction: the first 16 bytes of HMAC-SHA-256 over the agent's id of it, big-endian. An agent keeps
    /// those ids, and so can name the event later, when it knows what became of it.
    ///
    /// - Parameters:
    ///   - transaction: the agent's keyed hash of the transaction's id.
    ///   - key: the member's alone.
    package init(of transaction: UInt64, under key: borrowing SecretKey) {
        let code = key.lend { key in
            transaction.withBigEndianBytes { HMAC<SHA256>.authenticationCode(for: $0, using: key) }
        }
        self = code.withUnsafeBytes { EventID(UnsafeRawBufferPointer(rebasing: $0[..<16])) }!
    }

    /// The partition of `consortium.sealed` that the event is sealed for, of so many.
    func partition(of count: Int) -> Int { Int(UInt16(bigEndianBytes: bytes.prefix(2))) % count }
}
