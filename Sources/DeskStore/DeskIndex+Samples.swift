package import Desk
import LocalStore
import Policy
import Records

extension DeskIndex {
    /// What became of the samples that were drawn within a time, by strata and shares.
    ///
    /// - Parameters:
    ///   - times: of the draw, by the log's clock in microseconds since 1970.
    ///   - team: whose samples are looked at.
    package func samples(drawn times: Range<Int64>, team: TeamScope = .everything) throws -> [SampleGroup] {
        var conditions = DeskSearch.Conditions()
        conditions.team(team)
        return try read { db in
            let statement = try db.statement(
                """
                SELECT stratum, per_mille, CASE WHEN state = 1 THEN finding END, amount FROM alerts INDEXED BY sampled_alerts
                WHERE stratum IS NOT NULL AND raised >= ? AND raised < ? AND rank IS NOT NULL AND \(conditions.text)
                """)
            for (index, value) in zip(
                Int32(1)..., [.number(times.lowerBound), .number(times.upperBound)] + conditions.values)
            { value.bind(to: statement, at: index) }
            var groups: [Sample: SampleGroup] = [:]
            try statement.each { row in
                guard let stratum = Sample.Stratum(rawValue: row.text(0)),
                    let sample = Sample(stratum, perMille: row.integer(1))
                else { throw Failure.damaged }
                var group =
                    groups[sample] ?? SampleGroup(sample, drawn: 0, settled: 0, frauds: [], largest: MinorUnits(0))
                group.drawn += 1
                if let isFraud = DeskCodes.word(row.optionalInteger(2), DeskCodes.findings)?.label {
                    let amount = MinorUnits(row.integer(3))
                    group.settled += 1
                    group.largest = max(group.largest, amount)
                    if isFraud { group.frauds.append(amount) }
                }
                groups[sample] = group
            }
            return groups.values.sorted {
                ($0.sample.stratum.rawValue, $0.sample.perMille) < ($1.sample.stratum.rawValue, $1.sample.perMille)
            }
        }
    }

    /// The alerts that two people judged, and were closed within a time by the log's clock, with how many still wait for the
    /// second.
    package func secondLooks(
        closed times: Range<Int64>, team: TeamScope = .everything
    ) throws -> (agreement: Agreement, waiting: Int, apart: [QueueRow]) {
        var conditions = DeskSearch.Conditions()
        conditions.team(team)
        return try read { db in
            let statement = try db.statement(
                """
                SELECT \(SQLiteStatement.queueColumns) FROM alerts INDEXED BY looked_alerts
                WHERE first_look IS NOT NULL AND closed > ? AND closed <= ? AND rank IS NOT NULL AND \(conditions.text)
                """)
            for (index, value) in zip(
                Int32(1)..., [.number(-times.upperBound), .number(-times.lowerBound)] + conditions.values)
            { value.bind(to: statement, at: index) }
            var (pairs, waiting, apart): ([(first: Finding, second: Finding)], Int, [QueueRow]) = ([], 0, [])
            try statement.each { row in
                let row = try row.queueRow()
                guard let look = row.work.second else { return }
                guard let second = look.second else { return waiting += 1 }
                pairs.append((look.first.finding, second.finding))
                if look.first.finding != second.finding { apart.append(row) }
            }
            return (Agreement(pairs), waiting, Array(apart.prefix(Self.pageSize)))
        }
    }
}
