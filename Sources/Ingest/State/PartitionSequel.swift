package import EventLogs

/// The sequel of a partition whose work ended with an error.
package enum PartitionSequel: Sendable, Hashable {
    /// Another process has taken the state over, and the group will say so.
    case handedOver
    /// The partition begins again from its last checkpoint, after a pause.
    case begunAgain
    /// The partition is given up for what the log holds.
    case stopped
    /// The process ends.
    case fatal

    /// - Parameter state: the partition's.
    package init(after error: LogError, of state: AgentState) {
        if case .fenced = error {
            self.init(afterFencing: state)
        } else if error.concernsOnePartition {
            self = .stopped
        } else {
            self = error.mayRetry ? .begunAgain : .fatal
        }
    }

    /// Fencing alone does not say which of two processes has the partition: one that was replaced may have opened its writer
    /// later than its successor. The state's owner is the successor.
    private init(afterFencing state: AgentState) {
        do throws(LogError) {
            _ = try state.position(state.transactions)
            self = .begunAgain
        } catch .fenced {
            self = .handedOver
        } catch {
            self.init(after: error, of: state)
        }
    }
}
