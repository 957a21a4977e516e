/// A part of the pipeline that works through the log in turns. One thread (`StageThread`) or a simulation takes one turn after
/// the other; a stage owns no thread, no clock and no loop.
///
/// A turn that throws has left nothing half done that a stage begun anew from what is stored would not find again. Where its
/// type does not say that an error ends it, the same stage may be turned again after an error that passes (`Retry`).
package protocol Stage: AnyObject {
    /// Does what there is to do. Where there is nothing, waits for it until `moment` at most.
    func turn(until moment: Moment) throws -> Turn

    /// Begins nothing new from now on; what is under way is brought to its end by further turns.
    func stop()

    /// Whether there is work that further turns must end before the stage may finish.
    var isUnderWay: Bool { get }

    /// Stores how far the stage is, after its last turn.
    func finish() throws
}

extension Stage {
    package func stop() {}
    package var isUnderWay: Bool { false }
    package func finish() throws {}
}

/// How a turn ended.
package enum Turn: Sendable, Hashable {
    /// There may be more to do at once.
    case worked
    /// There was nothing to do.
    case idle
    /// There was less than a batch to do: after so long more will share the next turn.
    case rest(Duration)
}
