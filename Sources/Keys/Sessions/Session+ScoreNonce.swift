package import Records
import Secrets

extension Session {
    /// What hides the party's share of a score in its commitment to it (32 bytes, others for each score). The member can tell it,
    /// too, and shows it with the share.
    ///
    /// - Parameter agreed: what the parties agreed on of the batch.
    package func scoreNonce(_ agreed: Digest32, _ source: SourcePosition) -> [UInt8] {
        scoreNonces(agreed).nonce(of: source) { Array($0) }
    }

    /// Those of a batch, for one score after the other.
    package func scoreNonces(_ agreed: Digest32) -> ScoreNonces { ScoreNonces(under: scoreBoxes, agreed) }
}

/// The nonces of a batch's scores in one session. Used by one thread.
package final class ScoreNonces {
    private let codes: HMACKey
    /// Labels as `SecretKey.derive` has them, with room for a place.
    private var message: [UInt8]
    private let fixed: Int

    fileprivate init(under key: borrowing SecretKey, _ agreed: Digest32) {
        codes = HMACKey(key)
        message = [Array("cordon/score/nonce/v1".utf8), agreed.bytes].flatMap { UInt32($0.count).bigEndianBytes + $0 }
        fixed = message.count
    }

    /// Lends the nonce of a transaction's score, 32 bytes.
    package func nonce<R>(of source: SourcePosition, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        message.removeLast(message.count - fixed)
        func add(_ number: some FixedWidthInteger) {
            UInt32(number.bitWidth / 8).withBigEndianBytes { message.append(contentsOf: $0) }
            number.withBigEndianBytes { message.append(contentsOf: $0) }
        }
        add(UInt32(truncatingIfNeeded: source.partition))
        add(source.offset)
        add(UInt32(truncatingIfNeeded: source.index))
        return withUnsafeTemporaryAllocation(byteCount: HMACKey.codeBytes, alignment: 8) { nonce in
            message.withUnsafeBytes { codes.code(of: $0, into: nonce) }
            return body(UnsafeRawBufferPointer(nonce))
        }
    }
}
