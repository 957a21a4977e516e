import EventLogs

/// The rule of all stages for errors that pass: the log can't be reached now (`LogError.mayRetry`). Pauses grow from 50 ms to
/// one second, so that a broker that comes back is not met by everybody at once.
package struct Retry: Sendable {
    private static let shortest = Duration.milliseconds(50)
    private static let longest = Duration.seconds(1)
    private var next = Self.shortest

    package init() {}

    /// How long to wait before the next try; nil for an error that a later try would meet again.
    package mutating func pause(after error: any Error) -> Duration? {
        guard let error = error as? LogError, error.mayRetry else { return nil }
        return pause()
    }

    /// How long to wait before the next try, where the caller has found that there is to be one.
    package mutating func pause() -> Duration {
        defer { next = min(next * 2, Self.longest) }
        return next
    }

    /// A try that went well ends the row of failures.
    package mutating func succeeded() { next = Self.shortest }
}
