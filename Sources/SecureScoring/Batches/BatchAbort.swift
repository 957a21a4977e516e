import EventLogs
package import Records
package import ThreeParty
package import Tokens

/// The reason why a batch was abandoned. Nothing of it was released; the leader proposes its range again.
package enum BatchAbort: Error, Sendable, Hashable, CustomStringConvertible {
    case peerMissing(PartyID)
    case peerSilent([PartyID])
    case peerDisagrees(PartyID, step: String)
    case peerAborted(PartyID)
    case protocolViolation(PartyID, step: String)
    /// This party's log does not hold the proposed range yet.
    case logBehind
    /// This party's counts are not the leader's, and `consortium.batches` does not lead there.
    case countsBehind
    /// This party has another key of a token epoch than the leader, so the same entities would be counted under different tokens.
    case tokenKeyDiffers(TokenEpoch)
    /// The leader computes with shares of another generation than this party.
    case sharesDiffer(ShareGeneration)
    /// The leader proposes by the pairwise keys of another epoch than is in force here at the batch.
    case keyEpochDiffers(KeyEpoch, own: KeyEpoch)
    /// An epoch of keys begins in this party's log, and its copy of `consortium.agreement` does not say yet that three parties are
    /// ready for it.
    case epochNotAgreed(KeyEpoch)

    /// The sentence of the log entry.
    package var description: String {
        switch self {
        case .peerMissing(let peer): "\(peer) is missing: its link is down"
        case .peerSilent(let peers): "\(peers.map(\.name).joined(separator: " and ")) did not answer in time"
        case .peerDisagrees(let peer, let step): "\(peer) disagrees about the batch (\(step))"
        case .peerAborted(let peer): "\(peer) gave the batch up"
        case .protocolViolation(let peer, let step): "\(peer) sent what the protocol does not have (\(step))"
        case .countsBehind:
            "this party's counts are not where the leader's are, and the decisions on \(Topics.batches) do not lead there"
        case .tokenKeyDiffers(let epoch):
            "this party has another token key of epoch \(epoch.number) than \(PlanProposal.leader): they read different records of "
                + "\(Topics.tokenKeys); compare that topic at both, and see docs/TOKENS.md"
        case .sharesDiffer(let generation):
            "this party has generation \(generation) of shares in force, and \(PlanProposal.leader) another, or one of another key: "
                + "see docs/design/refresh.md"
        case .keyEpochDiffers(let theirs, let own):
            "\(PlanProposal.leader) proposes by keys of epoch \(theirs), and here epoch \(own) is in force at the batch"
        case .epochNotAgreed(let epoch):
            "keys of epoch \(epoch) are to be used, and \(Topics.agreement) does not say yet that three parties are ready for them"
        case .logBehind: "this party's log ends before the batch does"
        }
    }
}
