package import Desk
import EventLogs
import LocalStore
import Policy
import Records

/// An event of the desk's feed: a record of one of two topics, by its position.
package struct FeedEvent: Sendable {
    package enum What: Sendable {
        /// A new alert, as it is now.
        case alert(QueueRow)
        /// An act that took effect.
        case act(DoneAct)
    }

    /// `alerts.0.1834` or `cases.0.912`: the same at every desk, and for whoever reads the topics.
    package var id: String
    package var what: What
    /// Where a reader stands behind it.
    package var cursor: FeedCursor
}

extension DeskIndex {
    /// Where the feed ends now, and the oldest place that everything behind is kept of.
    package func feedEnds() throws -> (kept: FeedCursor, end: FeedCursor) {
        try read { db in
            let rows = try db.statement(
                "SELECT kept, offset FROM positions WHERE topic = ? ORDER BY partition", Topics.alerts(member)
            ).all { (kept: $0.integer(0), end: $0.integer(1)) }
            let cases =
                try db.statement(
                    "SELECT kept, offset FROM positions WHERE topic = ?", Topics.cases(member)
                ).first { (kept: $0.integer(0), end: $0.integer(1)) } ?? (kept: 0, end: 0)
            return (
                FeedCursor(alerts: rows.map(\.kept), cases: cases.kept),
                FeedCursor(alerts: rows.map(\.end), cases: cases.end)
            )
        }
    }

    /// The feed's next events behind a cursor that lies within its ends, and the cursor behind them.
    ///
    /// Alerts stand before acts; each topic is in its own order. An alert whose record came twice is an event once. One whose
    /// payment this desk has not read yet waits for it, and what is behind it on its partition with it: filters look at both.
    package func events(behind cursor: FeedCursor, limit: Int) throws -> (events: [FeedEvent], cursor: FeedCursor) {
        let end = try feedEnds().end
        return try read { db in
            var cursor = cursor
            var events: [FeedEvent] = []
            let payments = try db.statement(
                "SELECT partition, offset FROM positions WHERE topic = ?", Topics.transactions(member)
            ).all { (partition: Int($0.integer(0)), next: $0.integer(1)) }
            let read = Dictionary(payments.map { ($0.partition, $0.next) }) { $1 }
            for partition in cursor.alerts.indices where events.count < limit {
                let rows = try db.statement(
                    """
                    SELECT \(SQLiteStatement.queueColumns), feed_offset FROM alerts
                    WHERE feed_partition = ? AND feed_offset >= ? AND feed_offset < ? ORDER BY feed_offset LIMIT ?
                    """, partition, cursor.alerts[partition], end.alerts[partition], limit - events.count
                ).all { (row: try $0.queueRow(), offset: $0.integer(SQLiteStatement.queueWidth)) }
                var waits = false
                for (row, offset) in rows {
                    let source = row.facts.source
                    if let next = read[source.partition], next <= source.offset {
                        waits = true
                        break
                    }
                    cursor.alerts[partition] = offset + 1
                    events.append(
                        FeedEvent(id: "alerts.\(partition).\(offset)", what: .alert(try db.joined(row)), cursor: cursor)
                    )
                }
                if events.count < limit, !waits { cursor.alerts[partition] = end.alerts[partition] }
            }
            guard events.count < limit else { return (events, cursor) }
            let acts = try db.statement(
                """
                SELECT offset, at, record, version FROM acts WHERE offset >= ? AND offset < ? AND refusal IS NULL ORDER BY offset LIMIT ?
                """, cursor.cases, end.cases, limit - events.count
            ).all {
                (
                    offset: $0.integer(0), at: $0.integer(1), version: $0.integer(3),
                    record: DeskRecord(json: $0.blob(2) ?? [])
                )
            }
            for (offset, at, version, record) in acts {
                cursor.cases = offset + 1
                guard let record else { continue }
                events.append(
                    FeedEvent(
                        id: "cases.0.\(offset)",
                        what: .act(DoneAct(offset: offset, at: at, version: version, record: record)),
                        cursor: cursor))
            }
            if events.count < limit { cursor.cases = end.cases }
            return (events, cursor)
        }
    }

    /// The place in the feed behind which everything is that came at a time or later.
    ///
    /// - Parameter time: microseconds since 1970: by an alert's decision, and by the log's clock of an act.
    package func cursor(since time: Int64) throws -> FeedCursor {
        var cursor = try feedEnds().end
        try read { db in
            for partition in cursor.alerts.indices {
                let first = try db.statement(
                    "SELECT min(feed_offset) FROM alerts WHERE feed_partition = ? AND feed_offset IS NOT NULL AND decided >= ?",
                    partition, time
                ).first { $0.optionalInteger(0) }
                cursor.alerts[partition] = min(first ?? .max, cursor.alerts[partition])
            }
            let act = try db.statement("SELECT min(offset) FROM acts WHERE at >= ?", time).first {
                $0.optionalInteger(0)
            }
            cursor.cases = min(act ?? .max, cursor.cases)
        }
        return cursor
    }
}
