import EventLogs

/// A log whose writers fence nobody.
struct UnfencedLog: LogDecorator {
    let log: any EventLog

    func writer(id: String) throws(LogError) -> any FencedWriter { Writer(log: log) }

    private final class Writer: FencedWriter {
        private let log: any EventLog

        init(log: any EventLog) { self.log = log }

        func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError) {
            if !batch.isEmpty { try log.append(batch) }
            try log.commit(positions, group: group)
        }
    }
}
