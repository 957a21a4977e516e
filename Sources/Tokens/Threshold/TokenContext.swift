import Records

extension PartyID {
    /// Where the party's share of the token key stands on the polynomial; the key stands at 0.
    var abscissa: Int { rawValue + 1 }
}

/// Which key is meant: numbered from the first on, one more with every rotation. A refresh of shares changes no epoch.
package struct TokenEpoch: Hashable, Sendable, Comparable {
    /// The epoch's number, from 1 on.
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// Of the first key; later ones come of rotations.
    package static let first = TokenEpoch(1)

    /// The epoch of the key that the next rotation makes.
    package var next: TokenEpoch { TokenEpoch(number + 1) }

    /// Nil before the first.
    package var previous: TokenEpoch? { self > .first ? TokenEpoch(number - 1) : nil }

    package static func < (left: TokenEpoch, right: TokenEpoch) -> Bool { left.number < right.number }

    /// Eight bytes, the most significant first.
    var bytes: [UInt8] { (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) } }
}

/// What proofs are bound to beside their statement: a proof for another consortium, epoch or party does not hold.
package struct TokenContext: Hashable, Sendable {
    /// The consortium's name or the digest of its roster; at most 65,535 bytes.
    package let consortium: [UInt8]
    package let epoch: TokenEpoch

    package init(consortium: [UInt8], epoch: TokenEpoch) {
        self.consortium = consortium
        self.epoch = epoch
    }

    /// Of the epoch before; nil for the first.
    package var previous: TokenContext? {
        epoch.previous.map { TokenContext(consortium: consortium, epoch: $0) }
    }

    /// The suite of a party's proofs: RFC 9497's construction under a context string of our own.
    func proofs(of party: PartyID) -> OPRFSuite {
        OPRFSuite(
            contextString: Array("CordonTokensV1-P256-SHA256-".utf8) + SHA256.hash(OPRFSuite.prefixed(consortium))
                + epoch.bytes + [UInt8(party.rawValue)])
    }

    /// What identifiers are hashed and blinded with: the RFC's verifiable mode as it stands, so that a token is what one
    /// holder of the whole key would compute.
    package static let tokens = OPRFSuite(.verifiable)
}
