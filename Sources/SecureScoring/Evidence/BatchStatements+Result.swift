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
        struct Group: Hashable {
            var member: MemberID
            var epoch: UInt32
        }
        let width = model.rounding?.bytes ?? model.shape.ringBytes
        var out: [BatchStatements] = []
        var sessions: [Group: (place: Int, session: Session)?] = [:]
        for (index, transaction) in opened.enumerated() where result.refusals[index] == nil {
            guard let member = transaction.member else { continue }
            let group = Group(member: member, epoch: transaction.epoch)
            if sessions[group] == nil {
                let session = try session(member, transaction.epoch)
                sessions[group] = .some(session.map { (out.count, $0) })
                if session != nil {
                    out.append(
                        BatchStatements(
                            party: party, member: member, sessionEpoch: transaction.epoch, partition: plan.partition,
                            plan: plan.digest, agreed: result.agreedDigest, model: model.digest,
                            ringBits: model.shape.ringBits, steps: model.rounding.map { $0.bits + 1 } ?? 0))
                }
            }
            guard case .some(.some(let (place, session))) = sessions[group] else { continue }
            let share = Array(result.scoreShares[index * width..<(index + 1) * width])
            let nonce = session.scoreNonce(result.agreedDigest, transaction.source)
            out[place].entries.append(
                BatchStatements.Entry(
                    source: transaction.source, offset: records[index].offset,
                    record: ScoreStatement.digest(ofRecord: records[index].record.value ?? []),
                    commitment: ScoreStatement.commitment(to: share, nonce: nonce)))
        }
        return out
    }
}
