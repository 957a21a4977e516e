import Audit
import EventLogs
import Records

/// What later steps ask of a transaction's record, side by side for a whole batch: the records themselves lie anywhere in memory,
/// and are long out of the caches when a batch ends.
struct RecordMark {
    let offset: Int64
    /// The record's, as statements on scores name it, and as the plan has it: a record is hashed once.
    let digest: Digest32
    let claim: SourceClaim?
    /// The epoch of the member's session by the header; 0 where there is none.
    let sessionEpoch: UInt32

    init(_ record: SealedRecord) {
        offset = record.offset
        digest = ScoreStatement.digest(ofRecord: record.record.value ?? [])
        claim = record.claim
        sessionEpoch = record.header?.sessionEpoch ?? 0
    }
}
