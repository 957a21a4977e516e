import EventLogs
import Keys
import Records
import Sealing

/// What a party tells members of their transactions that a log has left out, one record a source that it has found gaps of. Used by
/// the partition's thread.
struct MissingRecords {
    /// A partition of a member's topic, and the epoch of the session that the member is told under.
    struct Source: Hashable, Comparable {
        var member: MemberID
        var partition: Int
        var epoch: UInt32

        init(_ claim: SourceClaim, epoch: UInt32) {
            (member, partition, self.epoch) = (claim.member, claim.source.partition, epoch)
        }

        static func < (left: Source, right: Source) -> Bool {
            (left.member, left.partition, left.epoch) < (right.member, right.partition, right.epoch)
        }
    }

    private let party: PartyID
    /// The partition of `consortium.sealed`.
    private let partition: Int
    private let session: (MemberID, UInt32) throws(LogError) -> Session?

    init(party: PartyID, partition: Int, session: @escaping (MemberID, UInt32) throws(LogError) -> Session?) {
        self.party = party
        self.partition = partition
        self.session = session
    }

    /// The records that are due.
    func records(of taken: TakenRecords) throws(LogError) -> [NewRecord] {
        var out: [NewRecord] = []
        for (source, gaps) in taken.takeGaps() {
            guard let session = try session(source.member, source.epoch) else { continue }
            let receipt = MissingReceipt(
                party: party, sealedPartition: partition,
                spans: gaps.suffix(MissingReceipt.limit).map { .init(after: $0.after, through: $0.through) })
            out.append(
                NewRecord(TopicPartition(Topics.receipts(source.member)), value: receipt.encoded(session)))
        }
        return out
    }
}
