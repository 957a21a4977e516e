package import Manifests
package import PipelineFiles
import Records

extension Roster {
    /// The keys of the roster: those of the first epoch. The roster is the first version of the agreement, too.
    package var foundingKeys: EpochKeys {
        EpochKeys(
            consortium: consortium, number: KeyEpoch(epoch), agreement: foundingAgreement.digest,
            parties: cell.parties.mapValues { party in
                guard let certificate = Digest32(party.certificate) else {
                    preconditionFailure("a certificate's digest has 32 bytes")
                }
                return PartyKeys(
                    identity: party.identity, hpke: party.hpke, agreement: party.agreement, certificate: certificate)
            },
            members: Dictionary(
                uniqueKeysWithValues: members.map { ($0.id, MemberKeys(identity: $0.identity, hpke: $0.hpke)) }))
    }

    /// What the roster says of keys: whose word counts on `consortium.agreement`, and where epochs begin.
    package var epochTerms: EpochTerms {
        EpochTerms(consortium: consortium, coordinator: coordinator, founding: foundingKeys)
    }
}
