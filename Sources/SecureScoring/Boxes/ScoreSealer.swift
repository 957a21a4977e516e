import EventLogs
import Foundation
import Keys
import Manifests
import Records
import Sealing
import ThreeParty

/// The sealer of what a batch comes to: one record for each member and session, of score shares, and of what the parties agreed to
/// refuse. A member believes that a transaction is refused where all three say so of one plan.
struct ScoreSealer {
    let party: PartyID
    let model: ModelManifest
    let sessions: SessionRegistry

    /// Score shares sealed under each member's session. The same result gives the same bytes; another one, also of the same agreed
    /// digest, is sealed under other keys.
    ///
    /// - Parameter range: the batch's, which members with a scorecard's model are told.
    func scores(
        _ opened: [OpenedTransaction], _ result: BatchResult, range: Range<Int64>
    ) throws(LogError) -> [NewRecord] {
        struct Group: Hashable {
            var member: MemberID
            var epoch: UInt32
        }
        /// The numbers of the records of a group in the batch.
        struct Answers {
            var scored: [Int] = []
            var refused: [(source: SourcePosition, code: UInt8)] = []
        }
        var groups: [Group: Answers] = [:]
        for (event, transaction) in opened.enumerated() {
            guard let member = transaction.member else { continue }
            let group = Group(member: member, epoch: transaction.epoch)
            if result.refusals[event] == nil {
                groups[group, default: Answers()].scored.append(event)
            } else if let refusal = result.agreement.refusalOfOpened(event) {
                groups[group, default: Answers()].refused.append((transaction.source, refusal.rawValue))
            }
        }
        var out: [NewRecord] = []
        for (group, answers) in groups.sorted(by: { ($0.key.member, $0.key.epoch) < ($1.key.member, $1.key.epoch) }) {
            guard let session = try sessions.session(group.member, epoch: group.epoch) else { continue }
            let width = model.rounding?.bytes ?? model.shape.ringBytes
            var header = WireScoreHeader()
            header.schema = 1
            header.party = UInt32(party.rawValue)
            header.member = group.member.name
            header.planDigest = Data(result.agreedDigest.bytes)
            header.sessionEpoch = group.epoch
            header.modelDigest = Data(model.digest.bytes)
            header.modelVersion = model.version
            header.ringBits = UInt32(model.shape.ringBits)
            header.steps = UInt32(model.rounding.map { $0.bits + 1 } ?? 0)
            if model.hasCard, model.counts != nil { (header.first, header.end) = (range.lowerBound, range.upperBound) }
            var shares = WireScoreShares()
            let headerBytes = header.encoded(
                adding: answers.scored.map { opened[$0].source }, refused: answers.refused)
            shares.header = Data(headerBytes)
            shares.box = Data(
                SealedBox.seal(
                    answers.scored.flatMap { result.scoreShares[$0 * width..<($0 + 1) * width] },
                    salted: [scoreBoxLabel, result.agreedDigest.bytes], from: result.received.bytes,
                    under: session.scoreBoxes, associated: headerBytes))
            out.append(NewRecord(TopicPartition(Topics.scores(group.member)), value: shares.encoded))
        }
        return out
    }
}
