import Counters
import EventLogs
import Foundation
import Keys
import Records
import ThreeParty

/// Turns a batch's result into records: one of score shares for each member, and one for each refused transaction.
struct ScoreSealer {
    let party: PartyID
    let model: ActiveModel
    let sessions: SessionRegistry
    /// Where a member's rejected originals are sealed to.
    let recipients: [MemberID: HPKEPublicKey]

    /// Score shares sealed under each member's session. The same result gives the same bytes.
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
            let width = model.manifest.shape.ringBytes
            var header = WireScoreHeader()
            header.schema = 1
            header.party = UInt32(party.rawValue)
            header.member = group.member.name
            header.planDigest = Data(result.agreedDigest.bytes)
            header.sessionEpoch = group.epoch
            header.modelDigest = Data(model.manifest.digest.bytes)
            header.modelVersion = model.manifest.version
            header.ringBits = UInt32(model.manifest.shape.ringBits)
            var shares = WireScoreShares()
            let headerBytes = header.encoded(adding: events.lazy.map { opened[$0].source })
            shares.header = Data(headerBytes)
            shares.box = Data(
                SealedBox.seal(
                    events.flatMap { result.scoreShares[$0 * width..<($0 + 1) * width] },
                    once: [scoreBoxLabel, result.agreedDigest.bytes], under: session.down, associated: headerBytes))
            out.append(NewRecord(TopicPartition(Topics.scores(group.member)), value: shares.encoded))
        }
        return out
    }

    /// Records of refused transactions, for their members; the leader alone writes them.
    func rejections(
        _ records: [LogRecord], _ opened: [OpenedTransaction], _ result: BatchResult
    ) -> [NewRecord] {
        var out: [NewRecord] = []
        for (event, refused) in result.refusals.enumerated() {
            guard let refused else { continue }
            let member = opened[event].member
            let position = records[event].position
            let record = RejectedRecord.make(
                reason: refused.refusal.code, stage: "scoring", party: refused.party, member: member,
                origin: .init(
                    topic: position.partition.topic, partition: position.partition.partition, offset: position.offset),
                original: records[event].value ?? [], recipient: member.flatMap { recipients[$0] })
            let topic = member.map { Topics.rejected($0) } ?? Topics.rejected
            out.append(NewRecord(TopicPartition(topic), value: record.encoded))
        }
        return out
    }
}

// MARK: Labels

extension ScoreSealer {
    /// Label records that a party can't use, for their members.
    func rejections(_ records: [LogRecord], _ opened: [OpenedLabels], _ result: BatchResult) -> [NewRecord] {
        zip(records, zip(opened, result.refusals)).compactMap { record, labels in
            labels.1.map { refused in
                rejection(
                    reason: refused.refusal.code, party: refused.party, member: labels.0.member, entry: 0, of: record)
            }
        }
    }

    /// An entry that is not counted, for the member that sent it.
    func rejection(_ refused: PartitionCounts.RefusedLabel, of record: LogRecord) -> NewRecord {
        rejection(
            reason: refused.error.rawValue, party: nil, member: refused.member, entry: refused.entry, of: record)
    }

    private func rejection(
        reason: String, party: PartyID?, member: MemberID?, entry: Int, of record: LogRecord
    ) -> NewRecord {
        let position = record.position
        let rejected = RejectedRecord.make(
            reason: reason, stage: "counting", party: party, member: member,
            origin: .init(
                topic: position.partition.topic, partition: position.partition.partition, offset: position.offset,
                index: entry),
            original: entry == 0 ? record.value : nil, recipient: member.flatMap { recipients[$0] })
        return NewRecord(
            TopicPartition(member.map { Topics.rejected($0) } ?? Topics.rejected), value: rejected.encoded)
    }
}

extension Refusal {
    /// The stable code in a rejected record (docs/REJECTIONS.md).
    package var code: String {
        switch self {
        case .headerMalformed: "header_malformed"
        case .unknownMember: "unknown_member"
        case .unknownSession: "unknown_session"
        case .wrongFeatureSpec: "wrong_feature_spec"
        case .boxMissing: "box_missing"
        case .boxNotOpened: "box_not_opened"
        case .boxMalformed: "box_malformed"
        case .unknownTokenEpoch: "unknown_token_epoch"
        case .unknownSchema: "unknown_schema"
        }
    }
}
