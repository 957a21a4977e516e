package import Keys
package import Records

/// A party's public keys of an epoch.
package struct PartyKeys: Sendable, Hashable {
    /// What the party signs its statements by. It stays while the party does.
    package var identity: VerifyingKey
    /// What members' sessions and models are sealed to.
    package var hpke: HPKEPublicKey
    /// What pairwise keys are agreed with (X25519).
    package var agreement: HPKEPublicKey
    /// SHA-256 of the TLS certificate (DER).
    package var certificate: Digest32

    package init(
        identity: VerifyingKey, hpke: HPKEPublicKey, agreement: HPKEPublicKey, certificate: Digest32
    ) {
        self.identity = identity
        self.hpke = hpke
        self.agreement = agreement
        self.certificate = certificate
    }
}

/// A member's public keys of an epoch.
package struct MemberKeys: Sendable, Hashable {
    /// What the member signs its announcements and statements by.
    package var identity: VerifyingKey
    /// What rejected originals and the member's own counts are sealed to.
    package var hpke: HPKEPublicKey

    package init(identity: VerifyingKey, hpke: HPKEPublicKey) {
        self.identity = identity
        self.hpke = hpke
    }
}

/// Who takes part by one version of the agreement: the parties' identities, and members with the keys that they came with. Whoever
/// took part before keeps the keys of the epoch before.
package struct EpochMembership: Sendable, Hashable {
    /// The digest of the version.
    package var agreement: Digest32
    package var parties: [PartyID: VerifyingKey]
    package var members: [MemberID: MemberKeys]

    package init(agreement: Digest32, parties: [PartyID: VerifyingKey], members: [MemberID: MemberKeys]) {
        self.agreement = agreement
        self.parties = parties
        self.members = members
    }
}

/// All public keys of a consortium in one epoch.
package struct EpochKeys: Sendable, Hashable {
    package let number: KeyEpoch
    /// The digest of the epoch before; zeros of the roster's own.
    package let previous: Digest32
    /// The digest of the version of the agreement that the epoch stands on.
    package let agreement: Digest32
    /// All three.
    package let parties: [PartyID: PartyKeys]
    package let members: [MemberID: MemberKeys]
    /// By which manifests, reports and switches name the epoch: of all that is in it, with the consortium's name.
    package let digest: Digest32

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - parties: one entry for each of the three; another number is a programmer's mistake.
    package init(
        consortium: String, number: KeyEpoch, previous: Digest32 = .zero, agreement: Digest32,
        parties: [PartyID: PartyKeys], members: [MemberID: MemberKeys]
    ) {
        precondition(parties.count == PartyID.allCases.count, "an epoch has three parties")
        self.number = number
        self.previous = previous
        self.agreement = agreement
        self.parties = parties
        self.members = members
        var parts = [
            Array("cordon/epoch/v1".utf8), Array(consortium.utf8), number.number.bigEndianBytes, previous.bytes,
            agreement.bytes,
        ]
        for (party, keys) in parties.sorted(by: { $0.key < $1.key }) {
            parts += [Array(party.name.utf8), keys.identity.bytes]
            parts += [keys.hpke.suite.rawValue.bigEndianBytes, keys.hpke.bytes]
            parts += [keys.agreement.bytes, keys.certificate.bytes]
        }
        for (member, keys) in members.sorted(by: { $0.key < $1.key }) {
            parts += [Array(member.name.utf8), keys.identity.bytes]
            parts += [keys.hpke.suite.rawValue.bigEndianBytes, keys.hpke.bytes]
        }
        digest = Digest32(of: parts)
    }

    /// The public key of an author's statements in this epoch; nil for one that takes no part, and for coordinator and operators.
    package func identity(of author: SyncAuthor) -> VerifyingKey? {
        switch author {
        case .party(let party): parties[party]?.identity
        case .member(let member): members[member]?.identity
        case .coordinator, .operator: nil
        }
    }

    /// The suite of the parties' HPKE keys that is weakest.
    package var suite: KEMSuite { parties.values.map(\.hpke.suite).min() ?? .x25519 }
}
