package import Records

/// A plan as the leader names it to the others: everything but the records, which each reads from its own log.
package struct PlanProposal: Sendable, Hashable {
    /// The party that proposes.
    package static let leader = PartyID.zero

    package var partition: Int
    package var range: Range<Int64>
    package var labels: Range<Int64>
    package var model: Digest32
    package var counted: Digest32
    /// The offset on `consortium.batches` up to which the leader has counted; no part of the plan.
    package var decisions: Int64
    /// Of the pairwise keys.
    package var epoch: KeyEpoch
    package var tokenKeys: TokenKeys
    package var shares: Digest32
    package var repeats: [Int64]

    /// The length of an encoded proposal without token keys and repeats.
    package static let bytes = 146

    package init(_ plan: BatchPlan, decisions: Int64 = 0) {
        self.decisions = decisions
        partition = plan.partition
        range = plan.range
        labels = plan.labels
        model = plan.model
        counted = plan.counted
        epoch = plan.epoch
        tokenKeys = plan.tokenKeys
        shares = plan.shares
        repeats = plan.repeats
    }

    /// partition (4); first and end offset of transactions and of labels (8 each); digests of the model and of what was counted (32
    /// each); the decisions' offset (8); the epoch of pairwise keys (4); digest of the shares' generations (32); how many token
    /// keys (2); of each its epoch (8) and digest (32); each repeat's offset (8); big-endian.
    package var encoded: [UInt8] {
        let keys = tokenKeys.encoded
        return BatchPlan.encode(partition, range, labels) + model.bytes + counted.bytes + decisions.bigEndianBytes
            + epoch.number.bigEndianBytes + shares.bytes
            + UInt16(keys.count / TokenKeys.entryBytes).bigEndianBytes + keys
            + repeats.flatMap(\.bigEndianBytes)
    }

    /// A proposal that was encoded; nil for bytes that are not a proposal of at least one and at most `limit` records.
    package init?(decoding bytes: [UInt8], limit: Int = 65_536) {
        guard bytes.count >= Self.bytes, let model = Digest32(bytes[36..<68]),
            let counted = Digest32(bytes[68..<100]), let shares = Digest32(bytes[112..<144])
        else { return nil }
        func offset(_ at: Int) -> Int64 { Int64(bitPattern: UInt64(bigEndianBytes: bytes[at..<at + 8])) }
        func range(_ at: Int) -> Range<Int64>? {
            let (first, end) = (offset(at), offset(at + 8))
            guard first >= 0, end >= first, end - first <= Int64(limit) else { return nil }
            return first..<end
        }
        guard let sealed = range(4), let labels = range(20), sealed.isEmpty != labels.isEmpty else { return nil }
        partition = Int(UInt32(bigEndianBytes: bytes[0..<4]))
        self.range = sealed
        self.labels = labels
        self.model = model
        self.counted = counted
        self.shares = shares
        decisions = offset(100)
        epoch = KeyEpoch(UInt32(bigEndianBytes: bytes[108..<112]))
        let keys = Self.bytes + TokenKeys.entryBytes * Int(UInt16(bigEndianBytes: bytes[144..<146]))
        guard keys <= bytes.count, (bytes.count - keys) % 8 == 0,
            let tokenKeys = TokenKeys(decoding: bytes[Self.bytes..<keys])
        else { return nil }
        self.tokenKeys = tokenKeys
        repeats = stride(from: keys, to: bytes.count, by: 8).map(offset)
        guard repeats.allSatisfy(sealed.contains), zip(repeats, repeats.dropFirst()).allSatisfy(<) else { return nil }
    }
}
