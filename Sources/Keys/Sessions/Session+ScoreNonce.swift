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
    /// Labels as `SecretKey.derive` has them; the last is a place.
    private var message: [UInt8]
    /// Where the place's three numbers stand.
    private let partition, offset, index: Int

    fileprivate init(under key: borrowing SecretKey, _ agreed: Digest32) {
        codes = HMACKey(key)
        message = [Array("cordon/score/nonce/v1".utf8), agreed.bytes].flatMap { UInt32($0.count).bigEndianBytes + $0 }
        partition = message.count + 4
        message += UInt32(4).bigEndianBytes + UInt32(0).bigEndianBytes
        offset = message.count + 4
        message += UInt32(8).bigEndianBytes + Int64(0).bigEndianBytes
        index = message.count + 4
        message += UInt32(4).bigEndianBytes + UInt32(0).bigEndianBytes
    }

    /// Lends the nonce of a transaction's score, 32 bytes.
    package func nonce<R>(of source: SourcePosition, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: HMACKey.codeBytes, alignment: 8) { nonce in
            message.withUnsafeMutableBytes { bytes in
                func put(_ number: some FixedWidthInteger, at place: Int) {
                    number.withBigEndianBytes {
                        UnsafeMutableRawBufferPointer(rebasing: bytes[place...]).copyMemory(from: $0)
                    }
                }
                put(UInt32(truncatingIfNeeded: source.partition), at: partition)
                put(source.offset, at: offset)
                put(UInt32(truncatingIfNeeded: source.index), at: index)
                codes.code(of: UnsafeRawBufferPointer(bytes), into: nonce)
            }
            return body(UnsafeRawBufferPointer(nonce))
        }
    }
}
