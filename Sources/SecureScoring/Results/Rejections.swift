import Counters
package import EventLogs
import Keys
import Records
import Sealing
package import ThreeParty

/// The records that tell members what of theirs was refused. An original goes along, sealed to the member, where a party had
/// opened its box before it refused: what names a member and is not known to be of it costs nobody a seal.
package struct Rejections {
    /// The members of the consortium, and the keys that their rejected originals are sealed to.
    let recipients: any Recipients

    package init(recipients: any Recipients) { self.recipients = recipients }

    /// Records of what the parties agreed to refuse of a batch; the leader alone writes them.
    package func records(of batch: SealedBatch, _ agreement: Agreement) -> [NewRecord] {
        switch batch.content {
        case .transactions(let records):
            refused(records, agreement) { transaction, refused in
                record(
                    refused.refusal.code, by: refused.party, of: transaction.record, stage: "scoring",
                    member: transaction.sender, isOpened: refused.refusal.isOfOpenedBox)
            }
        case .labels(let records):
            refused(records, agreement) { labels, refused in
                record(
                    refused.refusal.code, by: refused.party, of: labels, stage: "counting",
                    member: LabelRecord(labels.value ?? [])?.header.member,
                    isOpened: refused.refusal.isOfOpenedBox)
            }
        }
    }

    /// The record of a label that is not counted.
    package func record(_ refused: RefusedLabel, of batch: SealedBatch) -> NewRecord {
        record(
            refused.error.rawValue, by: nil, of: batch.content.records[refused.record], stage: "counting",
            member: refused.member, isOpened: true, entry: refused.entry)
    }

    private func refused<Record>(
        _ records: [Record], _ agreement: Agreement, _ body: (Record, AgreedRefusal) -> NewRecord
    ) -> [NewRecord] {
        zip(records, agreement.refusals).compactMap { record, refused in
            // What is answered already was no mistake.
            refused.flatMap { $0.refusal == .repeated ? nil : body(record, $0) }
        }
    }

    /// - Parameters:
    ///   - named: the sender, as the record says; nobody's where it is no member.
    ///   - isOpened: whether the sender is known to be it.
    ///   - entry: the number of the label in its record; the original goes along with the first alone.
    private func record(
        _ reason: String, by party: PartyID?, of record: LogRecord, stage: String, member named: MemberID?,
        isOpened: Bool, entry: Int = 0
    ) -> NewRecord {
        let position = record.position
        let recipient = named.flatMap { recipients.hpke(of: $0) }
        let member = recipient == nil ? nil : named
        let rejected = RejectedRecord.make(
            reason: reason, stage: stage, party: party, member: member,
            origin: .init(
                topic: position.partition.topic, partition: position.partition.partition, offset: position.offset,
                index: entry),
            original: entry == 0 && isOpened ? record.value ?? [] : nil, recipient: recipient)
        return NewRecord(
            TopicPartition(member.map { Topics.rejected($0) } ?? Topics.rejected), value: rejected.encoded)
    }
}
