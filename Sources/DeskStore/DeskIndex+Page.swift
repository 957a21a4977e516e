package import Desk
package import EventLogs
import LocalStore
package import Policy
import Records

/// All that the page of one alert shows beside its event.
package struct AlertPicture: Sendable {
    package var row: QueueRow
    /// Where the alert's event stands; nil where nobody but people put it before the desk.
    package var event: Position?
    /// The payment itself; nil where its record can't be read.
    package var payment: KnownPayment?
    /// The customer's earlier payments that were decided, the latest first, up to `DeskIndex.pastLimit`.
    package var past: [KnownPayment]
    package var links: [LinkedAlerts]
    package var record: BandRecord
    package var history: [DoneAct]
    package var labels: [KnownLabel]
    /// The case that it is in, and open ones about its names.
    package var file: (id: ItemID, file: CaseFile)?
    package var cases: [(id: ItemID, file: CaseFile)]
    /// Why it was an alert; nil where nobody has asked.
    package var reasons: ReasonsEvent?
    /// What is known of the way of its labels.
    package var journey: LabelJourney.Facts?
}

extension AlertPicture {
    /// Leaves out other alerts that are none of a team's.
    package mutating func keep(_ team: TeamScope) {
        guard team != .everything else { return }
        for place in links.indices { links[place].rows.removeAll { !team.has($0) } }
        links.removeAll { $0.rows.isEmpty }
    }
}

/// Other alerts of one name.
package struct LinkedAlerts: Hashable, Sendable {
    package var kind: LinkKind
    package var name: String
    /// The newest ones.
    package var rows: [QueueRow]
    /// How many more there are; `isMore` says that there may be even more.
    package var rest: Int
    package var isMore: Bool
}

/// What became of alerts of about the same probability: verdicts of thirty days.
package struct BandRecord: Hashable, Sendable {
    /// Probabilities from, and below; the last band has 1, too.
    package var from: Double
    package var below: Double
    package var frauds: Int
    package var legitimate: Int
    /// Verdicts that say neither.
    package var open: Int

    package var judged: Int { frauds + legitimate }
}

extension DeskIndex {
    /// Most earlier payments that a page looks at, how far back they go in seconds, and most linked alerts of a name.
    package static let pastLimit = 300
    package static let pastReach: Int64 = 180 * EventTime.day
    package static let linkedRows = 6

    /// The picture of an alert; nil where its event has not come.
    package func picture(of item: ItemID, now: Int64) throws -> AlertPicture? {
        let history = try history(of: item)
        let labels = try alert(item).map { try self.labels(of: $0.facts.transaction) } ?? []
        return try read { db in
            let found = try db.statement(
                """
                SELECT \(SQLiteStatement.queueColumns), n, feed_partition, feed_offset FROM alerts
                WHERE item = ? AND rank IS NOT NULL
                """, item.bytes
            ).first { row in
                (
                    row: try row.queueRow(), n: row.integer(SQLiteStatement.queueWidth),
                    event: row.isNull(SQLiteStatement.queueWidth + 2)
                        ? nil
                        : Position(
                            TopicPartition(Topics.alerts(member), Int(row.integer(SQLiteStatement.queueWidth + 1))),
                            row.integer(SQLiteStatement.queueWidth + 2))
                )
            }
            guard let found else { return nil }
            let row = try db.joined(found.row)
            return AlertPicture(
                row: row, event: found.event, payment: try db.payment(at: row.facts.source),
                past: try db.past(of: row.facts), links: try db.links(of: row, n: found.n),
                record: try db.record(of: row.facts.probability, now: now), history: history, labels: labels,
                file: try row.work.file.flatMap { id in try db.file(id).map { (id, $0) } },
                cases: try db.cases(about: row),
                reasons: try db.reasons(of: item), journey: try db.journey(of: row.facts, labels))
        }
    }
}

extension SQLiteConnection {
    /// Open cases about the names of an alert.
    fileprivate func cases(about row: QueueRow) throws -> [(id: ItemID, file: CaseFile)] {
        try DeskCodes.links.compactMap { kind in
            guard let name = row.entities[kind], !name.isEmpty,
                let id = try openFile(about: .init(kind, name)), let file = try file(id)
            else { return nil }
            return (id, file)
        }
    }

    fileprivate func past(of facts: AlertFacts) throws -> [KnownPayment] {
        try statement(
            """
            SELECT \(SQLiteStatement.paymentColumns) FROM payments
            WHERE customer = ? AND paid BETWEEN ? AND ? AND item IS NOT NULL AND item <> ? ORDER BY paid DESC LIMIT ?
            """, facts.customer, facts.paidAt.seconds - DeskIndex.pastReach, facts.paidAt.seconds, facts.item.bytes,
            DeskIndex.pastLimit
        ).all { $0.payment(0) }
    }

    fileprivate func links(of row: QueueRow, n: Int64) throws -> [LinkedAlerts] {
        var out: [LinkedAlerts] = []
        for kind in DeskCodes.links {
            guard let name = row.entities[kind], !name.isEmpty else { continue }
            let code = DeskCodes.code(kind, DeskCodes.links)
            let count =
                try statement(
                    "SELECT count(*) FROM (SELECT 1 FROM links WHERE kind = ? AND name = ? AND n <> ? LIMIT ?)", code,
                    name, n, 1000
                ).first { Int($0.integer(0)) } ?? 0
            guard count > 0 else { continue }
            let rows = try statement(
                """
                SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE rank IS NOT NULL AND n IN (
                    SELECT n FROM links WHERE kind = ? AND name = ? AND n <> ? ORDER BY n DESC LIMIT ?) ORDER BY n DESC
                """, code, name, n, DeskIndex.linkedRows
            ).all { try $0.queueRow() }
            out.append(
                LinkedAlerts(
                    kind: kind, name: name, rows: rows, rest: max(0, count - rows.count), isMore: count == 1000))
        }
        return out
    }

    fileprivate func record(of probability: Double, now: Int64) throws -> BandRecord {
        let edges = [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
        let place = edges.lastIndex { $0 <= probability } ?? 0
        let below = place + 1 < edges.count ? edges[place + 1] : 1
        var record = BandRecord(from: edges[place], below: below, frauds: 0, legitimate: 0, open: 0)
        // The last band has its upper edge, too.
        let limit = place + 1 < edges.count ? below : 2
        try statement(
            """
            SELECT finding, count(*) FROM (
                SELECT finding, probability FROM alerts INDEXED BY closed_alerts
                WHERE state = 1 AND rank IS NOT NULL AND closed < ? ORDER BY closed LIMIT ?)
            WHERE probability >= ? AND probability < ? GROUP BY finding
            """, -(now - 30 * EventTime.day * 1_000_000), DeskIndex.closedBudget, edges[place], limit
        ).each { row in
            switch DeskCodes.word(row.optionalInteger(0), DeskCodes.findings) {
            case .fraud: record.frauds += Int(row.integer(1))
            case .legitimate: record.legitimate += Int(row.integer(1))
            default: record.open += Int(row.integer(1))
            }
        }
        return record
    }
}
