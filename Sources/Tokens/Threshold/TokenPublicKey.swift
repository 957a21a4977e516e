package import Records

/// The public side of the shared key: K = k·G and each party's K_i = k_i·G, which its proofs are checked against.
package struct TokenPublicKey: Sendable, Hashable {
    /// K, which stands for the whole key that nobody holds.
    package let key: GroupElement
    /// By party.
    package let shares: [GroupElement]

    /// - Throws: `malformed` unless there are three shares; `keyInconsistent` unless they lie on one line and any two of
    ///   them give the key.
    package init(key: GroupElement, shares: [GroupElement]) throws(TokenError) {
        guard shares.count == PartyID.allCases.count else { throw .malformed }
        // K = 2·K_0 - K_1 and K_0 + K_2 = 2·K_1; every other pair's equation follows.
        let double = shares[1].point.doubled
        guard GroupElement(shares[0].point.doubled - shares[1].point) == key,
            GroupElement(shares[0].point + shares[2].point) == GroupElement(double)
        else { throw .keyInconsistent }
        self.key = key
        self.shares = shares
    }

    /// For a multiple of a key that was checked.
    init(unchecked key: GroupElement, shares: [GroupElement]) {
        self.key = key
        self.shares = shares
    }

    /// The public share K_i of a party.
    package subscript(_ party: PartyID) -> GroupElement { shares[party.rawValue] }

    /// Parties and members that have the same key have the same digest (32 bytes): what they compare before they use it.
    package var digest: [UInt8] {
        SHA256.hash(Array("cordon/token-key/v1".utf8) + ([key] + shares).flatMap(\.compressed))
    }
}
