package import EventLogs
import Foundation
package import Logging
package import Records
import Synchronization

/// Reads what became of a member's transactions, whichever agent worked on them: every partition of `<member>.decisions` and
/// `<member>.rejected`, on a thread of its own. Begins with the newest decisions that are there, and is caught up once it
/// has read those.
package final class OutcomeFeed: Sendable {
    package enum Outcome: Sendable {
        /// The transaction's id and the record, both as the log has them.
        case decided(id: [UInt8], record: [UInt8])
        /// The position is that of the member's own record. What the parties refused had been taken: its id stays its own.
        case rejected(Position, code: String, field: String?, wasTaken: Bool)
    }

    private struct State {
        var caughtUp = false
        var failing: String?
    }

    private let member: MemberID
    private let log: any EventLog
    private let history: Int
    private let logger: Logger
    private let receive: @Sendable ([Outcome]) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - history: how many of the newest decisions are read back at the start.
    ///   - receive: called with what came, in order, on the feed's thread.
    package init(
        member: MemberID, log: any EventLog, history: Int, logger: Logger,
        receive: @escaping @Sendable ([Outcome]) -> Void
    ) {
        self.member = member
        self.log = log
        self.history = history
        self.logger = logger
        self.receive = receive
    }

    package var isCaughtUp: Bool { state.withLock { $0.caughtUp } }
    /// Why nothing can be read now; nil where it can.
    package var failing: String? { state.withLock { $0.failing } }

    package func run(until stop: () -> Bool) throws(LogError) {
        var places: [TopicPartition: Int64] = [:]
        while !stop() {
            do throws(LogError) {
                if places.isEmpty { places = try newest() }
                try read(&places, until: stop)
            } catch {
                // What retention took away behind this reader nobody waits for any more.
                if error.concernsOnePartition { places = [:] } else if !error.mayRetry { throw error }
                let begins = state.withLock { state in
                    defer { state.failing = "\(error)" }
                    return state.failing == nil
                }
                if begins { logger.warning("decisions can't be read: \(error)") }
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }

    private func read(_ places: inout [TopicPartition: Int64], until stop: () -> Bool) throws(LogError) {
        let reader = try log.reader(at: places.map { Position($0.key, $0.value) })
        func take(_ records: [LogRecord]) {
            for record in records { places[record.position.partition] = record.position.offset + 1 }
            if !records.isEmpty { receive(records.compactMap(outcome)) }
        }
        while !stop(), case let records = try reader.available(limit: 1024), !records.isEmpty { take(records) }
        state.withLock { $0 = State(caughtUp: true, failing: nil) }
        while !stop() { take(try reader.next(limit: 1024, timeout: .milliseconds(200))) }
    }

    /// Where the newest decisions begin, and rejections end.
    private func newest() throws(LogError) -> [TopicPartition: Int64] {
        var places: [TopicPartition: Int64] = [:]
        for (topic, back) in [(Topics.decisions(member), history), (Topics.rejected(member), 0)] {
            let count = try log.partitions(of: topic)
            for partition in (0..<count).map({ TopicPartition(topic, $0) }) {
                let end = try log.end(of: partition)
                places[partition] = max(try log.earliest(of: partition), end - Int64(back / count))
            }
        }
        return places
    }

    private func outcome(_ record: LogRecord) -> Outcome? {
        guard let value = record.value else { return nil }
        if record.position.partition.topic == Topics.decisions(member) {
            return record.key.map { .decided(id: $0, record: value) }
        }
        guard let wire = WireRejected(decoding: value), wire.stage == "ingest" || wire.stage == "decision"
        else { return nil }
        let origin = Position(TopicPartition(wire.topic, Int(wire.partition)), wire.offset)
        return .rejected(
            origin, code: wire.reason, field: wire.field.isEmpty ? nil : wire.field, wasTaken: wire.stage == "decision")
    }
}
