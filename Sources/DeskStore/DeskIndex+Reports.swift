package import Desk
import LocalStore
import Policy
import Records

extension DeskIndex {
    /// What reports of some days are made of, of a team's own payments: sums of payments by day, and each fraud that was paid on or
    /// became known on one of them. Declined payments are none: what was not executed is not reported (EBA/GL/2018/05, 1.2).
    ///
    /// Sums are kept by amounts' classes; a team that goes by amounts has none (`nil`).
    package func reported(
        _ days: ClosedRange<Int64>, of team: TeamScope
    ) throws -> (sums: [PaymentSum], frauds: [KnownFraud])? {
        guard team.atLeast == nil, team.atMost == nil else { return nil }
        var conditions = DeskSearch.Conditions()
        conditions.team(team)
        conditions.add("band <> ?", .number(DeskCodes.code(.decline, DeskCodes.bands)))
        return try read { db in
            let sums = try db.statement(
                """
                SELECT day, kind, channel, size, sum(payments), sum(sum) FROM payment_days WHERE day >= ? AND day < ?
                AND (\(conditions.text)) GROUP BY day, kind, channel, size
                """)
            bind(sums, [days.lowerBound, days.upperBound + 1], conditions)
            // Labels by their time, and payments of these days by their own: a fraud is known after it was paid.
            let frauds = try db.statement(
                """
                SELECT payments.paid / 86400, known.at / 86400000000, payments.kind, payments.channel, payments.amount,
                    alerts.fraud_type, alerts.loss, alerts.recovered
                FROM known JOIN payments ON payments.tx = known.tx AND payments.item IS NOT NULL
                LEFT JOIN alerts ON alerts.item = payments.item AND alerts.state = 1 AND alerts.finding = 0
                WHERE known.fraud = 1 AND known.at >= ? AND (known.at < ? OR (payments.paid >= ? AND payments.paid < ?))
                AND (\(Self.ofPayments(conditions.text)))
                """)
            let (first, end) = (days.lowerBound, days.upperBound + 1)
            bind(frauds, [first * 86_400_000_000, end * 86_400_000_000, first * 86_400, end * 86_400], conditions)
            return (
                try sums.all { row in
                    PaymentSum(
                        day: row.integer(0), kind: DeskCodes.word(row.integer(1), DeskCodes.kinds),
                        channel: DeskCodes.word(row.integer(2), DeskCodes.channels), size: Int(row.integer(3)),
                        count: row.integer(4), sum: row.integer(5))
                }.filter { $0.count > 0 },
                try frauds.all { row in
                    KnownFraud(
                        paid: row.integer(0), registered: row.integer(1),
                        kind: DeskCodes.word(row.optionalInteger(2), DeskCodes.kinds),
                        channel: DeskCodes.word(row.optionalInteger(3), DeskCodes.channels), amount: row.integer(4),
                        type: row.optionalText(5).flatMap { FraudType(rawValue: $0) }, loss: row.optionalInteger(6),
                        recovered: row.optionalInteger(7))
                }
            )
        }
    }

    private func bind(_ statement: SQLiteStatement, _ bounds: [Int64], _ conditions: DeskSearch.Conditions) {
        for (index, value) in zip(Int32(1)..., bounds.map { DeskSearch.Value.number($0) } + conditions.values) {
            value.bind(to: statement, at: index)
        }
    }

    /// A team's conditions, on payments.
    private static func ofPayments(_ text: String) -> String {
        ["band", "kind", "channel"].reduce(text) { text, column in
            ["IN", "<>"].reduce(text) { $0.replacing("\(column) \($1)", with: "payments.\(column) \($1)") }
        }
    }
}
