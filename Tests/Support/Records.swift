package import EventLogs
package import Records

/// A name that is none.
package struct NotAName: Error {
    package let name: String
}

package func member(_ name: String) throws -> MemberID {
    guard let member = MemberID(name) else { throw NotAName(name: name) }
    return member
}

package func payment(
    _ id: String, seconds: Int64, customer: String = "c1", terminal: String = "t1", amount: Int64 = 1000
) -> Transaction {
    Transaction(
        id: id, time: EventTime(seconds: seconds), customer: customer, terminal: terminal, amount: MinorUnits(amount))
}

extension LogReader {
    /// The next `count` records, from as many calls as it takes; fewer where nothing comes for a minute.
    package func read(_ count: Int) throws(LogError) -> [LogRecord] {
        var records: [LogRecord] = []
        while records.count < count {
            let more = try next(limit: count - records.count, timeout: .seconds(60))
            if more.isEmpty { break }
            records += more
        }
        return records
    }
}

extension NewRecord {
    package init(_ partition: TopicPartition, _ text: String) { self.init(partition, value: Array(text.utf8)) }
}

extension LogRecord {
    package var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

package func isUnreachable(_ error: any Error) -> Bool {
    if case LogError.unreachable = error { true } else { false }
}

package func isFailure(_ error: any Error) -> Bool {
    if case LogError.failed = error { true } else { false }
}
