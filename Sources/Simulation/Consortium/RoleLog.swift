import Logging
import Stages

/// What a role of a simulated consortium logs, a line each with the simulated time.
struct RoleLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug
    let role: Role
    let clock: SimulatedClock
    let write: @Sendable (String) -> Void

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let milliseconds = (clock.microseconds - Terms.start) / 1000
        let more = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        write("\(milliseconds) ms \(role) \(event.level): \(event.message)\(more)")
    }
}
