import EventLogs
import Foundation
import Keys
import Manifests
import Records
import Sealing
import ThreeParty

/// The sealer of a batch's scores: one record of score shares for each member and session.
struct ScoreSealer {
    let party: PartyID
    let model: ModelManifest
    let sessions: SessionRegistry

    /// Score shares sealed under each member's session. The same result gives the same bytes; another one, also of the same agreed
    /// digest, is sealed under other keys.
    func scores(_ opened: [OpenedTransaction], _ result: BatchResult) throws(LogError) -> [NewRecord] {
        struct Group: Hashable {
            var member: MemberID
            var epoch: UInt32
        }
        var groups: [Group: [Int]] = [:]
        for (event, transaction) in opened.enumerated() where result.refusals[event] == nil {
            guard let member = transaction.member else { continue }
            groups[Group(member: member, epoch: transaction.epoch), default: []].append(event)
        }
        var out: [NewRecord] = []
        for (group, events) in groups.sorted(by: { ($0.key.member, $0.key.epoch) < ($1.key.member, $1.key.epoch) }) {
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
            var shares = WireScoreShares()
            let headerBytes = header.encoded(adding: events.map { opened[$0].source })
            shares.header = Data(headerBytes)
            shares.box = Data(
                SealedBox.seal(
                    events.flatMap { result.scoreShares[$0 * width..<($0 + 1) * width] },
                    salted: [scoreBoxLabel, result.agreedDigest.bytes], from: result.received.bytes,
                    under: session.scoreBoxes, associated: headerBytes))
            out.append(NewRecord(TopicPartition(Topics.scores(group.member)), value: shares.encoded))
        }
        return out
    }
}
