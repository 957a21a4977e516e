package import EventLogs
package import Records
package import Sealing

/// The label records of a partition that are in the log, and that not all parties have said to have counted yet: they are sent
/// again where the log has lost one. Also which rows of them the store lacks, and which it has too many.
package struct SentLabels: Sendable {
    /// One record: up to 512 labels in the order in which it has them.
    package struct Record: Sendable, Hashable {
        package var source: SourcePosition
        package var labels: [DueLabel]

        package init(source: SourcePosition, labels: [DueLabel]) {
            self.source = source
            self.labels = labels
        }
    }

    /// In the order of their sources.
    package private(set) var records: [Record] = []
    /// The newest receipt of each party.
    private var receipts: [PartyID: LabelReceipt] = [:]
    /// Whether the oldest record waits for receipts for too long.
    package var isOverdue = false
    private var unwritten: Set<SourcePosition> = []
    private var unremoved: [SourcePosition] = []

    package init() {}

    /// Whether a party lacks one of the records, and has refused those behind it.
    package var isOneMissing: Bool { !records.isEmpty && receipts.values.contains { $0.isMissing } }

    /// The records to be put into the log again, in order: all, where a party refuses those behind one that it lacks; the first
    /// few, where receipts are overdue, which may as well mean that the parties are behind.
    package var lost: ArraySlice<Record> { isOneMissing ? records[...] : isOverdue ? records.prefix(8) : [] }

    /// The last record that all three parties have counted; nil while one has said of none.
    private var counted: SourcePosition? {
        let counted = receipts.values.compactMap(\.counted)
        return counted.count == PartyID.allCases.count ? counted.min() : nil
    }

    /// Adds records that are in the log; those of a predecessor may be counted already.
    package mutating func add(_ more: [Record]) {
        let more = counted.map { counted in more.filter { $0.source > counted } } ?? more
        records += more
        unwritten.formUnion(more.map(\.source))
    }

    /// Fills in a row of the store.
    package mutating func restore(_ record: Record) { records.append(record) }

    /// Ends the filling in.
    package mutating func areRestored() { records.sort { $0.source < $1.source } }

    /// Takes a party's word: records that all three have counted are not kept any longer. One that says less than an earlier one
    /// was repeated by the log, and changes nothing.
    package mutating func take(_ receipt: LabelReceipt) {
        if let known = receipts[receipt.party]?.counted {
            guard let counted = receipt.counted, counted >= known else { return }
        }
        receipts[receipt.party] = receipt
        guard let counted else { return }
        for record in records.prefix(while: { $0.source <= counted }) where unwritten.remove(record.source) == nil {
            unremoved.append(record.source)
        }
        records.removeAll { $0.source <= counted }
    }

    /// The writes that bring the store up to date, each given once.
    package mutating func takeWrites() -> [StateWrite] {
        defer { (unwritten, unremoved) = ([], []) }
        return records.filter { unwritten.contains($0.source) }.map { AgentTables.write($0) }
            + unremoved.map { AgentTables.removal(ofSent: $0) }
    }
}
