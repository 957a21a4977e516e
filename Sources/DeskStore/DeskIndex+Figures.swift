package import Desk
import LocalStore
import Policy
import Records

extension DeskIndex {
    static var spanLimits: [Int64] { DeskFigures.spanLimits }
    /// Limits of the classes that payments are summed by, in hundredths of the consortium's currency, included.
    static var sizeLimits: [Int64] { FraudRate.thresholds }

    /// The figures of some days, of a team's own alerts, from sums by day; of a team that goes by amounts from the rows of these
    /// days.
    ///
    /// - Parameter people: whether it is said who did how much, too.
    package func figures(_ days: ClosedRange<Int64>, of team: TeamScope, people: Bool) throws -> DeskFigures {
        let reading = FigureReading(days: days, team: team)
        return try read { db in
            var figures = DeskFigures(days: days)
            figures.alerts = try reading.alerts(db)
            figures.backlog = try reading.backlog(db)
            figures.spans = try reading.spans(db)
            figures.rules = try reading.rules(db)
            if !reading.isByAmount { figures.payments = try reading.payments(db) }
            if people, team == .everything { figures.people = try reading.people(db) }
            return figures
        }
    }
}

/// One reading of sums.
private struct FigureReading {
    let days: ClosedRange<Int64>
    let isByAmount: Bool
    private let conditions: DeskSearch.Conditions

    init(days: ClosedRange<Int64>, team: TeamScope) {
        self.days = days
        isByAmount = team.atLeast != nil || team.atMost != nil
        var conditions = DeskSearch.Conditions()
        conditions.team(team)
        self.conditions = conditions
    }

    private var micros: (from: Int64, to: Int64) {
        (days.lowerBound * 86_400_000_000, (days.upperBound + 1) * 86_400_000_000)
    }
    private var within: String { "(\(conditions.text))" }

    /// The rows of a statement whose `?` are the bounds, and then the team's.
    private func all<T>(
        _ db: SQLiteConnection, _ sql: String, _ bounds: [Int64], _ row: (SQLiteStatement) throws -> T
    ) throws -> [T] {
        let statement = try db.statement(sql)
        for (index, value) in zip(Int32(1)..., bounds.map { DeskSearch.Value.number($0) } + conditions.values) {
            value.bind(to: statement, at: index)
        }
        return try statement.all(row)
    }

    /// Rows of alerts, as `alert_days` has their sums.
    private func rows(_ condition: String, key: String = DeskTables.alertKey("alerts.")) -> String {
        let terms = zip(DeskTables.alertTerms("alerts."), DeskTables.alertSums).map { "\($0) AS \($1)" }
        return """
            (SELECT \(key), \(terms.joined(separator: ", ")), n FROM alerts WHERE rank IS NOT NULL AND \(condition) AND \(within))
            """
    }

    private static let sums = DeskTables.alertSums.map { "sum(\($0))" }.joined(separator: ", ")

    private static func tally(_ row: SQLiteStatement, _ first: Int32) -> AlertTally {
        var tally = AlertTally()
        for (column, part) in zip(first..., AlertTally.parts) { tally[keyPath: part] = row.integer(column) }
        return tally
    }

    func alerts(_ db: SQLiteConnection) throws -> [DeskFigures.Day] {
        let source =
            isByAmount
            ? (rows("decided >= ? AND decided < ?"), [micros.from, micros.to])
            : ("alert_days WHERE day >= ? AND day < ? AND \(within)", [days.lowerBound, days.upperBound + 1])
        return try all(
            db, "SELECT day, band, origin, \(Self.sums) FROM \(source.0) GROUP BY day, band, origin", source.1
        ) { row in
            guard let band = DeskCodes.word(row.integer(1), DeskCodes.bands),
                let origin = DeskCodes.word(row.integer(2), DeskCodes.origins)
            else { throw DeskIndex.Failure.damaged }
            return DeskFigures.Day(day: row.integer(0), band: band, origin: origin, tally: Self.tally(row, 3))
        }.filter { $0.tally != AlertTally() }
    }

    func backlog(_ db: SQLiteConnection) throws -> [(day: Int64, count: Int64)] {
        let source = isByAmount ? rows("state = 0 AND quiet = 0") : "alert_days WHERE open > 0 AND \(within)"
        return try all(db, "SELECT day, sum(open) FROM \(source) GROUP BY day ORDER BY day", []) {
            ($0.integer(0), $0.integer(1))
        }
    }

    func spans(_ db: SQLiteConnection) throws -> [DeskFigures.Span: [Int64]] {
        let empty = Array(repeating: Int64(0), count: DeskFigures.spanLimits.count + 1)
        var spans: [DeskFigures.Span: [Int64]] = [:]
        for span in DeskFigures.Span.allCases {
            let sql: (String, [Int64])
            if isByAmount {
                let kind = DeskTables.spanClass(
                    DeskTables.spans("alerts.")[span.rawValue], limits: DeskFigures.spanLimits)
                sql = (
                    """
                    SELECT \(kind), count(*) FROM alerts WHERE state = 1 AND rank IS NOT NULL AND origin = 0 AND touched IS NOT NULL
                    AND closed > ? AND closed <= ? AND \(within) GROUP BY 1
                    """, [-micros.to, -micros.from]
                )
            } else {
                sql = (
                    """
                    SELECT class, sum(count) FROM span_days WHERE day >= ? AND day < ? AND span = \(span.rawValue) AND origin = 0
                    AND \(within) GROUP BY class
                    """, [days.lowerBound, days.upperBound + 1]
                )
            }
            spans[span] = try all(db, sql.0, sql.1) { (Int($0.integer(0)), $0.integer(1)) }
                .reduce(into: empty) { $0[$1.0] = $1.1 }
        }
        return spans
    }

    func rules(_ db: SQLiteConnection) throws -> [(name: String, tally: AlertTally)] {
        let source =
            isByAmount
            ? (
                "\(rows("decided >= ? AND decided < ?")) AS own JOIN rule_alerts ON rule_alerts.n = own.n",
                [micros.from, micros.to]
            )
            : ("rule_days WHERE day >= ? AND day < ? AND \(within)", [days.lowerBound, days.upperBound + 1])
        return try all(
            db,
            """
            SELECT name, own.* FROM (SELECT rule, \(Self.sums) FROM \(source.0) GROUP BY rule) AS own JOIN rules ON rules.id = own.rule
            ORDER BY name
            """, source.1
        ) { (name: $0.text(0), tally: Self.tally($0, 2)) }.filter { $0.tally.alerts > 0 }
    }

    func payments(_ db: SQLiteConnection) throws -> [DeskFigures.Payments] {
        try all(
            db,
            """
            SELECT day, band, sum(payments), sum(sum), sum(frauds), sum(fraud_sum) FROM payment_days
            WHERE day >= ? AND day < ? AND \(within) GROUP BY day, band
            """, [days.lowerBound, days.upperBound + 1]
        ) { row in
            guard let band = DeskCodes.word(row.integer(1), DeskCodes.bands) else { throw DeskIndex.Failure.damaged }
            return DeskFigures.Payments(
                day: row.integer(0), band: band, count: row.integer(2), sum: row.integer(3), frauds: row.integer(4),
                fraudSum: row.integer(5))
        }.filter { $0.count > 0 }
    }

    func people(_ db: SQLiteConnection) throws -> [DeskFigures.Person] {
        try db.statement(
            "SELECT actor, sum(claims), sum(verdicts) FROM people_days WHERE day >= ? AND day < ? GROUP BY actor ORDER BY actor",
            days.lowerBound, days.upperBound + 1
        ).all { row in
            ActorColumn.actor(row.text(0)).map {
                DeskFigures.Person($0, claims: row.integer(1), verdicts: row.integer(2))
            }
        }.compactMap { $0 }
    }
}
