import Foundation
package import Records

/// A party's statements on the transactions of one member in one batch.
package struct BatchStatements: Sendable, Hashable {
    /// One transaction's own part.
    package struct Entry: Sendable, Hashable {
        package var source: SourcePosition
        /// Of the sealed record.
        package var offset: Int64
        package var record: Digest32
        package var commitment: Digest32

        package init(source: SourcePosition, offset: Int64, record: Digest32, commitment: Digest32) {
            self.source = source
            self.offset = offset
            self.record = record
            self.commitment = commitment
        }
    }

    package let party: PartyID
    package let member: MemberID
    package let sessionEpoch: UInt32
    package let partition: Int
    package let plan: Digest32
    package let agreed: Digest32
    package let model: Digest32
    package let ringBits: Int
    package let steps: Int
    package var entries: [Entry]

    package init(
        party: PartyID, member: MemberID, sessionEpoch: UInt32, partition: Int, plan: Digest32, agreed: Digest32,
        model: Digest32, ringBits: Int, steps: Int, entries: [Entry] = []
    ) {
        self.party = party
        self.member = member
        self.sessionEpoch = sessionEpoch
        self.partition = partition
        self.plan = plan
        self.agreed = agreed
        self.model = model
        self.ringBits = ringBits
        self.steps = steps
        self.entries = entries
    }

    package func statement(_ index: Int) -> ScoreStatement {
        let entry = entries[index]
        return ScoreStatement(
            party: party, member: member, source: entry.source, partition: partition, offset: entry.offset,
            record: entry.record, plan: plan, agreed: agreed, model: model, ringBits: ringBits, steps: steps,
            commitment: entry.commitment)
    }

    /// As a row of the party's state, and a part of a record of evidence. Party and member stand beside it.
    package var wire: WireScoredBatch {
        var wire = head
        wire.sources = entries.map(\.source.wire)
        wire.offsets = entries.map(\.offset)
        wire.records = Self.bytes(entries, \.record)
        wire.commitments = Self.bytes(entries, \.commitment)
        return wire
    }

    /// The bytes of `wire`.
    package var encoded: [UInt8] {
        head.encoded(
            adding: entries.count,
            sources: { entries[$0].source }, offsets: { entries[$0].offset },
            records: { entries[$0].record }, commitments: { entries[$0].commitment })
    }

    /// What all transactions have in common.
    private var head: WireScoredBatch {
        var wire = WireScoredBatch()
        wire.sessionEpoch = sessionEpoch
        wire.partition = UInt32(partition)
        wire.planDigest = Data(plan.bytes)
        wire.agreedDigest = Data(agreed.bytes)
        wire.modelDigest = Data(model.bytes)
        wire.ringBits = UInt32(ringBits)
        wire.steps = UInt32(steps)
        return wire
    }

    private static func bytes(_ entries: [Entry], _ digest: (Entry) -> Digest32) -> Data {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 * entries.count)
        for entry in entries { digest(entry).write(to: &bytes) }
        return Data(bytes)
    }

    /// Nil where the numbers of sources, offsets and digests are not the same.
    package init?(_ wire: WireScoredBatch, party: PartyID, member: MemberID) {
        guard let plan = Digest32(wire.planDigest), let agreed = Digest32(wire.agreedDigest),
            let model = Digest32(wire.modelDigest), wire.offsets.count == wire.sources.count,
            case let (records, commitments) = (Array(wire.records), Array(wire.commitments)),
            records.count == 32 * wire.sources.count, commitments.count == records.count
        else { return nil }
        self.init(
            party: party, member: member, sessionEpoch: wire.sessionEpoch, partition: Int(wire.partition), plan: plan,
            agreed: agreed, model: model, ringBits: Int(wire.ringBits), steps: Int(wire.steps),
            entries: wire.sources.indices.map { index in
                let bytes = 32 * index..<32 * (index + 1)
                guard let record = Digest32(records[bytes]), let commitment = Digest32(commitments[bytes]) else {
                    preconditionFailure("a digest has 32 bytes")
                }
                return Entry(
                    source: SourcePosition(wire.sources[index]), offset: wire.offsets[index], record: record,
                    commitment: commitment)
            })
    }
}
