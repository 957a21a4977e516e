import EventLogs
import Keys
import Records
import Sealing
import Stages

/// The receipts that a party gives members for their label records: how far each source of them is counted. Sent now and then, for
/// the sources that came since. Used by the partition's thread.
struct LabelReceipts {
    private let party: PartyID
    private let session: (MemberID, UInt32) throws(LogError) -> Session?
    private var throttle = Throttle(.seconds(1))

    init(party: PartyID, session: @escaping (MemberID, UInt32) throws(LogError) -> Session?) {
        self.party = party
        self.session = session
    }

    /// The records that are due.
    mutating func records(of counts: PartitionCounts, at now: Moment) throws(LogError) -> [NewRecord] {
        guard counts.hasHeard, throttle.isDue(at: now) else { return [] }
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
