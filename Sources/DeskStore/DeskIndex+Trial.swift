package import Desk
import LocalStore
import Records

extension DeskIndex {
    /// What became of alerts with a verdict, from a time on: how long it took, and whether what came to be known later says the
    /// same.
    ///
    /// Later knowledge is the newest label of the transaction, where one came behind that of the first verdict.
    ///
    /// - Parameter since: of the verdict, by the log's clock, in microseconds since 1970.
    package func trial(since: Int64) throws -> [ReasonsTrial.Judged] {
        try read { db in
            let acts = try db.statement(
                """
                SELECT acts.item, acts.at, acts.record, alerts.touched, alerts.tx FROM acts JOIN alerts ON alerts.item = acts.item
                WHERE acts.refusal IS NULL AND acts.at >= ? AND alerts.touched IS NOT NULL AND alerts.feed_offset IS NOT NULL
                ORDER BY acts.offset
                """, since
            ).all { row in
                (
                    item: ItemID(bytes: row.blob(0) ?? []), at: row.integer(1),
                    record: DeskRecord(json: row.blob(2) ?? []),
                    touched: row.integer(3), transaction: row.isNull(4) ? nil : row.text(4)
                )
            }
            var seen: Set<ItemID> = []
            var judged: [ReasonsTrial.Judged] = []
            for act in acts {
                guard let item = act.item, case .judge(let judgement)? = act.record?.act, seen.insert(item).inserted
                else { continue }
                let later =
                    try act.transaction.flatMap { transaction in
                        try db.statement(
                            "SELECT fraud FROM labels WHERE tx = ? AND at >= ? ORDER BY at DESC, offset DESC LIMIT 20",
                            transaction, act.at
                        ).all { $0.integer(0) == 1 }
                    } ?? []
                // The first one is the verdict's own, where one follows from it.
                let known = judgement.finding.label == nil || later.count < 2 ? nil : later.first
                judged.append(
                    ReasonsTrial.Judged(
                        item: item, seconds: Double(act.at - act.touched) / 1_000_000,
                        agrees: known.map { $0 == judgement.finding.label }))
            }
            return judged
        }
    }
}
