package import EventLogs
import Records
package import ThreeParty

/// What a batch computes, fixed before any work: two parties that agree on the digest agree on everything that goes
/// into the batch (DESIGN section 4.1). All randomness of the batch hangs on that digest.
package struct BatchPlan: Sendable, Hashable {
    package let partition: Int
    package let range: Range<Int64>
    package let model: Digest32
    /// Offsets of the range that the leader leaves out, because it has scored what they repeat; ascending.
    package let repeats: [Int64]
    package let digest: Digest32

    /// - Parameter records: the records of the range without the repeats, in order.
    package init(partition: Int, range: Range<Int64>, repeats: [Int64], records: [LogRecord], model: Digest32) {
        self.partition = partition
        self.range = range
        self.model = model
        self.repeats = repeats
        digest = Digest32(
            of: [
                Array("cordon/plan/v2".utf8), Self.encode(partition, range), model.bytes,
                repeats.flatMap { offset in withUnsafeBytes(of: offset.bigEndian) { Array($0) } },
            ]
                + records.map { $0.value ?? [] })
    }

    private static func encode(_ partition: Int, _ range: Range<Int64>) -> [UInt8] {
        var out: [UInt8] = []
        withUnsafeBytes(of: UInt32(partition).bigEndian) { out += $0 }
        withUnsafeBytes(of: range.lowerBound.bigEndian) { out += $0 }
        withUnsafeBytes(of: range.upperBound.bigEndian) { out += $0 }
        return out
    }
}

/// A plan as the leader names it to the others: everything but the records, which each reads from its own log.
package struct PlanProposal: Sendable, Hashable {
    package var partition: Int
    package var range: Range<Int64>
    package var model: Digest32
    package var repeats: [Int64]

    /// Without the repeats.
    package static let bytes = 52

    package init(_ plan: BatchPlan) {
        partition = plan.partition
        range = plan.range
        model = plan.model
        repeats = plan.repeats
    }

    /// partition (4), first offset (8), end offset (8), model digest (32), each repeat's offset (8); big-endian.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        withUnsafeBytes(of: UInt32(partition).bigEndian) { out += $0 }
        withUnsafeBytes(of: range.lowerBound.bigEndian) { out += $0 }
        withUnsafeBytes(of: range.upperBound.bigEndian) { out += $0 }
        return out + model.bytes + repeats.flatMap { offset in withUnsafeBytes(of: offset.bigEndian) { Array($0) } }
    }

    /// Nil for bytes that are not a proposal of at least one and at most `limit` records.
    package init?(decoding bytes: [UInt8], limit: Int = 65_536) {
        guard bytes.count >= Self.bytes, (bytes.count - Self.bytes) % 8 == 0, let model = Digest32(bytes[20..<52])
        else {
            return nil
        }
        let first = Int64(bitPattern: bytes[4..<12].reduce(0) { $0 << 8 | UInt64($1) })
        let end = Int64(bitPattern: bytes[12..<20].reduce(0) { $0 << 8 | UInt64($1) })
        guard first >= 0, end > first, end - first <= Int64(limit) else { return nil }
        partition = Int(bytes[0..<4].reduce(0) { $0 << 8 | UInt32($1) })
        range = first..<end
        self.model = model
        repeats = stride(from: Self.bytes, to: bytes.count, by: 8).map { at in
            Int64(bitPattern: bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
        guard repeats.allSatisfy(range.contains), zip(repeats, repeats.dropFirst()).allSatisfy(<) else { return nil }
    }
}
