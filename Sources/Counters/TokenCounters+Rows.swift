import Records
import ThreeParty

/// Rows for a store: a token's number, and its keys and buckets. The number stays while keys rotate, so that a rotation moves
/// no row.
///
/// A row, little-endian: generation of its key (4), whether a next key follows (1), mark of its shares' generation (1), origin
/// (16), key (33), next key (33), the words of `TokenBuckets`. The header: version (1), the spec's bucket (8), reach (8) and limit
/// (4), now (8; -1 before any event), generation of keys (4), whether a rotation is under way (1), how far rows are renewed (8),
/// and up to where (8); generation of shares (4), whether rows of the one before are left (1).
extension TokenCounters {
    package enum RowError: Error, Sendable, Hashable {
        /// The header has another length, or a number in it is out of range.
        case header
        /// Another version of this code wrote them.
        case version(UInt8)
        /// They are of counters of another spec.
        case spec(bucketSeconds: Int64, reach: Int64, limit: Int)
        /// The row of this number is cut short, of another generation, or of a key that another row has.
        case row(UInt32)
    }

    /// The version of header and rows; others are refused.
    package static let version: UInt8 = 4
    static let headerBytes = 55
    /// Where a row's key begins.
    private static let keyStart = 22

    package var header: [UInt8] {
        var out = [Self.version]
        for value in [spec.bucketSeconds, spec.reach] { withUnsafeBytes(of: value.littleEndian) { out += $0 } }
        withUnsafeBytes(of: UInt32(spec.limit).littleEndian) { out += $0 }
        withUnsafeBytes(of: (clock.now ?? -1).littleEndian) { out += $0 }
        withUnsafeBytes(of: generation.littleEndian) { out += $0 }
        out.append(rotation == nil ? 0 : 1)
        withUnsafeBytes(of: UInt64(renewed).littleEndian) { out += $0 }
        withUnsafeBytes(of: UInt64(renewable).littleEndian) { out += $0 }
        withUnsafeBytes(of: shares.current.number.littleEndian) { out += $0 }
        out.append(shares.refresh == nil ? 0 : 1)
        return out
    }

    /// What a store needs to stand where this does, if it stood where this did at the last call: rows to write, and to delete
    /// where they are nil. Written with the header and the position in the log as one.
    package mutating func takeChanges() -> TokenRows {
        let changed = takeChanged()
        var rows = TokenRows(capacity: changed.count)
        for number in changed { rows.append(number) { write(number, to: &$0) } }
        return rows
    }

    /// Nothing for a token of which nothing is seen: as if it had been swept.
    private func write(_ number: UInt32, to out: inout [UInt8]) {
        let at = Int(number)
        guard keys[at] != .none, buckets[at].isSeen(clock) else { return }
        let next = rotation.flatMap { $0.keys[at] == .none ? nil : $0.keys[at] }
        withUnsafeBytes(of: generation.littleEndian) { out.append(contentsOf: $0) }
        out.append(next == nil ? 0 : 1)
        out.append(marks[at])
        withUnsafeBytes(of: origins[at].littleEndian) { out.append(contentsOf: $0) }
        keys[at].write(to: &out)
        next?.write(to: &out)
        buckets[at].write(to: &out, clock)
    }

    /// What a store's header and rows hold, in any order.
    ///
    /// - Throws: `header`, `version` and `spec` in the order of reading, or `row` for the first row that does not fit.
    package init(
        spec: CounterSpec, header: [UInt8], rows: some Collection<(number: UInt32, row: [UInt8])>
    ) throws(RowError) {
        guard let version = header.first else { throw .header }
        guard version == Self.version else { throw .version(version) }
        guard header.count == Self.headerBytes, header[33] < 2, header[54] < 2 else { throw .header }
        func integer(_ range: Range<Int>) -> UInt64 { header[range].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        let (bucket, reach) = (Int64(bitPattern: integer(1..<9)), Int64(bitPattern: integer(9..<17)))
        let limit = Int(integer(17..<21))
        guard bucket == spec.bucketSeconds, reach == spec.reach, limit == spec.limit else {
            throw .spec(bucketSeconds: bucket, reach: reach, limit: limit)
        }
        let now = Int64(bitPattern: integer(21..<29))
        guard (-1...Int64(UInt32.max)).contains(now), let renewed = Int(exactly: integer(34..<42)),
            let renewable = Int(exactly: integer(42..<50))
        else { throw .header }
        self.init(spec: spec, now: now < 0 ? nil : EventTime(seconds: now))
        generation = UInt32(integer(29..<33))
        (self.renewed, self.renewable) = (renewed, renewable)
        shares = RowGeneration(kind: "token", current: ShareGeneration(UInt32(integer(50..<54))))
        let isRefreshing = header[54] == 1
        reserve(rows.reduce(0) { max($0, Int($1.number) + 1) })
        if header[33] == 1 {
            rotation = Rotation(
                keys: .init(repeating: .none, count: keys.count), index: NumberIndex(capacity: rows.count))
        }
        for (number, row) in rows { try read(number, row, isRefreshing: isRefreshing) }
        for number in keys.indices.reversed() where keys[number] == .none { free.append(UInt32(number)) }
        self.renewable = min(renewable, keys.count)
    }

    private mutating func read(_ number: UInt32, _ row: [UInt8], isRefreshing: Bool) throws(RowError) {
        let at = Int(number)
        let keyEnd = Self.keyStart + CountedEntity.byteCount
        guard row.count > keyEnd, row[4] < 2, isRefreshing || row[5] == shares.mark,
            let key = CountedEntity(row[Self.keyStart..<keyEnd]), keys[at] == .none
        else {
            throw .row(number)
        }
        let written = row[..<4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        var begin = keyEnd
        var next: CountedEntity?
        if row[4] == 1 {
            begin += CountedEntity.byteCount
            guard row.count > begin, let second = CountedEntity(row[keyEnd..<begin]) else { throw .row(number) }
            next = second
        }
        guard let read = TokenBuckets(decoding: row[begin...]) else { throw .row(number) }
        // A row of the generation before has what is now its key as its next one; an older one that was never renewed can't be.
        let present = written == generation ? key : written &+ 1 == generation ? next : nil
        guard let present, index.number(of: present, keys) == nil else { throw .row(number) }
        keys[at] = present
        buckets[at] = read
        marks[at] = row[5]
        origins[at] = row[6..<Self.keyStart].reversed().reduce(0) { $0 << 8 | UInt128($1) }
        index.insert(number, keys)
        if written == generation, let next, var rotation {
            self.rotation = nil
            guard rotation.index.number(of: next, rotation.keys) == nil else { throw .row(number) }
            rotation.keys[at] = next
            rotation.index.insert(number, rotation.keys)
            self.rotation = rotation
        }
    }

    /// All that can still be seen, by token: alike wherever the same calls led to it, whatever was swept or written when.
    package var canonical: [(token: CountedEntity, buckets: [UInt8])] {
        keys.indices.filter { keys[$0] != .none }
            .filter { buckets[$0].isSeen(clock) }
            .map { at in
                var row: [UInt8] = []
                buckets[at].write(to: &row, clock)
                return (keys[at], row)
            }
            .sorted { $0.0 < $1.0 }
    }
}

extension TokenCounters.RowError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .header: "the header has another length, or a number out of range"
        case .version(let version): "version \(version) of Cordon's rows, which this one does not read"
        case .spec(let bucket, let reach, let limit):
            "rows of other terms: buckets of \(bucket) s, a reach of \(reach) s, \(limit) events of a member"
        case .row(let number): "row \(number) is cut short, of another key's generation, or given twice"
        }
    }
}
