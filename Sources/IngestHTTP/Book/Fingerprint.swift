import Crypto
package import Records

/// What makes two transactions of one id the same, by the stream's own rule: time, customer, terminal and amount. A hash, so
/// that remembering it holds nothing of them.
package struct Fingerprint: Hashable, Sendable {
    private let bytes: [UInt8]

    package init(_ transaction: Transaction) {
        var hash = SHA256()
        for text in [transaction.customer, transaction.terminal] {
            withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(text.utf8))
        }
        for number in [transaction.time.seconds, transaction.amount.value] {
            withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
        }
        bytes = Array(hash.finalize())
    }

    /// Of a request's body, whatever it holds.
    package init(body: [UInt8]) { bytes = Array(SHA256.hash(data: body)) }
}
