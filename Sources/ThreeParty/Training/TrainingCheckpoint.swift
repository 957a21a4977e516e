import Records

/// What a party keeps after a group of trees to go on from there: the groups that are grown, in shares, and where the masks stand.
///
/// A party is at most one group ahead of another, so each keeps its last two, and all begin at the lowest group that any has last.
/// Never printed.
package struct TrainingCheckpoint: Sendable, Unprinted {
    /// Groups that are grown: the next one's number, from 0.
    package var groups: Int
    /// The transcript after them.
    let transcript: Digest32
    /// The transcript after the set-up, which a resumed training repeats byte for byte.
    let setUp: Digest32
    let conditions: XORShares<UInt8>
    let leaves: AdditiveShares<UInt32>
    let residuals: AdditiveShares<UInt32>

    package var description: String { "TrainingCheckpoint(\(groups) groups)" }
}

extension TrainingCheckpoint {
    private static let mark = Array("cordon/train/checkpoint/v1".utf8)

    /// For the party's own state, as secret as its other shares: mark, plan (32), groups (4), both digests, three lengths (4 each),
    /// then both components of each, ring elements little-endian.
    package func encoded(plan: TrainingPlan) -> [UInt8] {
        var out = Self.mark + plan.digest.bytes + UInt32(groups).bigEndianBytes + transcript.bytes + setUp.bytes
        for count in [conditions.count, leaves.count, residuals.count] { out += UInt32(count).bigEndianBytes }
        out += conditions.first + conditions.second
        out += UInt32.pack(leaves.first) + UInt32.pack(leaves.second)
        return out + UInt32.pack(residuals.first) + UInt32.pack(residuals.second)
    }

    /// The groups of a checkpoint that was encoded, of whatever plan; nil for bytes that are none.
    static func groups(of bytes: [UInt8]) -> Int? {
        let head = mark.count + 32
        guard bytes.starts(with: mark), bytes.count >= head + 4 else { return nil }
        return Int(UInt32(bigEndianBytes: bytes[head..<head + 4]))
    }

    /// - Throws: `checkpoint` for other bytes, or another plan's.
    package init(decoding bytes: [UInt8], plan: TrainingPlan) throws(TrainingError) {
        var rest = bytes[...]
        func take(_ count: Int) throws(TrainingError) -> [UInt8] {
            guard rest.count >= count else { throw .checkpoint }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        guard try take(Self.mark.count) == Self.mark, try take(32) == plan.digest.bytes else { throw .checkpoint }
        groups = Int(UInt32(bigEndianBytes: try take(4)))
        guard let transcript = Digest32(try take(32)), let setUp = Digest32(try take(32)) else { throw .checkpoint }
        var counts: [Int] = []
        for _ in 0..<3 { counts.append(Int(UInt32(bigEndianBytes: try take(4)))) }
        let rule = plan.rule
        let stages = rule.stages.map { plan.candidates(together: $0) }.reduce(0, +)
        let trees = groups * rule.group
        guard groups <= plan.groups,
            counts == [trees * stages, trees << rule.depth, RowVectors.stride(rows: plan.rows)]
        else { throw .checkpoint }
        conditions = XORShares(first: try take(counts[0]), second: try take(counts[0]))
        func shares(_ count: Int) throws(TrainingError) -> AdditiveShares<UInt32> {
            AdditiveShares(first: UInt32.unpack(try take(4 * count)), second: UInt32.unpack(try take(4 * count)))
        }
        leaves = try shares(counts[1])
        residuals = try shares(counts[2])
        guard rest.isEmpty else { throw .checkpoint }
        (self.transcript, self.setUp) = (transcript, setUp)
    }
}
