import Audit
package import EventLogs
package import Records

/// The plan of a batch, fixed before any work: two parties that agree on its digest agree on everything that goes into the
/// batch (docs/design/scoring.md 4.1). All randomness of the batch hangs on that digest.
///
/// A batch is transactions to be scored, or labels to be counted.
package struct BatchPlan: Sendable, Hashable {
    package let partition: Int
    /// Offsets of `consortium.sealed`; empty in a batch of labels.
    package let range: Range<Int64>
    /// Offsets of `consortium.labels`; empty in a batch of transactions.
    package let labels: Range<Int64>
    package let model: Digest32
    /// The digest of what was counted before the batch (`CountStanding`): the same records over other counts use other masks.
    /// Zeros where the model reads no counts.
    package let counted: Digest32
    /// The keys of the records' tokens; none where the model reads no counts.
    package let tokenKeys: TokenKeys
    /// The generations of the shares that it is computed with (`SharesInForce.digest`).
    package let shares: Digest32
    /// Offsets of the range that the leader leaves out, because it has scored what they repeat; ascending.
    package let repeats: [Int64]
    /// The form of the rows that it collects of the next spec; nil where there is none.
    package let nextSpec: Digest32?
    /// Of the pairwise keys that all masks are drawn by.
    package let epoch: KeyEpoch
    package let digest: Digest32

    /// - Parameter records: the records of both ranges without the repeats, in order. Their times in the log are part of the plan:
    ///   limits and counts go by them.
    package init(
        partition: Int, range: Range<Int64>, labels: Range<Int64> = 0..<0, repeats: [Int64], records: [LogRecord],
        model: Digest32, counted: Digest32 = .zero, tokenKeys: TokenKeys = TokenKeys(), shares: Digest32 = .zero,
        nextSpec: Digest32? = nil, epoch: KeyEpoch = KeyEpoch(1)
    ) {
        self.init(
            partition: partition, range: range, labels: labels, repeats: repeats,
            times: records.map(\.timestamp),
            digests: records.map { ScoreStatement.digest(ofRecord: $0.value ?? []) }, model: model, counted: counted,
            tokenKeys: tokenKeys, shares: shares, nextSpec: nextSpec, epoch: epoch)
    }

    /// The same of records that are hashed already, as statements on scores name them.
    init(
        partition: Int, range: Range<Int64>, labels: Range<Int64>, repeats: [Int64], times: [Int64],
        digests: [Digest32],
        model: Digest32, counted: Digest32, tokenKeys: TokenKeys, shares: Digest32,
        nextSpec: Digest32?, epoch: KeyEpoch
    ) {
        self.nextSpec = nextSpec
        self.partition = partition
        self.range = range
        self.labels = labels
        self.model = model
        self.counted = counted
        self.tokenKeys = tokenKeys
        self.shares = shares
        self.repeats = repeats
        self.epoch = epoch
        digest = Digest32(
            of: [
                Array("cordon/plan/v6".utf8), epoch.number.bigEndianBytes, Self.encode(partition, range, labels),
                model.bytes, counted.bytes,
                tokenKeys.encoded, repeats.flatMap { $0.bigEndianBytes },
                Self.bytes(times.count * 8) { bytes in
                    for time in times { time.withBigEndianBytes { bytes.append(contentsOf: $0) } }
                },
            ]
                // Plans from before any refresh are what they were.
                + (shares == .zero ? [] : [shares.bytes])
                // No digests can be taken for it: the times say how many records there are.
                + (nextSpec.map { [Array("cordon/plan/next-spec/v1".utf8) + $0.bytes] } ?? [])
                + [Self.bytes(digests.count * 32) { bytes in for digest in digests { digest.write(to: &bytes) } }])
    }

    private static func bytes(_ count: Int, _ write: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        write(&bytes)
        return bytes
    }

    /// partition (4), first and end offset of both ranges (8 each); big-endian.
    static func encode(_ partition: Int, _ range: Range<Int64>, _ labels: Range<Int64>) -> [UInt8] {
        UInt32(partition).bigEndianBytes
            + [range.lowerBound, range.upperBound, labels.lowerBound, labels.upperBound].flatMap(\.bigEndianBytes)
    }
}
