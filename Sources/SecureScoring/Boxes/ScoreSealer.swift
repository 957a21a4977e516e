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
        /// The records of a member and session in the batch, by their numbers.
        struct Group {
            let member: MemberID
            let epoch: UInt32
            var scored: [Int] = []
            var refused: [(source: SourcePosition, code: UInt8)] = []
        }
        // There are few.
        var groups: [Group] = []
        for event in opened.indices {
            guard let member = opened[event].member else { continue }
            let refusal = result.refusals[event] == nil ? nil : result.agreement.refusalOfOpened(event)
            guard refusal != nil || result.refusals[event] == nil else { continue }
            let epoch = opened[event].epoch
            let known = groups.firstIndex { $0.epoch == epoch && $0.member == member }
            let place = known ?? groups.count
            if known == nil { groups.append(Group(member: member, epoch: epoch)) }
            if let refusal {
                groups[place].refused.append((opened[event].source, refusal.rawValue))
            } else {
                groups[place].scored.append(event)
            }
        }
        groups.sort { ($0.member, $0.epoch) < ($1.member, $1.epoch) }
        var out: [NewRecord] = []
        for group in groups {
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
            var plaintext: [UInt8] = []
            plaintext.reserveCapacity(group.scored.count * width)
            for event in group.scored { plaintext += result.scoreShares[event * width..<(event + 1) * width] }
            var shares = WireScoreShares()
            let headerBytes = header.encoded(
                adding: group.scored.map { opened[$0].source }, refused: group.refused)
            shares.header = Data(headerBytes)
            shares.box = Data(
                SealedBox.seal(
                    plaintext, salted: [scoreBoxLabel, result.agreedDigest.bytes], from: result.received.bytes,
                    under: session.scoreBoxes, associated: headerBytes))
            out.append(NewRecord(TopicPartition(Topics.scores(group.member)), value: shares.encoded))
        }
        return out
    }
}
