import Foundation
import Logging
import SecureScoring
import Stages
import Synchronization
import Telemetry

/// A `ScorePartition` on a thread of its own.
final class PartyThread: Sendable {
    private let stopping = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// What the thread needs, until it has ended: nothing of that is to go with the thread's own closure, behind its last line.
    private let make: Mutex<(@Sendable () throws -> ScorePartition)?>

    init(_ context: PartitionContext, _ make: @escaping @Sendable () throws -> ScorePartition) {
        self.make = Mutex(make)
        Thread.detachNewThread { [self] in
            let thread = StageThread(clock: context.clock) { error in
                context.logger.error("\(error)", metadata: ["partition": "\(context.partition)"])
                context.metrics.add(1, to: .counter("cordon_log_errors_total", ""))
            }
            do {
                if let stage = try self.make.withLock({ $0.take() })?() {
                    try thread.run(stage, until: { stopping.load(ordering: .acquiring) })
                }
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
