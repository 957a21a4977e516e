package import Audit
package import EventLogs

/// The signing for scores: takes what waits, writes one entry of the party's audit log for all of it, and tells each member of its
/// own. Used by one thread.
package final class EvidencePublisher {
    private let book: EvidenceBook
    private let audit: AuditLog
    private let log: any EventLog

    package init(_ book: EvidenceBook, audit: AuditLog, log: any EventLog) {
        self.book = book
        self.audit = audit
        self.log = log
    }

    /// Signs for all that waits, and says so. What fails in between is signed for again: two entries then stand for one score.
    ///
    /// - Returns: how many scores.
    @discardableResult
    package func publish() throws -> Int {
        let pages = try book.pages()
        guard let records = ScoreEvidence.make(pages.map(\.statements), seal: audit.seal) else { return 0 }
        for record in records {
            try log.append([NewRecord(TopicPartition(Topics.evidence(record.member)), value: record.encoded)])
        }
        try book.remove(pages)
        return pages.reduce(0) { $0 + $1.statements.entries.count }
    }
}
