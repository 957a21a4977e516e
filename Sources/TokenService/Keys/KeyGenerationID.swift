import Records
package import Tokens

/// Which key is made, and which attempt it is: what every record and every secret of it is bound to.
package struct KeyGenerationID: Sendable, Hashable {
    package let consortium: String
    package let epoch: TokenEpoch
    /// From 1. What was left unfinished or failed is begun again under the next number, at all three parties.
    package let attempt: UInt32

    package init(consortium: String, epoch: TokenEpoch, attempt: UInt32 = 1) {
        self.consortium = consortium
        self.epoch = epoch
        self.attempt = attempt
    }

    package var context: TokenContext { TokenContext(consortium: Array(consortium.utf8), epoch: epoch) }

    /// Unlike any other's: epoch (8 bytes), attempt (4 bytes), both big-endian, then the consortium's name.
    var bytes: [UInt8] { epochBytes + attempt.bigEndianBytes + Array(consortium.utf8) }

    var epochBytes: [UInt8] { epoch.number.bigEndianBytes }
}
