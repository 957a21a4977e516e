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
    private let state = Mutex(State())

    /// Checks what is stored, or begins the log, and signs what is under no head yet.
    ///
    /// - Parameter open: opens the log, once no other program has it.
    /// - Throws: as `open`.
    package init(open: @escaping @Sendable () throws -> AuditLog) throws {
        self.open = open
        _ = try open().sign()
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
                state = State()
            } catch { state.trouble = error }
        }
    }
}
