package import Keys
import Synchronization

/// An identity as a token has it, which can be taken away and put back.
package final class DetachableSigner: Signer {
    private let key: SigningKey
    private let away = Mutex(false)

    package init(_ key: consuming SigningKey = SigningKey()) { self.key = key }

    package var isAway: Bool {
        get { away.withLock { $0 } }
        set { away.withLock { $0 = newValue } }
    }

    package var verifyingKey: VerifyingKey { key.verifyingKey }

    package func signature(over message: [UInt8]) throws(SigningError) -> [UInt8] {
        if isAway { throw Self.error }
        // The context ends at the first zero byte, as `VerifyingKey.signed` puts them together.
        guard let end = message.firstIndex(of: 0) else { throw Self.error }
        return try key.sign(
            Array(message[(end + 1)...]), context: String(decoding: message[..<end], as: UTF8.self))
    }

    package static let error = SigningError(reason: "CKR_TOKEN_NOT_PRESENT")
}
