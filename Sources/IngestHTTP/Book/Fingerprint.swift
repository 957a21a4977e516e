import Crypto
import Formats
package import Records

/// What makes two transactions of one id the same, by the stream's own rule. A hash, so that remembering it holds nothing of
/// them.
package struct Fingerprint: Hashable, Sendable {
    private let bytes: [UInt8]

    package init(_ transaction: Transaction) { self.init(body: transaction.content) }

    /// Of a request's body, whatever it holds.
    package init(body: [UInt8]) { bytes = Array(SHA256.hash(data: body)) }
}
