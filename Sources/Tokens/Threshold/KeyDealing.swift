package import Records

/// What a dealer says in public of its line: multiples of G by its value at zero and by its slope (Feldman 1987).
package struct DealingCommitments: Sendable, Hashable {
    /// The party that drew the line.
    package let dealer: PartyID
    /// Nil where the line goes through zero: a refresh, which changes shares and not the key.
    package let constant: GroupElement?
    /// The line's slope times G; never the identity.
    package let slope: GroupElement

    package init(dealer: PartyID, constant: GroupElement?, slope: GroupElement) {
        self.dealer = dealer
        self.constant = constant
        self.slope = slope
    }

    /// 32 bytes. Every dealer names it before any shows its commitments: else the last one could choose its line after the
    /// others' and so bias the key (Gennaro, Jarecki, Krawczyk and Rabin 1999).
    package var digest: [UInt8] {
        SHA256.hash(
            Array("cordon/token-dealing/v1".utf8) + [UInt8(dealer.rawValue)] + (constant?.compressed ?? [0])
                + slope.compressed)
    }

    /// The line at a party, times G.
    func value(at party: PartyID) -> CurvePoint {
        (constant?.point ?? .identity) + slope.point.times(party.abscissa)
    }

    /// - Throws: `dealingInvalid`, which names the dealer, where the sub-share is not on the committed line.
    package func check(_ subShare: borrowing TokenScalar, of party: PartyID) throws(TokenError) {
        guard GroupElement.generator(times: subShare) == GroupElement(value(at: party)) else {
            throw .dealingInvalid(dealer)
        }
    }
}

/// A dealer's random line: commitments for all, and for each party its value there.
package struct KeyDealing: ~Copyable, Sendable {
    package let commitments: DealingCommitments
    private let subShares: TokenScalars

    /// A dealing of a new key.
    package init(dealer: PartyID, using generator: inout some RandomNumberGenerator) {
        let line = TokenScalars(count: 2, using: &generator)
        self.init(dealer: dealer, constant: line[0], slope: line[1])
    }

    /// A dealing of zero, for new shares of the key that there is.
    package init(refreshBy dealer: PartyID, using generator: inout some RandomNumberGenerator) {
        let line = TokenScalars(count: 1, using: &generator)
        self.init(dealer: dealer, constant: Scalar(0), slope: line[0])
    }

    private init(dealer: PartyID, constant: Scalar, slope: Scalar) {
        commitments = DealingCommitments(
            dealer: dealer, constant: GroupElement(CurvePoint.generator(times: constant)),
            slope: GroupElement(CurvePoint.generator(times: slope))!)
        // A value is zero with the chance of a guessed key, 2^-256.
        subShares = TokenScalars(
            count: PartyID.allCases.count, each: { constant + slope * Scalar(UInt64($0 + 1)) })
    }

    /// A party's value, for that party's eyes alone.
    package borrowing func subShare(for party: PartyID) -> TokenScalar { TokenScalar(subShares[party.rawValue])! }
}
