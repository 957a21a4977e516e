import EventLogs
import Keys
import Records
import Sealing

/// The receipts that a party gives members for their label records: how far each source of them is counted. Sent behind a batch of
/// labels, one a source that it has records of. Used by the partition's thread.
struct LabelReceipts {
    private let party: PartyID
    private let session: (MemberID, UInt32) throws(LogError) -> Session?

    init(party: PartyID, session: @escaping (MemberID, UInt32) throws(LogError) -> Session?) {
        self.party = party
        self.session = session
    }

    /// The records that are due.
    func records(of counts: PartitionCounts) throws(LogError) -> [NewRecord] {
        var out: [NewRecord] = []
        for (source, counted, isMissing) in counts.takeHeard() {
            guard let session = try session(source.member, source.epoch) else { continue }
            let receipt = LabelReceipt(
                party: party, partition: source.partition, counted: counted, isMissing: isMissing)
            out.append(
                NewRecord(TopicPartition(Topics.receipts(source.member)), value: receipt.encoded(session)))
        }
        return out
    }
}
