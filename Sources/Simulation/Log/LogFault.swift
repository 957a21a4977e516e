/// What a simulated log does wrong to one process.
package enum LogFault: Sendable, Hashable, Codable {
    /// The next appends are refused: nothing is in the log.
    case refuseAppends(Int)
    /// The next appends are in the log, but their writer hears that the log can't be reached, and appends again.
    case loseAnswers(Int)
    /// The next reads are refused.
    case refuseReads(Int)
    /// The newest records of every partition are not seen yet by this process where it waits for what comes next: it lags behind
    /// the others. What is available, it sees.
    case lag(records: Int)
    /// Each call takes so long, and everybody else waits meanwhile.
    case slow(Duration)
    /// The next label records that this process appends are not in the log, though their writer hears that they are.
    case loseLabels(Int)
    /// The next sealed transactions that this process appends are not in the log, though their writer hears that they are.
    case loseTransactions(Int)
    /// The next records of labels and transactions that this process appends are held back, each until it has appended others.
    case holdBack(Int)
    /// The process is gone: whatever it still does fails.
    case dead
}
