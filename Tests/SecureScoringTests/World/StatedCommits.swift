import EventLogs
import Foundation
import Records
import Synchronization

/// The commits of statements on scores to one party's state: fails the first of them, and tells what the others held besides.
final class StatedCommits: Sendable {
    private let failures: Mutex<Int>
    private let ends = Mutex<[[Int64]]>([])
    private let scored = DispatchSemaphore(value: 0)

    /// - Parameter failures: so many commits of statements fail.
    init(failures: Int = 0) { self.failures = Mutex(failures) }

    /// The offsets that were committed with statements, a list a commit that did not fail.
    var positions: [[Int64]] { ends.withLock { $0 } }

    /// Waits until it is committed that a transaction is scored; false where that does not come within a minute.
    func waitForScored() -> Bool { scored.wait(timeout: .now() + 60) == .success }

    fileprivate func begin() throws(LogError) {
        let fails = failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw .unreachable(reason: "the test's disk is full") }
    }

    fileprivate func note(_ positions: [Position], states: Bool) {
        if states { ends.withLock { $0.append(positions.map(\.offset)) } }
        // The first record is the activation.
        if positions.contains(where: { $0.offset > 1 }) { scored.signal() }
    }
}

/// A state whose commits of statements are watched.
final class StatedState: StoreDecorator {
    let store: any StateStore
    private let commits: StatedCommits

    init(store: any StateStore, commits: StatedCommits) { (self.store, self.commits) = (store, commits) }

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        let states = writes.contains { if case .put("evidence", _) = $0 { true } else { false } }
        if states { try commits.begin() }
        try store.commit(writes, positions: positions)
        commits.note(positions, states: states)
    }
}
