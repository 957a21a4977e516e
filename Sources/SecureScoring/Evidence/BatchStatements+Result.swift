import Audit
import EventLogs
import Keys
import Manifests
import Records
import ThreeParty

extension SealedBatch {
    /// What a party says of the scores that it computed of the batch: for each member and session.
    ///
    /// - Parameter session: of a member with the party.
    func statements(
        by party: PartyID, _ opened: [OpenedTransaction], _ result: BatchResult,
        session: (MemberID, UInt32) throws(LogError) -> Session?
    ) throws(LogError) -> [BatchStatements] {
        let width = model.rounding?.bytes ?? model.shape.ringBytes
        var out: [BatchStatements] = []
        // Of each member and session one, in the order of `out`: there are few. Nil where there is no session.
        var groups: [(member: MemberID, epoch: UInt32, place: Int, nonces: ScoreNonces?)] = []
        for index in opened.indices where result.refusals[index] == nil {
            guard let member = opened[index].member else { continue }
            let epoch = opened[index].epoch
            let known = groups.firstIndex { $0.epoch == epoch && $0.member == member }
            let group = known ?? groups.count
            if known == nil {
                let nonces = try session(member, epoch)?.scoreNonces(result.agreedDigest)
                groups.append((member, epoch, out.count, nonces))
                if nonces != nil {
                    out.append(
                        BatchStatements(
                            party: party, member: member, sessionEpoch: epoch, partition: plan.partition,
                            plan: plan.digest, agreed: result.agreedDigest, model: model.digest,
                            ringBits: model.shape.ringBits, steps: model.rounding.map { $0.bits + 1 } ?? 0))
                }
            }
            guard let nonces = groups[group].nonces else { continue }
            let source = opened[index].source
            let commitment = result.scoreShares.withUnsafeBytes { shares in
                nonces.nonce(of: source) {
                    ScoreStatement.commitment(
                        to: UnsafeRawBufferPointer(rebasing: shares[index * width..<(index + 1) * width]), nonce: $0)
                }
            }
            out[groups[group].place].entries.append(
                BatchStatements.Entry(
                    source: source, offset: marks[index].offset, record: marks[index].digest, commitment: commitment))
        }
        return out
    }
}
