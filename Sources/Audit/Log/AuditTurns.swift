import Synchronization

/// The writer of an audit log that several programs of one role write to in turn: it opens the log for each event, signs a head
/// over it, and lets the log go. For a role that has little to write, since the whole log is checked each time.
package final class AuditTurns: AuditWriter {
    private struct State {
        /// Events that could not be written yet.
        var waiting: [AuditEvent] = []
        var trouble: (any Error)?
    }

    private let open: @Sendable () throws -> AuditLog
    private let show: @Sendable (AuditLog) -> Void
    private let state = Mutex(State())

    /// Checks what is stored, or begins the log, and signs what is under no head yet.
    ///
    /// - Parameters:
    ///   - show: gets the log once a head is over all that is in it, to show it to others.
    ///   - open: opens the log, once no other program has it.
    /// - Throws: as `open`.
    package init(
        showing show: @escaping @Sendable (AuditLog) -> Void = { _ in }, open: @escaping @Sendable () throws -> AuditLog
    ) throws {
        self.open = open
        self.show = show
        let log = try open()
        _ = log.sign()
        show(log)
    }

    /// Why the last write failed; nil where all that was told is written.
    package var trouble: (any Error)? { state.withLock { $0.trouble } }

    package func write(_ event: AuditEvent) {
        state.withLock { state in
            state.waiting.append(event)
            do {
                let log = try open()
                for event in state.waiting { log.write(event) }
                _ = log.sign()
                if let trouble = log.trouble { throw trouble }
                show(log)
                state = State()
            } catch { state.trouble = error }
        }
    }
}
