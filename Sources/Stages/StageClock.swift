package import Records

/// The time that stages live in: a monotonic clock to measure by, the time of day to stamp with, and waiting. Roles hand
/// it in; a simulation drives the same stages by a clock of its own.
package protocol StageClock: WallClock {
    /// The monotonic clock now.
    var now: Moment { get }

    /// Lets the calling stage wait.
    func wait(for duration: Duration)
}

extension StageClock {
    /// How long it is until a moment; zero where that has passed.
    package func left(until moment: Moment) -> Duration { max(moment - now, .zero) }
}
