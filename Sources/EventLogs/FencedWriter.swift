/// Appends batches of which each is in the log whole or not at all, together with the positions that it was computed from,
/// and only as long as no newer writer of the same id exists (Kafka's transactions, KIP-98). Readers see whole batches
/// only. Not shared between threads.
package protocol FencedWriter: AnyObject {
    /// Appends `batch` and stores `positions` for `group`, both or neither.
    ///
    /// All partitions belong to one owner (what is before the topic's first dot).
    /// - Throws: `LogError.fenced` once a newer writer of this id was opened: nothing was written, nor ever will be by
    ///   this one. After any other error it is unknown whether the batch is in the log, and this writer is spent: the
    ///   caller opens a new one, reads the log's end and goes on from there.
    func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError)
}
