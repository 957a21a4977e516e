package import EventLogs

/// The loop around a stage: turns until it is told to stop and nothing is under way, rests and retries in between.
package struct StageThread {
    /// The longest that a turn waits for something to do, and so the longest until a stage sees that it is to stop.
    package static let patience = Duration.milliseconds(200)

    private let clock: any StageClock
    private let failed: ((LogError) -> Void)?

    /// - Parameter failed: told of each error that is tried again. Nil for stages that an error ends, whatever it is: they are
    ///   begun anew from what is stored.
    package init(clock: any StageClock, failed: ((LogError) -> Void)?) {
        self.clock = clock
        self.failed = failed
    }

    /// Returns when `stop` said so and the stage has finished; throws an error that does not pass.
    package func run(_ stage: some Stage, until stop: () -> Bool) throws {
        var retry = Retry()
        while true {
            if stop() {
                stage.stop()
                if !stage.isUnderWay { break }
            }
            do {
                let turn = try stage.turn(until: clock.now + Self.patience)
                retry.succeeded()
                if case .rest(let pause) = turn { clock.wait(for: pause) }
            } catch let error as LogError {
                guard let failed, let pause = retry.pause(after: error) else { throw error }
                failed(error)
                clock.wait(for: pause)
            }
        }
        try stage.finish()
    }
}
