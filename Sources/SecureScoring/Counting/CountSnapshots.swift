import EventLogs
import Stages
import Synchronization

/// The writer of snapshots of a party's counts, now and then, beside the partition's thread: counts follow from the log, and a
/// snapshot only shortens what is counted again after a restart.
final class CountSnapshots: Sendable {
    private struct State {
        var isWriting = false
        var failure: LogError?
        var next: Moment
    }

    private let store: any StateStore
    private let period: Duration
    private let limit: Int
    private let work: SideWork
    private let clock: any StageClock
    private let state: Mutex<State>

    /// - Parameters:
    ///   - store: the counts' own, so that nothing waits for a snapshot.
    ///   - work: where snapshots are written.
    ///   - period: from the end of one to the beginning of the next.
    ///   - limit: of events that changed since, which are written down before the period is over: a history comes faster than any
    ///     stream.
    init(
        store: any StateStore, clock: any StageClock, work: SideWork, period: Duration = .seconds(60),
        limit: Int = 131_072
    ) {
        self.work = work
        self.store = store
        self.period = period
        self.limit = limit
        self.clock = clock
        state = Mutex(State(next: clock.now + period))
    }

    /// Whether it is time for the next one. Throws what the last one failed with.
    ///
    /// - Parameter changes: events that changed since the last one.
    func isDue(changes: Int) throws(LogError) -> Bool {
        let isDue = state.withLock { !$0.isWriting && (changes >= limit || clock.now >= $0.next) }
        try check()
        return isDue
    }

    /// Throws what the last one failed with.
    private func check() throws(LogError) {
        let failure = state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
        if let failure { throw failure }
    }

    /// Begins to write one.
    func write(_ snapshot: PartitionCounts.Snapshot) {
        state.withLock { $0.isWriting = true }
        work.run { [self] in
            var failure: LogError?
            do throws(LogError) { try snapshot.write(to: store) } catch { failure = error }
            state.withLock { state in
                state.isWriting = false
                state.failure = failure
                state.next = clock.now + period
            }
        }
    }

    /// Writes the last one, and returns when it is written.
    func finish(_ snapshot: PartitionCounts.Snapshot) throws(LogError) {
        work.wait()
        try check()
        try snapshot.write(to: store)
    }

    /// Returns when nothing is being written.
    func wait() { work.wait() }
}
