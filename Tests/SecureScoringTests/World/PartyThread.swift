import Foundation
import SecureScoring
import Synchronization

/// A `ScorePartition` on a thread of its own.
final class PartyThread: Sendable {
    private let stopping = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ make: @escaping @Sendable () throws -> ScorePartition) {
        Thread.detachNewThread { [self] in
            do {
                let partition = try make()
                try partition.run(until: { stopping.load(ordering: .acquiring) })
            } catch {
                failure.withLock { $0 = error }
            }
            done.signal()
        }
    }

    /// Waits for the end; returns what it failed with.
    func stop() -> (any Error)? {
        stopping.store(true, ordering: .releasing)
        done.wait()
        return failure.withLock { $0 }
    }
}
