package import EventLogs
package import Keys
package import Manifests
package import Records
package import Stages
package import ThreeParty

/// The seam between the stage of a partition and what computes its batches. Sealed records and a plan go in; sealed scores and
/// agreed refusals come out. So a stage never holds a key, a share, or an opened score.
///
/// `CellBackend` computes with two other parties. A backend that computes by itself leads alone: it proposes to nobody, and a batch
/// is completed as soon as it is computed.
///
/// Used by the partition's thread. Batches are computed and completed in the order in which they were begun.
package protocol ScoringBackend: AnyObject {
    var party: PartyID { get }

    /// Whether this party says what the next batch is.
    var leads: Bool { get }

    /// Leader: names the next batch to the others; `begin` it then.
    ///
    /// - Parameter decisions: the offset on `consortium.batches` up to which this party has counted.
    func propose(_ plan: BatchPlan, decisions: Int64) throws

    /// Opens a batch, and begins to compute it.
    ///
    /// - Parameters:
    ///   - counts: those that its model reads; nil where it reads none.
    ///   - admission: refuses transactions that break their members' limits.
    func begin(_ batch: SealedBatch, counts: PartitionCounts?, admission: Admission) throws

    /// The next event; nil where there is none before `deadline`. Where it throws an abort, nothing is under way any more.
    func next(until deadline: Moment) throws -> ScoringEvent?

    /// Follower: ends the oldest batch, whose scores are in the log, and tells the leader so.
    func complete()

    /// Follower: tells the others that it won't compute the batch that was just proposed, and forgets every batch.
    func refuse(_ plan: Digest32)

    /// Follower: forgets every batch but the one that was just proposed.
    func forgetOlder()

    /// Forgets every batch.
    func abandon()

    /// Whether this party's box of a transaction opens, which only its member can have sealed then, whatever is in it.
    func opens(_ record: SealedRecord, of model: ModelManifest) throws -> Bool

    /// The session of a member with this party.
    func session(_ member: MemberID, epoch: UInt32) throws(LogError) -> Session?

    /// Opens a batch again that was decided, to count it.
    ///
    /// - Parameter agreement: what the parties agreed to take of it.
    /// - Throws: `ScoringError.notOpenedAgain` where this party can't open now what it took then.
    func reopen(_ batch: SealedBatch, _ agreement: Agreement, counts: PartitionCounts) throws -> CountedBatch
}
