package import Stages

/// Limits of batches: when one closes, and how many are under way at once.
package struct BatchLimits: Sendable, Hashable {
    /// The most records of a batch of transactions.
    package var records: Int
    /// The most label records of a batch; each has up to 512 entries.
    package var labels = 8
    /// The beat on which a batch leaves that is not full, an idle cell's at once; and when nothing is under way, as small segments
    /// do in Nagle's algorithm (RFC 896): under light load, one larger batch costs less than two.
    package var beat: Beat
    /// The window of full batches: beyond it, transactions wait in the log.
    package var batches: Int
    /// The time that a follower waits for its own log to have what was proposed.
    package var catchUp: Duration

    package init(
        records: Int = 256, beat: Beat = .cell, batches: Int = 2, catchUp: Duration = .seconds(2)
    ) {
        self.records = records
        self.beat = beat
        self.batches = batches
        self.catchUp = catchUp
    }
}
