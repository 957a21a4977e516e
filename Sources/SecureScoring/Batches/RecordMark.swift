import Audit
import EventLogs
import Records

/// What later steps ask of a transaction's record, side by side for a whole batch: the records themselves lie anywhere in memory,
/// and are long out of the caches when a batch ends.
struct RecordMark {
    let offset: Int64
    /// The record's, as statements on scores name it, and as the plan has it: a record is hashed once.
    let digest: Digest32
    /// When it came, in the log's time, microseconds since 1970.
    let arrival: Int64
    let claim: SourceClaim?
    /// What else its header says; of no meaning where there is no claim.
    let event: EventID?
    let time: EventTime
    let sessionEpoch: UInt32

    init(_ record: SealedRecord) {
        offset = record.offset
        digest = ScoreStatement.digest(ofRecord: record.record.value ?? [])
        arrival = record.record.timestamp
        claim = record.claim
        let header = record.header
        event = header?.event
        time = header?.time ?? EventTime(seconds: 0)
        sessionEpoch = header?.sessionEpoch ?? 0
    }
}
