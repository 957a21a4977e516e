import Desk
import EventLogs
import LocalStore
import Records

extension SQLiteConnection {
    /// What is known of the way of a payment's labels.
    func journey(of facts: AlertFacts, _ labels: [KnownLabel]) throws -> LabelJourney.Facts {
        let partition = facts.source.partition
        // A receipt of each party, or nothing is counted by all.
        let counted =
            try statement(
                "SELECT min(offset), count(*) FROM receipts WHERE partition = ?", Int64(partition)
            ).first { $0.integer(1) == Int64(PartyID.allCases.count) ? $0.integer(0) : nil } ?? nil
        return LabelJourney.Facts(
            paid: facts.paidAt,
            labels: try labels.filter { $0.position.partition.partition == partition }.map {
                (
                    fraud: $0.fraud, came: try eventTime(partition, before: $0.position.offset),
                    offset: $0.position.offset
                )
            }, now: try eventTime(partition, before: .max),
            counted: try counted.flatMap { offset in
                try eventTime(partition, before: offset + 1).map { (offset: offset, time: $0) }
            })
    }

    /// How far event time had come in a partition of the member's topic, as its payments before an offset say: the newest time of
    /// the last hundred, since few are late.
    private func eventTime(_ partition: Int, before offset: Int64) throws -> EventTime? {
        try statement(
            """
            SELECT max(paid) FROM (SELECT paid FROM payments WHERE partition = ? AND offset < ? AND paid IS NOT NULL
            ORDER BY offset DESC LIMIT 100)
            """, Int64(partition), offset
        ).first { $0.isNull(0) ? nil : EventTime(seconds: $0.integer(0)) } ?? nil
    }
}
