package import Records
package import ThreeParty

/// The rows of one batch: what the parties agreed to score of it, in the order of its records, as this party's two components of
/// every bit, those of counts too.
///
/// Never printed.
package struct RowBatch: Sendable, CustomStringConvertible, CustomReflectable {
    /// Offsets of `consortium.sealed`.
    package let range: Range<Int64>
    /// When the log took it, in seconds since 1970.
    let seconds: Int64
    /// What the bits mean (`ModelManifest.rowForm`).
    let form: Digest32
    /// What the parties agreed on of this batch.
    let agreed: Digest32
    /// Bits of a row.
    let bits: Int
    /// Of the components.
    private(set) var generations: RowGenerations
    /// Tokens of a row, of which is known how many members there are.
    let slots: Int
    private(set) var keys: [RowKey] = []
    /// By row and slot, the members that know its token, 255 for more, as they were when it was scored.
    private var members: [UInt8] = []
    private var first: [UInt8] = []
    private var second: [UInt8] = []

    /// The bits of the next spec of these transactions; nil where none was collected.
    private(set) var shadow: ShadowRows?

    private var rowBytes: Int { (bits + 7) / 8 }

    /// A batch without rows.
    ///
    /// - Parameter born: the generation of shares that is in force where it was computed.
    package init(
        _ range: Range<Int64>, seconds: Int64, form: Digest32, agreed: Digest32, bits: Int, slots: Int = 0,
        born: ShareGeneration = .dealt
    ) {
        generations = RowGenerations(born: born)
        self.range = range
        self.seconds = seconds
        self.form = form
        self.agreed = agreed
        self.bits = bits
        self.slots = slots
    }

    /// - Parameters:
    ///   - shares: `(bits + 7) / 8` bytes a component.
    ///   - members: one a slot.
    package mutating func append(_ key: RowKey, _ shares: BitShares, members: [UInt8] = []) {
        precondition(shares.first.count == rowBytes && shares.second.count == rowBytes && members.count == slots)
        keys.append(key)
        self.members += members
        first += shares.first
        second += shares.second
    }

    /// The rows of a batch that this party computed; nil for labels, and for a batch that is counted again.
    ///
    /// - Parameters:
    ///   - slots: tokens of a transaction.
    ///   - known: the members that know each of a transaction's tokens, before the batch is counted.
    init?(_ batch: CountedBatch, slots: Int = 0, known: (OpenedTransaction) -> [UInt8] = { _ in [] }) {
        guard case .transactions(let transactions) = batch.content, let inputs = batch.inputs else { return nil }
        self.init(
            batch.plan.range, seconds: batch.logged.map(\.seconds).max() ?? 0, form: batch.form,
            agreed: batch.agreement.digest, bits: inputs.bits, slots: slots, born: batch.generation)
        keys.reserveCapacity(inputs.count)
        first.reserveCapacity(inputs.count * rowBytes)
        second.reserveCapacity(inputs.count * rowBytes)
        var names: [MemberID: RowKey.Member] = [:]
        for (index, transaction) in transactions.enumerated() where batch.agreement.refusals[index] == nil {
            guard let member = transaction.member, let event = transaction.event else { continue }
            let name = names[member] ?? RowKey.Member(member)
            names[member] = name
            keys.append(RowKey(event, of: name))
            self.members += known(transaction)
            inputs.write(index, first: &first, second: &second)
            if let shadow = batch.shadow {
                if self.shadow == nil { self.shadow = ShadowRows(form: shadow.form, bits: shadow.inputs.bits) }
                self.shadow?.append(index, of: shadow.inputs)
            }
        }
    }

    /// - Parameter next: a row's bits of the next spec; nil where the transaction brought none that all three parties could use.
    package mutating func append(
        _ key: RowKey, _ shares: BitShares, members: [UInt8] = [], shadow next: BitShares?, form: Digest32, bits: Int
    ) {
        append(key, shares, members: members)
        if shadow == nil { shadow = ShadowRows(form: form, bits: bits) }
        shadow?.append(next)
    }

    var count: Int { keys.count }

    /// The batch without a member's rows.
    func without(_ member: RowKey.Member) -> RowBatch {
        var rest = RowBatch(range, seconds: seconds, form: form, agreed: agreed, bits: bits, slots: slots)
        rest.generations = generations
        for (row, key) in keys.enumerated() where key.member != member {
            rest.append(key, shares(row), members: members(row))
            guard let shadow else { continue }
            if rest.shadow == nil { rest.shadow = ShadowRows(form: shadow.form, bits: shadow.bits) }
            rest.shadow?.append(shadow.shares(row))
        }
        return rest
    }

    /// Puts other components of the same bits in the place of each row's. The bits that fill up a row's last byte stay.
    ///
    /// - Parameter change: told whether the bits are those of the next spec, which are refreshed by others.
    mutating func refresh(to generation: ShareGeneration, _ change: (RowKey, BitShares, Bool) -> BitShares) {
        shadow?.refresh { change(keys[$0], $1, true) }
        let filling: UInt8 = bits % 8 == 0 ? 0 : 0xFF << UInt8(bits % 8)
        for (row, key) in keys.enumerated() {
            let (old, new) = (shares(row), change(key, shares(row), false))
            let begin = row * rowBytes
            for at in 0..<rowBytes {
                let keeps = at == rowBytes - 1 ? filling : 0
                first[begin + at] = new.first[at] & ~keeps | old.first[at] & keeps
                second[begin + at] = new.second[at] & ~keeps | old.second[at] & keeps
            }
        }
        generations.now = generation
    }

    /// The components of one row.
    func shares(_ row: Int) -> BitShares {
        let bytes = row * rowBytes..<(row + 1) * rowBytes
        return BitShares(first: Array(first[bytes]), second: Array(second[bytes]))
    }

    /// Whether rows of a form can be among these: scored, or beside those.
    func hasRows(_ form: Digest32, _ bits: Int) -> Bool {
        isScored(form, bits) || shadow?.form == form && shadow?.bits == bits
    }

    /// The components of one row by a form; nil where it has none of it.
    func shares(_ row: Int, as form: Digest32, _ bits: Int) -> BitShares? {
        if isScored(form, bits) { return shares(row) }
        return hasRows(form, bits) ? shadow?.shares(row) : nil
    }

    private func isScored(_ form: Digest32, _ bits: Int) -> Bool { self.form == form && self.bits == bits }

    /// The members that know each of a row's tokens; none where that was not kept.
    func members(_ row: Int) -> [UInt8] { Array(members[row * slots..<(row + 1) * slots]) }

    package var description: String { "RowBatch(\(count) rows of \(bits) bits)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

// The row of a batch in the party's state: version (1), end of the range (8), seconds (8), bits (4), rows (4), form (32), agreed
// (32), generations (8), slots (1), then keys (24 each), all first components, all second ones, members (1 a row and slot), and of
// the next spec, where there is one, `ShadowRows`. Numbers big-endian.
extension RowBatch {
    private static let version: UInt8 = 3
    /// With rows of the next spec behind them.
    private static let shadowVersion: UInt8 = 4
    private static let headBytes = 90 + RowGenerations.byteCount

    var encoded: [UInt8] {
        var out =
            [shadow == nil ? Self.version : Self.shadowVersion] + range.upperBound.bigEndianBytes
            + seconds.bigEndianBytes
        out.reserveCapacity(encodedBytes)
        out += UInt32(bits).bigEndianBytes + UInt32(count).bigEndianBytes + form.bytes + agreed.bytes
        out += generations.encoded + [UInt8(slots)]
        for key in keys { key.write(to: &out) }
        return out + first + second + members + (shadow?.encoded ?? [])
    }

    var encodedBytes: Int {
        Self.headBytes + keys.count * RowKey.byteCount + first.count + second.count + members.count
            + (shadow?.encodedBytes ?? 0)
    }

    /// A batch that was written under the first offset of its range; nil for bytes that are none.
    init?(at offset: Int64, _ row: [UInt8]) {
        let head = Self.headBytes
        guard row.count >= head, row[0] == Self.version || row[0] == Self.shadowVersion,
            case let end = Int64(bigEndianBytes: row[1..<9]), offset < end,
            let form = Digest32(row[25..<57]), let agreed = Digest32(row[57..<89]),
            let generations = RowGenerations(row[89..<Self.headBytes - 1])
        else { return nil }
        self.init(
            offset..<end, seconds: Int64(bigEndianBytes: row[9..<17]), form: form, agreed: agreed,
            bits: Int(UInt32(bigEndianBytes: row[17..<21])), slots: Int(row[Self.headBytes - 1]))
        self.generations = generations
        let count = Int(UInt32(bigEndianBytes: row[21..<25]))
        let rowsEnd = head + count * (RowKey.byteCount + 2 * rowBytes + slots)
        guard row.count >= rowsEnd, row[0] == Self.shadowVersion || row.count == rowsEnd else { return nil }
        if row[0] == Self.shadowVersion {
            guard let found = ShadowRows(row[rowsEnd...], rows: count) else { return nil }
            shadow = found
        }
        let shares = head + count * RowKey.byteCount
        keys = stride(from: head, to: shares, by: RowKey.byteCount).map {
            RowKey(row[$0..<$0 + RowKey.byteCount])
        }
        first = Array(row[shares..<shares + count * rowBytes])
        second = Array(row[shares + count * rowBytes..<shares + 2 * count * rowBytes])
        members = Array(row[shares + 2 * count * rowBytes..<rowsEnd])
    }
}
