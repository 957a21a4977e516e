import Desk
package import EventLogs
package import Records
package import Stages

/// The stage that puts acts into `<member>.cases`: all that came while the log was busy in one batch.
package final class ActWriter: Stage {
    private static let batch = 512
    private let member: MemberID
    private let book: ActBook
    private let log: any EventLog
    private let patience: Double

    /// - Parameter patience: seconds that a turn waits for the first act.
    package init(member: MemberID, book: ActBook, log: any EventLog, patience: Double = 0.2) {
        self.member = member
        self.book = book
        self.log = log
        self.patience = patience
    }

    package func turn(until moment: Moment) throws -> Turn {
        let records = book.take(limit: Self.batch, timeout: patience)
        guard !records.isEmpty else { return .idle }
        let topic = TopicPartition(Topics.cases(member))
        do throws(LogError) {
            try log.append(records.map { NewRecord(topic, key: $0.key, value: $0.json(member: member)) })
        } catch {
            // Whether it is in the log is not known. Who asked asks again, by the same id.
            book.failed(records, .logUnavailable)
            throw error
        }
        return .worked
    }

    package func finish() throws { book.stop() }
}
