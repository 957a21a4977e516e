package import Desk
import LocalStore
import Policy
import Records

/// A case, with what its page shows.
package struct CasePicture: Sendable {
    package var id: ItemID
    package var file: CaseFile
    /// The first of its items without a verdict and with one, up to `DeskIndex.caseRows` each.
    package var open: [QueueRow]
    package var closed: [QueueRow]
    /// Items without a verdict, and the sum of all items' amounts in hundredths of the consortium's currency.
    package var openCount: Int
    package var sum: Int64
    package var history: [DoneAct]
}

/// A page of the list of cases.
package struct CasePage: Sendable {
    package var rows: [(id: ItemID, file: CaseFile)]
    /// What the next page begins behind; nil at the list's end.
    package var next: String?
}

extension DeskIndex {
    /// Most items that a case's page shows of either kind; lists have the rest.
    package static let caseRows = 25

    package func file(_ id: ItemID) throws -> CaseFile? { try read { try $0.file(id) } }

    /// Whether all that is in a case is a team's.
    package func isWithin(_ team: TeamScope, case id: ItemID) throws -> Bool {
        var conditions = DeskSearch.Conditions()
        conditions.team(team)
        return try read { db in
            let statement = try db.statement(
                "SELECT 1 FROM alerts WHERE file = ? AND (\(conditions.text)) IS NOT TRUE LIMIT 1")
            for (index, value) in zip(Int32(1)..., [.bytes(id.bytes)] + conditions.values) {
                value.bind(to: statement, at: index)
            }
            return try statement.first { _ in true } == nil
        }
    }

    /// An open case about a name; nil where there is none.
    package func openFile(about name: QueueFilter.NamedEntity) throws -> (id: ItemID, file: CaseFile)? {
        try read { db in
            guard let id = try db.openFile(about: name), let file = try db.file(id) else { return nil }
            return (id, file)
        }
    }

    /// The picture of a case; nil where there is none.
    package func picture(ofCase id: ItemID) throws -> CasePicture? {
        let history = try history(of: id, limit: 100)
        return try read { db in
            guard let file = try db.file(id) else { return nil }
            let (count, sum) =
                try db.statement(
                    "SELECT coalesce(sum(state = 0), 0), coalesce(sum(amount), 0) FROM alerts WHERE file = ?", id.bytes
                ).first { (Int($0.integer(0)), $0.integer(1)) } ?? (0, 0)
            let lists = try [0, 1].map { state in
                try db.statement(
                    """
                    SELECT \(SQLiteStatement.queueColumns) FROM alerts
                    WHERE file = ? AND state = ? AND rank IS NOT NULL ORDER BY amount DESC, n LIMIT ?
                    """, id.bytes, state, Self.caseRows
                ).all { try $0.queueRow() }
            }
            return CasePicture(
                id: id, file: file, open: lists[0], closed: lists[1], openCount: count, sum: sum, history: history)
        }
    }

    /// Cases, the latest first.
    ///
    /// - Parameter place: what the page begins behind; nil for the first one.
    /// - Throws: `QueueFilter.Fault` where it is no place.
    package func cases(_ state: Work.State, behind place: String? = nil, limit: Int = pageSize) throws -> CasePage {
        let parts = place?.split(separator: ".", omittingEmptySubsequences: false)
        let (opened, id) = (parts.flatMap { Int64($0[0]) }, parts.flatMap { $0.count == 2 ? ItemID($0[1]) : nil })
        guard place == nil || (opened != nil && id != nil) else {
            throw QueueFilter.Fault(field: "after", reason: .noPlace)
        }
        return try read { db in
            var rows = try db.statement(
                """
                SELECT id, \(SQLiteStatement.fileColumns) FROM files WHERE state = ? AND (opened, id) < (?, ?)
                ORDER BY opened DESC, id DESC LIMIT ?
                """, state.rawValue, opened ?? Int64.max, id?.bytes ?? [], limit + 1
            ).all { row in (id: ItemID(bytes: row.blob(0) ?? []), file: row.file(1)) }
                .compactMap { row in row.id.flatMap { id in row.file.map { (id: id, file: $0) } } }
            let hasMore = rows.count > limit
            if hasMore { rows.removeLast() }
            return CasePage(rows: rows, next: hasMore ? rows.last.map { "\($0.file.openedAt).\($0.id)" } : nil)
        }
    }

    /// The rules of the desk.
    package func house() throws -> HouseRules { try read { try $0.house() } }
}
