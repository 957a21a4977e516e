import Desk
import LocalStore
import Policy
import Records

/// Payments that stand in lists without an alert.
extension DeskWriting {
    /// Keeps where a payment is that people or a sample put before the desk, and puts it into the lists where that is known.
    func raise(_ item: ItemID, _ raised: Work.Raised) throws {
        let origin: Origin = raised.sample == nil ? .reported : .sample
        try db.run(
            """
            UPDATE alerts SET raised = coalesce(raised, ?1), partition = coalesce(partition, ?2), offset = coalesce(offset, ?3),
                part = coalesce(part, ?4), tx = coalesce(tx, ?5), stratum = ?6, per_mille = ?7,
                origin = CASE WHEN raised IS NOT NULL AND stratum IS NULL AND origin = 1 THEN 1
                    WHEN ?6 IS NOT NULL OR feed_offset IS NULL THEN ?8 ELSE origin END WHERE item = ?9
            """, raised.at, raised.source.partition, raised.source.offset, raised.source.index, raised.transaction,
            raised.sample?.stratum.rawValue, raised.sample?.perMille, DeskCodes.code(origin, DeskCodes.origins),
            item.bytes)
        if let n = try row(of: item) { try fill(n) }
    }

    /// Puts an item without an alert into the lists, by its payment and that one's decision; nothing is done before both came, for
    /// what was not raised, and for what has an alert.
    func fill(_ n: Int64) throws {
        let found = try db.statement(
            "SELECT item, \(SQLiteStatement.workColumns) FROM alerts WHERE n = ? AND rank IS NULL AND raised IS NOT NULL",
            n
        ).first { row in ItemID(bytes: row.blob(0) ?? []).map { (item: $0, work: row.work(1)) } }
        guard let found, let raised = found.work.raised, let known = try db.payment(at: raised.source),
            let payment = known.transaction, let decided = known.decided, decided.item == found.item
        else { return }
        let facts = AlertFacts(
            item: found.item, payment: payment, band: decided.band, probability: decided.probability, raised: raised)
        let key = QueueKey(facts, levels: levels)
        let put = try db.statement(
            """
            UPDATE alerts SET held = ?2, rank = ?3, due = ?4, band = ?5, probability = ?6, amount = ?7, customer = ?8,
                terminal = ?9, paid = ?10, decided = ?11, rules = '', rule_bits = 0 WHERE n = ?1
            """)
        put.bind(1, n)
        put.bind(2, Int64(key.isHeld ? 0 : 1))
        put.bind(3, -key.loss)
        put.bind(4, key.due)
        put.bind(5, DeskCodes.code(facts.band, DeskCodes.bands))
        put.bind(6, real: facts.probability)
        put.bind(7, facts.amount.value)
        put.bind(8, facts.customer)
        put.bind(9, facts.terminal)
        put.bind(10, facts.paidAt.seconds)
        put.bind(11, facts.decidedAt)
        try put.run()
        try setDues(of: facts.item)
        try join(payment, to: n)
    }
}
