package import Keys
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
}

/// The pairwise PRF keys with both neighbours, agreed anew for every epoch and use.
package func pairKeys(
    _ party: PartyID, _ roster: Roster, _ keystore: any Keystore, for use: PairUse = .scoring
) throws -> PairKeys {
    let own = try keystore.hpkeKey("agreement")
    func key(_ peer: PartyID) throws -> SecretKey {
        guard let other = roster.cell.parties[peer] else { throw RoleError.rosterLacks(peer) }
        let pair = [party, peer].sorted().map(\.name).joined(separator: "/")
        return try own.agree(
            with: other.agreement,
            info: Array("cordon/\(use.rawValue)/v1/\(roster.consortium)/\(pair)/\(roster.epoch)".utf8))
    }
    return PairKeys(withPrevious: try key(party.previous), withNext: try key(party.next))
}
