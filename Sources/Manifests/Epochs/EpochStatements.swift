import Foundation
package import Keys
package import Records

/// The coordinator's word that the parties are to make keys of the next epoch. It has no say in what they are.
package struct EpochOrder: Sendable, Hashable {
    package let epoch: KeyEpoch
    /// From 1; what stands still is begun again under the next.
    package let attempt: UInt32
    /// The digest of the version of the agreement that the epoch stands on.
    package let agreement: Digest32
    /// Of the HPKE keys that parties offer.
    package let suite: KEMSuite
    /// Whether parties refresh their shares of models, and of counts, before they are ready.
    package let refreshesModels: Bool
    package let refreshesCounts: Bool

    /// Whether the epoch comes with a generation of shares.
    package var refreshes: Bool { refreshesModels || refreshesCounts }

    package init(
        epoch: KeyEpoch, attempt: UInt32, agreement: Digest32, suite: KEMSuite, refreshesModels: Bool = true,
        refreshesCounts: Bool = true
    ) {
        self.epoch = epoch
        self.attempt = attempt
        self.agreement = agreement
        self.suite = suite
        self.refreshesModels = refreshesModels
        self.refreshesCounts = refreshesCounts
    }

    init(_ wire: WireEpochOrder) throws(AgreementMistake) {
        guard let suite = KEMSuite(rawValue: wire.suite) else { throw .key }
        self.init(
            epoch: try AgreementBounds.epoch(wire.epoch), attempt: try AgreementBounds.attempt(wire.attempt),
            agreement: try AgreementBounds.digest(wire.agreement), suite: suite, refreshesModels: wire.models,
            refreshesCounts: wire.counts)
    }

    var wire: WireEpochOrder {
        var wire = WireEpochOrder()
        wire.epoch = epoch.number
        wire.attempt = attempt
        wire.agreement = Data(agreement.bytes)
        wire.suite = suite.rawValue
        wire.models = refreshesModels
        wire.counts = refreshesCounts
        return wire
    }
}

/// A party's public keys of the next epoch, all of them fresh but the certificate, which may stay.
package struct PartyOffer: Sendable, Hashable {
    package let epoch: KeyEpoch
    package let attempt: UInt32
    package let hpke: HPKEPublicKey
    /// X25519, for the pairwise keys of this epoch alone.
    package let agreement: HPKEPublicKey
    /// SHA-256 of the TLS certificate (DER).
    package let certificate: Digest32

    package init(
        epoch: KeyEpoch, attempt: UInt32, hpke: HPKEPublicKey, agreement: HPKEPublicKey, certificate: Digest32
    ) {
        self.epoch = epoch
        self.attempt = attempt
        self.hpke = hpke
        self.agreement = agreement
        self.certificate = certificate
    }

    init(_ wire: WirePartyOffer) throws(AgreementMistake) {
        let agreement: HPKEPublicKey
        do { agreement = try HPKEPublicKey(.x25519, bytes: Array(wire.agreement)) } catch { throw .key }
        self.init(
            epoch: try AgreementBounds.epoch(wire.epoch), attempt: try AgreementBounds.attempt(wire.attempt),
            hpke: try HPKEPublicKey(wire.hpke), agreement: agreement,
            certificate: try AgreementBounds.digest(wire.certificate))
    }

    var wire: WirePartyOffer {
        var wire = WirePartyOffer()
        wire.epoch = epoch.number
        wire.attempt = attempt
        wire.hpke = hpke.wire
        wire.agreement = Data(agreement.bytes)
        wire.certificate = Data(certificate.bytes)
        return wire
    }
}

/// A member's public keys from an epoch on, whichever attempt it comes of. Its record is signed by both identities, the one before
/// and the new one, though they may be the same.
package struct MemberOffer: Sendable, Hashable {
    package let epoch: KeyEpoch
    package let keys: MemberKeys

    package init(epoch: KeyEpoch, keys: MemberKeys) {
        self.epoch = epoch
        self.keys = keys
    }

    init(_ wire: WireMemberOffer) throws(AgreementMistake) {
        guard let identity = VerifyingKey(bytes: Array(wire.identity)) else { throw .key }
        self.init(
            epoch: try AgreementBounds.epoch(wire.epoch),
            keys: MemberKeys(identity: identity, hpke: try HPKEPublicKey(wire.hpke)))
    }

    var wire: WireMemberOffer {
        var wire = WireMemberOffer()
        wire.epoch = epoch.number
        wire.identity = Data(keys.identity.bytes)
        wire.hpke = keys.hpke.wire
        return wire
    }
}

/// The coordinator's word on which keys an epoch has. It counts where the offers come to the same.
package struct EpochManifest: Sendable, Hashable {
    package let epoch: KeyEpoch
    package let attempt: UInt32
    /// The digest of the epoch before.
    package let previous: Digest32
    package let agreement: Digest32
    /// The digest of the epoch (`EpochKeys.digest`).
    package let keys: Digest32

    package init(epoch: KeyEpoch, attempt: UInt32, previous: Digest32, agreement: Digest32, keys: Digest32) {
        self.epoch = epoch
        self.attempt = attempt
        self.previous = previous
        self.agreement = agreement
        self.keys = keys
    }

    /// The manifest of an epoch that was composed of an attempt's offers.
    package init(_ keys: EpochKeys, attempt: UInt32) {
        self.init(
            epoch: keys.number, attempt: attempt, previous: keys.previous, agreement: keys.agreement, keys: keys.digest)
    }

    init(_ wire: WireEpochManifest) throws(AgreementMistake) {
        self.init(
            epoch: try AgreementBounds.epoch(wire.epoch), attempt: try AgreementBounds.attempt(wire.attempt),
            previous: try AgreementBounds.digest(wire.previous), agreement: try AgreementBounds.digest(wire.agreement),
            keys: try AgreementBounds.digest(wire.keys))
    }

    var wire: WireEpochManifest {
        var wire = WireEpochManifest()
        wire.epoch = epoch.number
        wire.attempt = attempt
        wire.previous = Data(previous.bytes)
        wire.agreement = Data(agreement.bytes)
        wire.keys = Data(keys.bytes)
        return wire
    }
}

extension HPKEPublicKey {
    init(_ wire: WireSuiteKey) throws(AgreementMistake) {
        guard let suite = KEMSuite(rawValue: wire.suite) else { throw .key }
        do { try self.init(suite, bytes: Array(wire.key)) } catch { throw .key }
    }

    var wire: WireSuiteKey {
        var wire = WireSuiteKey()
        wire.suite = suite.rawValue
        wire.key = Data(bytes)
        return wire
    }
}
