package import EventLogs

/// The loop around a stage on the calling thread, which rests in between.
package struct StageThread {
    /// The longest that a turn waits for something to do, and so the longest until a stage sees that it is to stop.
    package static let patience = Duration.milliseconds(200)

    private let clock: any StageClock
    private let failed: ((LogError) -> Void)?

    /// - Parameter failed: as a `StageLoop` has it.
    package init(clock: any StageClock, failed: ((LogError) -> Void)?) {
        self.clock = clock
        self.failed = failed
    }

    /// Returns when `stop` said so and the stage has finished; throws an error that does not pass.
    package func run(_ stage: some Stage, until stop: () -> Bool) throws {
        var loop = StageLoop(failed: failed)
        while true {
            switch try loop.step(stage, until: clock.now + Self.patience, isStopping: stop()) {
            case .turned(.rest(let pause)), .failed(let pause): clock.wait(for: pause)
            case .turned: continue
            case .ended: return
            }
        }
    }
}
