import Records
package import ThreeParty

/// The labels of one batch that the parties counted, in the log's order, as this party's components of a bit each.
///
/// A label's bit is the lowest of an outcome in Z_2^16: lowest bits of additive components are an XOR sharing of the lowest bit of
/// their sum.
///
/// Never printed.
package struct RowLabels: Sendable, CustomStringConvertible, CustomReflectable {
    /// Offsets of `consortium.labels`.
    package let range: Range<Int64>
    /// The offset of `consortium.sealed` at which they were counted: they are of events before it.
    let at: Int64
    /// Components `i` and `i + 1` in bits 0 and 1.
    private(set) var entries: [(key: RowKey, bits: UInt8)] = []
    /// Of the components.
    private(set) var generations: RowGenerations

    /// - Parameter born: the generation of shares that is in force where they are counted.
    package init(_ range: Range<Int64>, at: Int64, born: ShareGeneration = .dealt) {
        generations = RowGenerations(born: born)
        self.range = range
        self.at = at
    }

    package mutating func append(_ key: RowKey, _ outcome: CountShare) {
        entries.append((key, UInt8(truncatingIfNeeded: outcome.first & 1 | (outcome.second & 1) << 1)))
    }

    /// The labels without a member's, but those of some events.
    func without(_ member: RowKey.Member, but kept: Set<RowKey>) -> RowLabels {
        var rest = self
        rest.entries.removeAll { $0.key.member == member && !kept.contains($0.key) }
        return rest
    }

    /// Puts other components of the same bit in the place of each label's.
    mutating func refresh(to generation: ShareGeneration, _ change: (RowKey, UInt8) -> UInt8) {
        for at in entries.indices { entries[at].bits = change(entries[at].key, entries[at].bits) }
        generations.now = generation
    }

    /// The components of a label's bit.
    static func shares(_ bits: UInt8) -> CountShare {
        CountShare(first: UInt16(bits & 1), second: UInt16(bits >> 1 & 1))
    }

    package var description: String { "RowLabels(\(entries.count) labels)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

// The row of a batch in the party's state: version (1), end of the range (8), the offset at which they were counted (8),
// generations (8), then a key (24) and bits (1) for each label. Numbers big-endian.
extension RowLabels {
    private static let version: UInt8 = 2
    private static let headBytes = 17 + RowGenerations.byteCount
    private static let entryBytes = RowKey.byteCount + 1

    var encoded: [UInt8] {
        var out = [Self.version] + range.upperBound.bigEndianBytes + at.bigEndianBytes
        out += generations.encoded
        out.reserveCapacity(encodedBytes)
        for (key, bits) in entries {
            key.write(to: &out)
            out.append(bits)
        }
        return out
    }

    var encodedBytes: Int { Self.headBytes + entries.count * Self.entryBytes }

    /// A batch that was written under the first offset of its range; nil for bytes that are none.
    init?(at offset: Int64, _ row: [UInt8]) {
        guard row.count >= Self.headBytes, row[0] == Self.version,
            case let end = Int64(bigEndianBytes: row[1..<9]), offset < end,
            (row.count - Self.headBytes) % Self.entryBytes == 0,
            let generations = RowGenerations(row[17..<Self.headBytes])
        else { return nil }
        self.init(offset..<end, at: Int64(bigEndianBytes: row[9..<17]))
        self.generations = generations
        entries = stride(from: Self.headBytes, to: row.count, by: Self.entryBytes).map { at in
            (RowKey(row[at..<at + RowKey.byteCount]), row[at + RowKey.byteCount])
        }
    }
}
