package import EventLogs
import Records
package import ThreeParty

/// What a batch computes, fixed before any work: two parties that agree on the digest agree on everything that goes
/// into the batch (DESIGN section 4.1). All randomness of the batch hangs on that digest.
///
/// A batch is transactions to be scored, or labels to be counted.
package struct BatchPlan: Sendable, Hashable {
    package let partition: Int
    /// Of `consortium.sealed`; empty in a batch of labels.
    package let range: Range<Int64>
    /// Of `consortium.labels`; empty in a batch of transactions.
    package let labels: Range<Int64>
    package let model: Digest32
    /// What was counted before the batch (`PartitionCounts.Standing`): the same records over other counts use other masks. Zeros
    /// where the model reads no counts.
    package let counted: Digest32
    /// Offsets of the range that the leader leaves out, because it has scored what they repeat; ascending.
    package let repeats: [Int64]
    package let digest: Digest32

    /// - Parameter records: the records of both ranges without the repeats, in order.
    package init(
        partition: Int, range: Range<Int64>, labels: Range<Int64> = 0..<0, repeats: [Int64], records: [LogRecord],
        model: Digest32, counted: Digest32 = .zero
    ) {
        self.partition = partition
        self.range = range
        self.labels = labels
        self.model = model
        self.counted = counted
        self.repeats = repeats
        digest = Digest32(
            of: [
                Array("cordon/plan/v3".utf8), Self.encode(partition, range, labels), model.bytes, counted.bytes,
                repeats.flatMap { $0.bytes },
            ]
                + records.map { $0.value ?? [] })
    }

    static func encode(_ partition: Int, _ range: Range<Int64>, _ labels: Range<Int64>) -> [UInt8] {
        withUnsafeBytes(of: UInt32(partition).bigEndian) { Array($0) }
            + [range.lowerBound, range.upperBound, labels.lowerBound, labels.upperBound].flatMap(\.bytes)
    }
}

/// A plan as the leader names it to the others: everything but the records, which each reads from its own log.
package struct PlanProposal: Sendable, Hashable {
    package var partition: Int
    package var range: Range<Int64>
    package var labels: Range<Int64>
    package var model: Digest32
    package var counted: Digest32
    /// Up to where on `consortium.batches` the leader has counted; no part of the plan.
    package var decisions: Int64
    package var repeats: [Int64]

    /// Without the repeats.
    package static let bytes = 108

    package init(_ plan: BatchPlan, decisions: Int64 = 0) {
        self.decisions = decisions
        partition = plan.partition
        range = plan.range
        labels = plan.labels
        model = plan.model
        counted = plan.counted
        repeats = plan.repeats
    }

    /// partition (4); first and end offset of transactions and of labels (8 each); digests of the model and of what was counted
    /// (32 each); the decisions' offset (8); each repeat's offset (8); big-endian.
    package var encoded: [UInt8] {
        BatchPlan.encode(partition, range, labels) + model.bytes + counted.bytes + decisions.bytes
            + repeats.flatMap(\.bytes)
    }

    /// Nil for bytes that are not a proposal of at least one and at most `limit` records.
    package init?(decoding bytes: [UInt8], limit: Int = 65_536) {
        guard bytes.count >= Self.bytes, (bytes.count - Self.bytes) % 8 == 0, let model = Digest32(bytes[36..<68]),
            let counted = Digest32(bytes[68..<100])
        else { return nil }
        func offset(_ at: Int) -> Int64 { Int64(bitPattern: bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) }) }
        func range(_ at: Int) -> Range<Int64>? {
            let (first, end) = (offset(at), offset(at + 8))
            guard first >= 0, end >= first, end - first <= Int64(limit) else { return nil }
            return first..<end
        }
        guard let sealed = range(4), let labels = range(20), sealed.isEmpty != labels.isEmpty else { return nil }
        partition = Int(bytes[0..<4].reduce(0) { $0 << 8 | UInt32($1) })
        self.range = sealed
        self.labels = labels
        self.model = model
        self.counted = counted
        decisions = offset(100)
        repeats = stride(from: Self.bytes, to: bytes.count, by: 8).map(offset)
        guard repeats.allSatisfy(sealed.contains), zip(repeats, repeats.dropFirst()).allSatisfy(<) else { return nil }
    }
}

extension Int64 {
    /// Big-endian.
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
