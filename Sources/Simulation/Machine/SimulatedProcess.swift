import EventLogs
package import Stages

/// A process of a simulated consortium: its stages take steps in turns with everybody else's, on one thread. It is its role's
/// host, as threads are of a real one's.
///
/// Unchecked, because a consortium is used by one thread; roles ask for hosts that may be sent to others.
package final class SimulatedProcess: StageHost, @unchecked Sendable {
    package let log: SimulatedLog
    package let clock: SimulatedClock
    /// Stages in no order of importance; those that have ended are left out now and then.
    private var tasks: [Task] = []
    /// Takes no steps while it is.
    package private(set) var isFrozen = false
    /// The steps that its stages take until it freezes; nil where it is not to.
    private var stepsLeft: Int?
    /// The role's own stages; nil before they were started.
    private var role: (any RunningStages)?
    private let stopFlag = StopFlag()

    package init(log: SimulatedLog, clock: SimulatedClock) {
        self.log = log
        self.clock = clock
    }

    /// A stage, from before it is made until it has ended.
    private final class Task {
        let plan: StagePlan
        let stop: StopFlag
        var stage: (any Stage)?
        var loop: StageLoop
        /// No step is taken before.
        var wake: Moment
        /// The pause after a turn that found nothing to do: as one that waits for something would end.
        var idle = Task.shortest
        var hasEnded = false
        var error: (any Error)?

        private static let shortest = Duration.microseconds(500)
        private static let longest = Duration.milliseconds(32)

        init(_ plan: StagePlan, stop: StopFlag, wake: Moment) {
            self.plan = plan
            self.stop = stop
            self.wake = wake
            loop = StageLoop(failed: plan.retried)
        }

        func step(_ clock: any StageClock) {
            do {
                try advance(clock)
            } catch {
                hasEnded = true
                stage = nil
                guard !plan.outlives(error) else { return }
                self.error = error
                stop.stop()
            }
        }

        private func advance(_ clock: any StageClock) throws {
            guard let stage else {
                hasEnded = stop.isSet
                guard !hasEnded else { return }
                stage = try plan.make()
                if stage == nil { rest(clock) }
                return
            }
            switch try loop.step(stage, until: clock.now, isStopping: stop.isSet) {
            case .turned(.idle): return rest(clock)
            case .turned(.worked): break
            case .turned(.rest(let pause)), .failed(let pause): wake = clock.now + pause
            case .ended:
                hasEnded = true
                self.stage = nil
            }
            idle = Task.shortest
        }

        private func rest(_ clock: any StageClock) {
            wake = clock.now + idle
            idle = min(idle * 2, Task.longest)
        }
    }

    /// Stages that were started together.
    private final class Running: RunningStages, @unchecked Sendable {
        let tasks: [Task]
        let clock: any StageClock

        init(_ tasks: [Task], clock: any StageClock) {
            self.tasks = tasks
            self.clock = clock
        }

        var error: (any Error)? { tasks.lazy.compactMap(\.error).first }

        func wait() throws {
            for task in tasks {
                // A stage with something under way would need others' turns: none that a role waits for has.
                for _ in 0..<100 where !task.hasEnded { task.step(clock) }
                guard task.hasEnded else { throw LogError.failed(reason: "a simulated stage does not end") }
            }
            if let error { throw error }
        }
    }

    package func start(_ plans: [StagePlan], stop: StopFlag) -> any RunningStages {
        let new = plans.map { Task($0, stop: stop, wake: clock.now) }
        tasks = tasks.filter { !$0.hasEnded } + new
        return Running(new, clock: clock)
    }

    // MARK: For the simulation

    /// Starts the role's own stages.
    package func run(_ plans: [StagePlan]) { role = start(plans, stop: stopFlag) }

    /// The error that the role ended with; nil while it runs.
    package var failure: (any Error)? { role?.error }

    /// Every stage takes a step that is due, in an order that is drawn.
    package func step(using random: inout some RandomNumberGenerator) {
        guard !isFrozen else { return }
        let now = clock.now
        for task in tasks.filter({ !$0.hasEnded && $0.wake <= now }).shuffled(using: &random) where !task.hasEnded {
            if let left = stepsLeft {
                guard left > 0 else {
                    freeze()
                    return
                }
                stepsLeft = left - 1
            }
            task.step(clock)
            if task.error != nil, failure != nil { return }
        }
    }

    /// When the next step is due; nil where there is none.
    package var wake: Moment? {
        guard !isFrozen else { return nil }
        return tasks.lazy.filter { !$0.hasEnded }.map(\.wake).min()
    }

    /// No stage takes a step any more, after some that they still take.
    package func freeze(after steps: Int = 0) {
        stepsLeft = steps > 0 ? steps : nil
        if steps == 0 { isFrozen = true }
    }

    /// Its stages go on, one after the other, as the threads of a process do that comes back.
    package func thaw(using random: inout some RandomNumberGenerator) {
        guard isFrozen || stepsLeft != nil else { return }
        (isFrozen, stepsLeft) = (false, nil)
        for task in tasks {
            task.wake = max(task.wake, clock.now + .milliseconds(Int.random(in: 0..<300, using: &random)))
        }
    }

    /// Asks the process to stop: its stages finish, each in its next steps.
    package func ask() { stopFlag.stop() }

    /// Whether every stage has.
    package var hasEnded: Bool { tasks.allSatisfy(\.hasEnded) }

    /// The end of the process as its machine fails: no stage finishes anything.
    package func kill() {
        tasks = []
        log.disturb(.dead)
    }
}
