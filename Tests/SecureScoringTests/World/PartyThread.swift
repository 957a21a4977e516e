import Foundation
import SecureScoring
import Synchronization

/// A `ScorePartition` on a thread of its own.
final class PartyThread: Sendable {
    private let stopping = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// What the thread needs, until it has ended: nothing of that is to go with the thread's own closure, behind its last line.
    private let make: Mutex<(@Sendable () throws -> ScorePartition)?>

    init(_ make: @escaping @Sendable () throws -> ScorePartition) {
        self.make = Mutex(make)
        Thread.detachNewThread { [self] in
            do {
                let partition = try self.make.withLock { $0.take() }?()
                try partition?.run(until: { stopping.load(ordering: .acquiring) })
            } catch {
                failure.withLock { $0 = error }
            }
            done.signal()
        }
    }

    /// Waits for the end; returns what it failed with.
    func stop() -> (any Error)? {
        stopping.store(true, ordering: .releasing)
        return wait()
    }

    /// Waits for the end that it comes to by itself.
    func wait() -> (any Error)? {
        done.wait()
        return failure.withLock { $0 }
    }
}
