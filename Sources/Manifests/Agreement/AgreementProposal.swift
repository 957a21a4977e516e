import Foundation
package import Records

/// Somebody's word on how the agreement should be from now on: the whole new version. It counts for nothing until those have signed
/// it whom the version in force asks for; whoever proposes signs apart from it.
package struct AgreementProposal: Sendable, Hashable {
    package let agreement: ConsortiumAgreement

    package init(_ agreement: ConsortiumAgreement) { self.agreement = agreement }

    init(_ wire: WireAgreementProposal) throws(AgreementMistake) {
        do throws(AgreementDefect) {
            agreement = try ConsortiumAgreement(bytes: Array(wire.agreement))
        } catch { throw .version(error) }
    }

    var wire: WireAgreementProposal {
        var wire = WireAgreementProposal()
        wire.agreement = Data(agreement.bytes)
        return wire
    }
}

/// Somebody's word that a version is to hold.
package struct AgreementSignature: Sendable, Hashable {
    package let version: UInt64
    /// Of the version (`ConsortiumAgreement.digest`).
    package let digest: Digest32

    package init(version: UInt64, digest: Digest32) {
        self.version = version
        self.digest = digest
    }

    package init(of agreement: ConsortiumAgreement) {
        self.init(version: agreement.version, digest: agreement.digest)
    }

    init(_ wire: WireAgreementSignature) throws(AgreementMistake) {
        self.init(version: wire.version, digest: try AgreementBounds.digest(wire.digest))
    }

    var wire: WireAgreementSignature {
        var wire = WireAgreementSignature()
        wire.version = version
        wire.digest = Data(digest.bytes)
        return wire
    }
}
