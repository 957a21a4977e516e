import Crypto
package import Records
import Secrets

extension Session {
    /// What hides the party's share of a score in its commitment to it (32 bytes, others for each score). The member can tell it,
    /// too, and shows it with the share.
    ///
    /// - Parameter agreed: what the parties agreed on of the batch.
    package func scoreNonce(_ agreed: Digest32, _ source: SourcePosition) -> [UInt8] {
        scoreBoxes.derive([
            Array("cordon/score/nonce/v1".utf8), agreed.bytes,
            UInt32(truncatingIfNeeded: source.partition).bigEndianBytes,
            source.offset.bigEndianBytes, UInt32(truncatingIfNeeded: source.index).bigEndianBytes,
        ]).lend { key in key.withUnsafeBytes { Array($0) } }
    }
}
