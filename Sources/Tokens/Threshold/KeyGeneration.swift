package import Records

/// A party's side of making the key, or of refreshing its shares: it takes each dealer's commitments and its own sub-share,
/// checks them, and adds. No one ever holds the key.
///
/// Parties compare the resulting `TokenPublicKey.digest` before they use it: a dealer that showed them different
/// commitments is found there.
package struct KeyGeneration: ~Copyable, Sendable {
    package let party: PartyID
    private let old: TokenPublicKey?
    private var sum: TokenScalar?
    private var received: [PartyID: DealingCommitments] = [:]

    /// The generation of a new key, to which each of the three parties, this one too, deals once.
    package init(party: PartyID) {
        self.party = party
        old = nil
        sum = nil
    }

    /// New shares of the same key: an old one is worthless beside a new one.
    package init(refreshing share: borrowing TokenKeyShare) {
        party = share.party
        old = share.publicKey
        sum = share.secret.copy()
    }

    /// - Throws: `dealingInvalid`, which names the dealer: its sub-share is off its line, it dealt a second time, or it dealt
    ///   zero for a new key or anything else for a refresh.
    package mutating func receive(
        _ commitments: DealingCommitments, subShare: borrowing TokenScalar
    ) throws(TokenError) {
        guard received[commitments.dealer] == nil, (commitments.constant == nil) == (old != nil) else {
            throw .dealingInvalid(commitments.dealer)
        }
        try commitments.check(subShare, of: party)
        if let so = sum.take() {
            guard let total = so.added(to: subShare) else { throw .scalarIsZero }
            sum = consume total
        } else {
            sum = subShare.copy()
        }
        received[commitments.dealer] = commitments
    }

    /// The party's share, with the public key that all parties find that were dealt the same commitments.
    ///
    /// - Throws: `tooFewParties` before all three have dealt.
    package consuming func finish() throws(TokenError) -> TokenKeyShare {
        guard received.count == PartyID.allCases.count, let secret = sum.take() else { throw .tooFewParties }
        let dealings = Array(received.values)
        var shares: [GroupElement] = []
        for party in PartyID.allCases {
            let value = dealings.map { $0.value(at: party) }.reduce(old?[party].point ?? .identity, +)
            guard let share = GroupElement(value) else { throw .pointIsIdentity }
            shares.append(share)
        }
        let dealt = dealings.compactMap(\.constant?.point).reduce(old?.key.point ?? .identity, +)
        guard let key = GroupElement(dealt) else { throw .pointIsIdentity }
        return try TokenKeyShare(
            party: party, secret: secret, publicKey: TokenPublicKey(key: key, shares: shares))
    }
}
