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
    package init(of transaction: UInt64, under key: borrowing HMACKey) {
        self = transaction.withBigEndianBytes { transaction in
            withUnsafeTemporaryAllocation(byteCount: HMACKey.codeBytes, alignment: 8) { code in
                key.code(of: transaction, into: code)
                return EventID(UnsafeRawBufferPointer(rebasing: code[..<16]))!
            }
        }
    }

    /// The same, of one transaction.
    package init(of transaction: UInt64, under key: borrowing SecretKey) {
        self.init(of: transaction, under: HMACKey(key))
    }

    /// The partition of `consortium.sealed` that the event is sealed for, of so many.
    func partition(of count: Int) -> Int { Int(UInt16(bigEndianBytes: bytes.prefix(2))) % count }
}
