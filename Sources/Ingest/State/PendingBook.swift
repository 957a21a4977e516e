package import EventLogs
package import Records

/// The pending transactions of a partition: those that were sealed and have no decision yet. Also which rows of them the store
/// lacks, and which it has too many: a transaction that is decided before the next checkpoint is never written down.
package struct PendingBook: Sendable {
    private var transactions: [SourcePosition: PendingTransaction] = [:]
    /// Positions that a predecessor decided and that this agent has not ingested again.
    private var decidedAhead: Set<SourcePosition> = []
    /// Transactions in the log that the store has no row of.
    private var unwritten: Set<SourcePosition> = []
    /// Decided transactions that the store still has a row of.
    private var unremoved: [SourcePosition] = []

    package init() {}

    /// The number of pending transactions.
    package var count: Int { transactions.count }

    /// Whether a predecessor decided what this agent has not ingested again yet: only the decisions themselves tell that.
    package var isBehindDecisions: Bool { !decidedAhead.isEmpty }

    /// The positions of pending transactions, in order.
    ///
    /// - Parameter isIncluded: whether one counts.
    package func positions(where isIncluded: (SourcePosition, PendingTransaction) -> Bool) -> [SourcePosition] {
        transactions.filter { isIncluded($0.key, $0.value) }.keys.sorted()
    }

    /// The transaction at a position, where it waits for its decision.
    package subscript(_ position: SourcePosition) -> PendingTransaction? { transactions[position] }

    /// Fills in a row of the store.
    package mutating func restore(_ transaction: PendingTransaction, at position: SourcePosition) {
        transactions[position] = transaction
    }

    /// Adds a transaction that waits for its decision from now on; false where a predecessor has decided it.
    package mutating func add(_ transaction: PendingTransaction, at position: SourcePosition) -> Bool {
        guard decidedAhead.remove(position) == nil else { return false }
        transactions[position] = transaction
        return true
    }

    /// Notes that these transactions, and everything below `end`, are in the log.
    ///
    /// - Parameter places: at which they were sealed.
    package mutating func ingest(
        _ positions: [SourcePosition], through end: Int64, at places: [SealedPlace] = []
    ) {
        for place in places { transactions[place.source]?.previous = place.previous }
        unwritten.formUnion(positions)
        if !decidedAhead.isEmpty { decidedAhead = decidedAhead.filter { $0.offset >= end } }
    }

    /// Notes where the records of some stand. A row that the store has keeps the place of before: after a restart its transaction
    /// may be sealed again for nothing.
    package mutating func note(_ sealed: [(source: SourcePosition, place: PendingTransaction.Sealed)]) {
        for (source, place) in sealed { transactions[source]?.sealed = place }
    }

    /// Removes decided transactions.
    ///
    /// - Parameter end: everything below it was ingested by this agent.
    package mutating func decide(_ positions: [SourcePosition], ingested end: Int64) {
        for position in positions {
            if transactions.removeValue(forKey: position) == nil {
                if position.offset >= end { decidedAhead.insert(position) }
            } else if unwritten.remove(position) == nil {
                unremoved.append(position)
            }
        }
    }

    /// The writes that bring the store up to date, each given once.
    package mutating func takeWrites() -> [StateWrite] {
        defer { (unwritten, unremoved) = ([], []) }
        return unwritten.compactMap { position in
            transactions[position].map { AgentTables.write($0, at: position) }
        } + unremoved.map(AgentTables.removal(ofPending:))
    }
}
