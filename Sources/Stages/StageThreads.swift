import Cglibc
import Dispatch
import Foundation
import Synchronization

/// A process as a list of stages, each on a thread of its own: all stop when one fails, or when told to.
package struct StageThreads {
    /// The nice value of a background stage's thread: beside a busy thread of the standard 0 it gets about a tenth of a processor
    /// (Linux, sched(7)).
    package static let backgroundNiceness: Int32 = 10

    private var bodies: [(name: String, isBackground: Bool, body: @Sendable () throws -> Void)] = []

    package init() {}

    /// - Parameter isBackground: whether the thread is to have a processor only as far as others leave one.
    package mutating func add(
        _ name: String, isBackground: Bool = false, _ body: @escaping @Sendable () throws -> Void
    ) {
        bodies.append((name, isBackground, body))
    }

    /// Adds a stage of a role, which is made on its thread.
    package mutating func add(_ plan: StagePlan, clock: any StageClock, stop: StopFlag) {
        add(plan.name, isBackground: plan.isBackground) {
            do {
                while !stop.isSet {
                    if let stage = try plan.make() {
                        return try StageThread(clock: clock, failed: plan.retried).run(stage, until: { stop.isSet })
                    }
                    clock.wait(for: .milliseconds(1))
                }
            } catch  where plan.outlives(error) {}
        }
    }

    /// Runs all stages until they are done; throws what the first failed with.
    package func run(stop: StopFlag) throws { try start(stop: stop).wait() }

    package func start(stop: StopFlag) -> Running {
        let running = Running()
        for (name, isBackground, body) in bodies {
            running.group.enter()
            let work = Work(body)
            let thread = Thread {
                // What the kernel calls it, too (15 characters): for top, perf and the bench.
                _ = pthread_setname_np(pthread_self(), String(name.prefix(15)))
                // Nobody may be kept from giving way, so this does not fail.
                if isBackground { _ = cordon_set_thread_niceness(Self.backgroundNiceness) }
                do {
                    try work.run()
                } catch {
                    running.failure.withLock { if $0 == nil { $0 = error } }
                    stop.stop()
                }
                running.group.leave()
            }
            thread.name = name
            thread.stackSize = 8 << 20
            thread.start()
        }
        return running
    }

    /// A stage's body, and all that it holds, until it is done. A thread's own closure goes behind its thread's last line, when
    /// libdispatch has freed what it keeps for the thread; a dispatch queue (of a database's connection) that went with it would be
    /// disposed of in freed memory.
    private final class Work: Sendable {
        private let body: Mutex<(@Sendable () throws -> Void)?>

        init(_ body: @escaping @Sendable () throws -> Void) { self.body = Mutex(body) }

        func run() throws { try body.withLock { $0.take() }?() }
    }

    package final class Running: RunningStages {
        fileprivate let group = DispatchGroup()
        fileprivate let failure = Mutex<(any Error)?>(nil)

        /// What the first stage failed with.
        package var error: (any Error)? { failure.withLock { $0 } }

        package func wait() throws {
            group.wait()
            if let error { throw error }
        }
    }
}

/// A host that gives each stage a thread.
package struct ThreadHost: StageHost {
    private let clock: any StageClock

    package init(clock: any StageClock) { self.clock = clock }

    package func start(_ plans: [StagePlan], stop: StopFlag) -> any RunningStages {
        var threads = StageThreads()
        for plan in plans { threads.add(plan, clock: clock, stop: stop) }
        return threads.start(stop: stop)
    }
}
