package import Records
package import ThreeParty

/// The message authentication code of a decision: shows each of the two followers that the leader made it. Made and checked
/// under the keys that the leader shares with each of them.
package final class DecisionTag: Sendable {
    private static let tagBytes = 16

    private let party: PartyID
    private let keys: PairKeyring

    /// - Parameters:
    ///   - party: this one.
    ///   - keys: that it shares with its neighbours.
    package init(party: PartyID, keys: PairKeyring) {
        self.party = party
        self.keys = keys
    }

    /// The leader's tags of a decision's digest, for the next and for the previous party, 16 bytes each; nil where the party has no
    /// keys of the epoch.
    package func tags(of digest: Digest32, epoch: KeyEpoch) throws -> [[UInt8]]? {
        try keys.key(of: epoch).map { [tag($0.key.withNext, digest), tag($0.key.withPrevious, digest)] }
    }

    /// Whether the leader made these tags, as far as this party can tell: a follower checks its own, and nobody can that has no
    /// keys of the epoch. Compared in constant time.
    package func isLeaders(_ tags: [[UInt8]], of digest: Digest32, epoch: KeyEpoch) throws -> Bool {
        guard tags.count == 2, let keys = try keys.key(of: epoch) else { return false }
        if party == PlanProposal.leader {
            let own = [tag(keys.key.withNext, digest), tag(keys.key.withPrevious, digest)]
            let (first, second) = (Self.isEqual(tags[0], own[0]), Self.isEqual(tags[1], own[1]))
            return first && second
        }
        return party.previous == PlanProposal.leader
            ? Self.isEqual(tags[0], tag(keys.key.withPrevious, digest))
            : Self.isEqual(tags[1], tag(keys.key.withNext, digest))
    }

    private func tag(_ key: borrowing PairwisePRF, _ digest: Digest32) -> [UInt8] {
        key.bytes(.decisionTag, digest: digest, count: Self.tagBytes)
    }

    private static func isEqual(_ tag: [UInt8], _ own: [UInt8]) -> Bool {
        guard tag.count == own.count else { return false }
        return zip(tag, own).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
