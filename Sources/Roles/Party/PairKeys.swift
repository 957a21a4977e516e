package import Keys
import Manifests
package import PipelineFiles
package import Records
import Secrets
package import ThreeParty

/// What two parties share a key for. No key serves two uses, so no mask of one is drawn for another.
package enum PairUse: String, Sendable {
    case scoring = "pair"
    case training = "pair-training"
    case validation = "pair-validation"
    case refresh = "pair-refresh"
    case replay = "pair-replay"
    case reasons = "pair-reasons"
}

/// The pairwise PRF keys of the roster's epoch with both neighbours.
package func pairKeys(
    _ party: PartyID, _ roster: Roster, _ keystore: any Keystore, for use: PairUse = .scoring
) throws -> PairKeys {
    try pairKeys(
        party, try keystore.hpkeKey("agreement"), roster.foundingKeys, consortium: roster.consortium, for: use)
}

/// The pairwise PRF keys with both neighbours, agreed anew for every epoch and use.
///
/// - Parameter own: the private half of the party's `agreement` of the epoch.
func pairKeys(
    _ party: PartyID, _ own: borrowing HPKEPrivateKey, _ epoch: EpochKeys, consortium: String, for use: PairUse
) throws -> PairKeys {
    func key(_ own: borrowing HPKEPrivateKey, _ peer: PartyID) throws -> SecretKey {
        guard let other = epoch.parties[peer] else { throw RoleError.rosterLacks(peer) }
        let pair = [party, peer].sorted().map(\.name).joined(separator: "/")
        return try own.agree(
            with: other.agreement,
            info: Array("cordon/\(use.rawValue)/v1/\(consortium)/\(pair)/\(epoch.number)".utf8))
    }
    return PairKeys(withPrevious: try key(own, party.previous), withNext: try key(own, party.next))
}
