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
        guard case .transactions(let records) = content else { return [] }
        let width = model.rounding?.bytes ?? model.shape.ringBytes
        var out: [BatchStatements] = []
        // Of each member and session one, in the order of `out`: there are few. Nil where there is no session.
        var groups: [(member: MemberID, epoch: UInt32, place: Int, nonces: ScoreNonces?)] = []
        for (index, transaction) in opened.enumerated() where result.refusals[index] == nil {
            guard let member = transaction.member else { continue }
            let known = groups.firstIndex { $0.epoch == transaction.epoch && $0.member == member }
            let group = known ?? groups.count
            if known == nil {
                let nonces = try session(member, transaction.epoch)?.scoreNonces(result.agreedDigest)
                groups.append((member, transaction.epoch, out.count, nonces))
                if nonces != nil {
                    out.append(
                        BatchStatements(
                            party: party, member: member, sessionEpoch: transaction.epoch, partition: plan.partition,
                            plan: plan.digest, agreed: result.agreedDigest, model: model.digest,
                            ringBits: model.shape.ringBits, steps: model.rounding.map { $0.bits + 1 } ?? 0))
                }
            }
            guard let nonces = groups[group].nonces else { continue }
            let commitment = result.scoreShares.withUnsafeBytes { shares in
                nonces.nonce(of: transaction.source) {
                    ScoreStatement.commitment(
                        to: UnsafeRawBufferPointer(rebasing: shares[index * width..<(index + 1) * width]), nonce: $0)
                }
            }
            out[groups[group].place].entries.append(
                BatchStatements.Entry(
                    source: transaction.source, offset: records[index].offset,
                    record: ScoreStatement.digest(ofRecord: records[index].record.value ?? []), commitment: commitment))
        }
        return out
    }
}
