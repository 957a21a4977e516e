package import EventLogs

/// The loop around a stage, a step at a time: turns until the stage is told to stop and nothing is under way, then its end. A
/// thread (`StageThread`) or a simulation takes one step after the other, and rests as long as each says.
package struct StageLoop {
    private let failed: ((LogError) -> Void)?
    private var retry = Retry()

    /// - Parameter failed: told of each error that is tried again. Nil for stages that an error ends, whatever it is: they are
    ///   begun anew from what is stored.
    package init(failed: ((LogError) -> Void)?) { self.failed = failed }

    /// What a step came to.
    package enum Step: Sendable, Hashable {
        case turned(Turn)
        /// An error that passes: the next step is to be taken after so long.
        case failed(Duration)
        /// The stage has finished: there is no next step.
        case ended
    }

    /// - Parameter moment: until when a turn may wait for something to do.
    /// - Throws: an error that does not pass; the stage is done with then.
    package mutating func step(_ stage: some Stage, until moment: Moment, isStopping: Bool) throws -> Step {
        if isStopping {
            stage.stop()
            guard stage.isUnderWay else {
                try stage.finish()
                return .ended
            }
        }
        do {
            let turn = try stage.turn(until: moment)
            retry.succeeded()
            return .turned(turn)
        } catch let error as LogError {
            guard let failed, let pause = retry.pause(after: error) else { throw error }
            failed(error)
            return .failed(pause)
        }
    }
}
