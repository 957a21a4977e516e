import Foundation
package import Records

/// A record of `<member>.evidence`: what one party scored of the member, and the way from there to a head of the party's audit log.
///
/// Two trees lie between a statement and the log's own: that of the record's statements, and that of the roots of all records that
/// one entry stands for. So a member has all leaves that are its own, and learns of others' how many records there are.
package struct ScoreEvidence: Sendable, Hashable {
    package let party: PartyID
    package let member: MemberID
    package let batches: [BatchStatements]
    /// Of the root of this record's statements among the entry's leaves.
    package let place: InclusionProof
    package let entry: SealedEntry

    private static let schema: UInt32 = 1
    /// The most transactions of a record.
    package static let most = 4_096

    /// The tree of a record's statements, in order.
    package static func tree(_ batches: [BatchStatements]) -> MerkleTree {
        var tree = MerkleTree()
        for batch in batches {
            for index in batch.entries.indices { tree.append(batch.statement(index).leaf) }
        }
        return tree
    }

    /// The leaf of the entry's tree for a record's statements.
    package static func leaf(_ root: MerkleHash) -> MerkleHash { MerkleHash(leaf: root.bytes) }

    /// Makes the records of all statements that wait, under one entry.
    ///
    /// - Parameters:
    ///   - batches: of one party, in any order; those of a member stay in theirs.
    ///   - seal: writes an entry of kind `scores` and signs over it; nil where that can't be done now.
    /// - Returns: nil where nothing was sealed.
    package static func make(
        _ batches: [BatchStatements], seal: (AuditEvent) -> SealedEntry?
    ) -> [ScoreEvidence]? {
        let groups = groups(batches)
        guard !groups.isEmpty else { return nil }
        var tree = MerkleTree()
        for group in groups { tree.append(leaf(Self.tree(group).root)) }
        let count = batches.reduce(0) { $0 + $1.entries.count }
        guard let subject = Digest32(tree.root.bytes),
            let entry = seal(AuditEvent(.scores, of: subject, [.count: "\(count)"]))
        else { return nil }
        return groups.enumerated().map { index, group in
            ScoreEvidence(
                party: group[0].party, member: group[0].member, batches: group,
                place: tree.inclusion(of: index, in: groups.count), entry: entry)
        }
    }

    /// Batches of one member each, of no more transactions together than a record has room for.
    private static func groups(_ batches: [BatchStatements]) -> [[BatchStatements]] {
        var groups: [[BatchStatements]] = []
        for (_, own) in Dictionary(grouping: batches, by: \.member).sorted(by: { $0.key < $1.key }) {
            var room = 0
            for batch in own where !batch.entries.isEmpty {
                if batch.entries.count > room {
                    groups.append([])
                    room = most
                }
                groups[groups.count - 1].append(batch)
                room -= batch.entries.count
            }
        }
        return groups
    }

    package var encoded: [UInt8] {
        var wire = WireScoreEvidence()
        wire.schema = Self.schema
        wire.party = UInt32(party.rawValue)
        wire.member = member.name
        wire.batches = batches.map(\.wire)
        wire.index = UInt32(place.index)
        wire.size = UInt32(place.size)
        wire.path = place.path.map { Data($0.bytes) }
        wire.entry = Data(entry.entry)
        wire.entryPath = entry.path.map { Data($0.bytes) }
        wire.head = Data(entry.head)
        return wire.encoded
    }

    /// Nil for bytes that are no such record. What it says is not checked: `DecisionReceipt` is.
    package init?(decoding bytes: [UInt8]) {
        guard let wire = WireScoreEvidence(decoding: bytes), wire.schema == Self.schema,
            let party = PartyID(rawValue: Int(wire.party)), let member = MemberID(wire.member)
        else { return nil }
        let batches = wire.batches.compactMap { BatchStatements($0, party: party, member: member) }
        let path = wire.path.compactMap { MerkleHash($0) }
        let entryPath = wire.entryPath.compactMap { MerkleHash($0) }
        guard batches.count == wire.batches.count, path.count == wire.path.count,
            entryPath.count == wire.entryPath.count
        else { return nil }
        self.init(
            party: party, member: member, batches: batches,
            place: InclusionProof(index: Int(wire.index), size: Int(wire.size), path: path),
            entry: SealedEntry(entry: Array(wire.entry), path: entryPath, head: Array(wire.head)))
    }

    private init(
        party: PartyID, member: MemberID, batches: [BatchStatements], place: InclusionProof, entry: SealedEntry
    ) {
        self.party = party
        self.member = member
        self.batches = batches
        self.place = place
        self.entry = entry
    }

    /// The statement on a transaction under what was agreed of its batch, with its place among the record's; nil where there is
    /// none.
    package func statement(
        on source: SourcePosition, agreed: Digest32
    ) -> (statement: ScoreStatement, place: InclusionProof)? {
        var number = 0
        for batch in batches {
            if batch.agreed == agreed, let index = batch.entries.firstIndex(where: { $0.source == source }) {
                let tree = Self.tree(batches)
                return (batch.statement(index), tree.inclusion(of: number + index, in: tree.count))
            }
            number += batch.entries.count
        }
        return nil
    }
}
