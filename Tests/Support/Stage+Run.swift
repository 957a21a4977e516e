package import Stages

extension Stage {
    /// Turns until told to stop, and finishes. An error ends it.
    package func run(by clock: any StageClock, until stop: () -> Bool) throws {
        try StageThread(clock: clock, failed: nil).run(self, until: stop)
    }
}
