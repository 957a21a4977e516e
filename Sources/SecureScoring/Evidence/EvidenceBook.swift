package import Audit
package import EventLogs
package import Records
import Synchronization

/// What a party has still to sign for: its statements on the scores that it wrote, in the party's state, so that a crash loses
/// none. Written by the partitions' threads, and taken by the one that signs.
package final class EvidenceBook: Sendable {
    /// Some statements that wait, with where they stand.
    package struct Page: Sendable {
        package let statements: BatchStatements
        let key: [UInt8]
        /// As the state has it, and as it goes into a record.
        let row: [UInt8]
    }

    private let party: PartyID
    private let state: any StateStore
    /// All that waits, by key, as the state has it; nil where that has to be read: at first, and after a write that failed. So what
    /// is signed for is neither read nor decoded. Held while rows are removed: a batch that is computed again meanwhile stays.
    private let waiting = Mutex<[[UInt8]: Page]?>(nil)
    private static let table = "evidence"

    package init(party: PartyID, state: any StateStore) {
        self.party = party
        self.state = state
    }

    /// Keeps the statements on a batch, in the state when this returns.
    package func keep(_ batch: [BatchStatements]) throws(LogError) {
        guard batch.contains(where: { !$0.entries.isEmpty }) else { return }
        try keep(batch) { (writes) throws(LogError) in try state.commit(writes, positions: []) }
    }

    /// Keeps the statements on a batch by a commit that has other changes, too.
    ///
    /// - Parameter commit: to the book's state, of these writes among others.
    package func keep(
        _ batch: [BatchStatements], by commit: ([StateWrite]) throws(LogError) -> Void
    ) throws(LogError) {
        let pages = batch.filter { !$0.entries.isEmpty }.map {
            Page(statements: $0, key: Self.key($0), row: $0.encoded)
        }
        let writes = pages.map { page in
            StateWrite.put(table: Self.table, StateEntry(key: page.key, value: page.row, order: 0))
        }
        try waiting.withLock { waiting throws(LogError) in
            try Self.commit(&waiting) { () throws(LogError) in try commit(writes) }
            for page in pages { waiting?[page.key] = page }
        }
    }

    /// All that waits, in the log's order.
    package func pages() throws -> [Page] {
        try waiting.withLock { waiting in
            try known(&waiting).values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
    }

    /// All that waits, read from the state where that has to be.
    private func known(_ waiting: inout [[UInt8]: Page]?) throws -> [[UInt8]: Page] {
        let pages = try waiting ?? stored()
        waiting = pages
        return pages
    }

    private func stored() throws -> [[UInt8]: Page] {
        var pages: [[UInt8]: Page] = [:]
        try state.scan(Self.table) { entry in
            guard let member = Self.member(entry.key), let wire = WireScoredBatch(decoding: entry.value),
                let statements = BatchStatements(wire, party: party, member: member)
            else {
                throw LogError.corrupted(reason: "the party's state holds malformed statements on scores")
            }
            pages[entry.key] = Page(statements: statements, key: entry.key, row: entry.value)
        }
        return pages
    }

    /// Removes what is signed for.
    package func remove(_ pages: [Page]) throws {
        try waiting.withLock { waiting in
            let now = try known(&waiting)
            let gone = pages.filter { now[$0.key]?.row == $0.row }
            guard !gone.isEmpty else { return }
            try Self.commit(&waiting) { () throws(LogError) in
                try state.commit(gone.map { .remove(table: Self.table, key: $0.key) }, positions: [])
            }
            for page in gone { waiting?[page.key] = nil }
        }
    }

    /// Commits to the state. Of what failed it is not known whether the state has it.
    private static func commit(
        _ waiting: inout [[UInt8]: Page]?, _ commit: () throws(LogError) -> Void
    ) throws(LogError) {
        do throws(LogError) {
            try commit()
        } catch {
            waiting = nil
            throw error
        }
    }

    /// Removes what is of a member, signed for or not; how many scores.
    package func erase(_ member: MemberID) throws -> Int {
        let own = try pages().filter { $0.statements.member == member }
        try remove(own)
        return own.reduce(0) { $0 + $1.statements.entries.count }
    }

    /// The key of a row: partition (4) and first offset (8), session epoch (4), member; big-endian.
    private static func key(_ statements: BatchStatements) -> [UInt8] {
        UInt32(statements.partition).bigEndianBytes + (statements.entries.first?.offset ?? 0).bigEndianBytes
            + statements.sessionEpoch.bigEndianBytes + Array(statements.member.name.utf8)
    }

    private static func member(_ key: [UInt8]) -> MemberID? {
        MemberID(String(decoding: key.dropFirst(16), as: UTF8.self))
    }
}
