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
        let row: [UInt8]
    }

    private let party: PartyID
    private let state: any StateStore
    /// Held while rows are removed: a batch that is computed again meanwhile stays.
    private let turn = Mutex(())
    private static let table = "evidence"

    package init(party: PartyID, state: any StateStore) {
        self.party = party
        self.state = state
    }

    /// Keeps the statements on a batch, in the state when this returns.
    package func keep(_ batch: [BatchStatements]) throws(LogError) {
        let writes = batch.filter { !$0.entries.isEmpty }.map { statements in
            StateWrite.put(
                table: Self.table, StateEntry(key: Self.key(statements), value: statements.wire.encoded, order: 0))
        }
        guard !writes.isEmpty else { return }
        try turn.withLock { _ throws(LogError) in try state.commit(writes, positions: []) }
    }

    /// All that waits, in the log's order.
    package func pages() throws -> [Page] {
        var pages: [Page] = []
        try state.scan(Self.table) { entry in
            guard let member = Self.member(entry.key), let wire = WireScoredBatch(decoding: entry.value),
                let statements = BatchStatements(wire, party: party, member: member)
            else {
                throw LogError.corrupted(reason: "the party's state holds malformed statements on scores")
            }
            pages.append(Page(statements: statements, key: entry.key, row: entry.value))
        }
        return pages
    }

    /// Removes what is signed for.
    package func remove(_ pages: [Page]) throws(LogError) {
        try turn.withLock { _ throws(LogError) in
            let now = try state.values(Self.table, pages.map(\.key))
            let gone = zip(pages, now).filter { $0.row == $1 }.map {
                StateWrite.remove(table: Self.table, key: $0.0.key)
            }
            if !gone.isEmpty { try state.commit(gone, positions: []) }
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
