import Crypto
package import Records

/// The digest that a round's masks hang on: of the plan, and of all six messages of every round before it. Each party sends two of
/// a round's messages and receives two; of the two others their senders tell it the hashes in the same round.
///
/// A hash begins with a salt of the two parties that know the message. The third may know the message's mask, such as the one that
/// it has in common with a client; without the salt it could try out what was masked.
///
/// So whoever sends another byte when a training is run again meets other masks from the next round on, and the difference of two
/// answers tells it nothing (compare `FirstRound`). One that tells a wrong hash has parties with different digests, and the next
/// frame stops the training.
package struct TrainingTranscript: Sendable {
    package private(set) var digest: Digest32

    /// - Parameter plan: of the plan and the coin.
    package init(plan: Digest32) {
        digest = Digest32(of: [Array("cordon/train/transcript/v1".utf8), plan.bytes])
    }

    /// Goes on from where a checkpoint stands.
    init(digest: Digest32) { self.digest = digest }

    /// The hash by which a message is told to the party that does not get it.
    ///
    /// - Parameter salt: 32 bytes of the message's two parties, for this message alone.
    static func hash(_ data: ArraySlice<UInt8>, salt: ArraySlice<UInt8>) -> Digest32 {
        var hash = SHA256()
        salt.withUnsafeBytes { hash.update(bufferPointer: $0) }
        data.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Digest32(hash.finalize())!
    }

    /// Adds a round.
    ///
    /// - Parameter hashes: of each party's messages, in the order of parties.
    mutating func add(_ hashes: [PartyID: (toPrevious: Digest32, toNext: Digest32)]) {
        var parts = [Array("cordon/train/round/v1".utf8), digest.bytes]
        for party in PartyID.allCases {
            guard let sent = hashes[party] else { preconditionFailure("a round has messages of all three parties") }
            parts += [sent.toPrevious.bytes, sent.toNext.bytes]
        }
        digest = Digest32(of: parts)
    }

    /// Begins a group of trees, or what follows the last.
    mutating func begin(group: UInt16) {
        digest = Digest32(of: [Array("cordon/train/group/v1".utf8), digest.bytes, group.bigEndianBytes])
    }
}
