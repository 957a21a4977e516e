package import Records

/// An event of batches under way.
package enum ScoringEvent {
    /// Follower: the leader names a batch. `begin` it, or `refuse` it.
    case proposed(PlanProposal, digest: Digest32)
    /// The next batch is computed: all parties computed the same plan with the same refusals.
    case computed(ScoredBatch)
    /// Leader: the oldest batch's scores are in the log at all parties.
    case completed
}
