package import EventLogs
package import Records
package import ThreeParty

/// The store of the rows that a party scored, and of the labels that came for them, until they are trained on. The log stays the
/// truth; but bits of secret counts are not in it, and what is lost here would have to be looked up again by all three.
///
/// A batch is a row under the first offset of its range, labels are one under the first offset of theirs; how far both go stands
/// beside, and changes in the same commit. So a batch that comes again, and a crash between any two commits, neither loses nor
/// doubles rows. Nothing but that account is in memory. Used by the partition's thread, or by a reader of its own.
package final class ScoredRowStore {
    let state: any StateStore
    private let limits: RowLimits
    private let agreed: @Sendable () -> Int?
    private let head: String
    let rowTable: String
    let labelTable: String
    private var rows = ScoredRows()
    /// Changes that the state lacks.
    private var pending: [StateWrite] = []
    private var isChanged = false
    /// What is next to go, as far as it was looked up.
    private var oldest: ScoredRows.Batch?
    private var oldestLabels: RowLabels?

    package init(_ terms: RowTerms, partition: Int) throws(LogError) {
        state = terms.state
        limits = terms.limits
        agreed = terms.agreed
        head = "rows-head-\(partition)"
        rowTable = "rows-\(partition)"
        labelTable = "rows-labels-\(partition)"
        guard let row = try state.value(head, []) else { return }
        guard let rows = ScoredRows(decoding: row) else { throw Self.malformed }
        self.rows = rows
    }

    static let malformed = LogError.corrupted(
        reason: """
            the party's state holds malformed rows, or those of another version of this program; remove its file of rows at all \
            three parties: they are collected anew
            """)

    /// Rows that are kept.
    package var count: Int { rows.rows }
    /// Labels that are kept.
    package var labels: Int { rows.labels }
    /// Bytes of both, before they are sealed.
    package var bytes: Int { rows.bytes }
    /// The window that can be had: offsets of `consortium.sealed`, and the end of labels; nil before the first row.
    package var kept: (range: Range<Int64>, labels: Int64)? {
        rows.begin.map { ($0..<max($0, rows.decided), rows.labelled) }
    }

    // MARK: Keeping

    /// Keeps a batch that is computed, in the state when this returns: before anybody is told that it is computed.
    package func keep(_ batch: RowBatch) throws(LogError) {
        if let replaced = rows.keep(ScoredRows.Batch(batch)) { remove(replaced) }
        if batch.count > 0 { pending.append(put(rowTable, batch.range.lowerBound, batch.encoded)) }
        isChanged = true
        try flush()
    }

    /// Takes note that a batch was decided, in the state with the next commit.
    package func decide(_ range: Range<Int64>, agreed: Digest32) {
        if let replaced = rows.decide(range, agreed) { remove(replaced) }
        isChanged = true
    }

    /// Keeps labels of a batch that was decided, in the state with the next commit.
    package func add(_ labels: RowLabels) {
        if rows.label(labels) { pending.append(put(labelTable, labels.range.lowerBound, labels.encoded)) }
        isChanged = true
    }

    /// Commits what the state lacks, and removes what is beyond the limits.
    ///
    /// - Parameter now: this party's time, in seconds since 1970.
    package func commit(now: Int64) throws(LogError) {
        try flush()
        let limits = limits.within(days: agreed())
        while let batch = try oldestBatch(), rows.isExcess(batch, limits, now: now) {
            rows.drop(batch)
            remove(batch)
            try flush()
        }
        while let labels = try oldestOfLabels(), rows.isExcess(labels) {
            rows.drop(labels)
            pending.append(.remove(table: labelTable, key: labels.range.lowerBound.bigEndianBytes))
            oldestLabels = nil
            isChanged = true
            try flush()
        }
    }

    /// Erases what is older than a time, and is known to be decided: as if it were beyond the limits.
    func erase(before seconds: Int64) throws {
        while let batch = try oldestBatch(), batch.seconds < seconds, batch != rows.open {
            rows.drop(batch)
            remove(batch)
            try flush()
        }
        while let labels = try oldestOfLabels(), rows.isExcess(labels) {
            rows.drop(labels)
            pending.append(.remove(table: labelTable, key: labels.range.lowerBound.bigEndianBytes))
            oldestLabels = nil
            isChanged = true
            try flush()
        }
    }

    /// Erases a member's rows of batches that are older than a time, with all its labels that are of none that stays; nil for all.
    func erase(_ member: RowKey.Member, before seconds: Int64?) throws {
        var kept: Set<RowKey> = []
        try rewrite(rowTable) { offset, row in
            guard let batch = RowBatch(at: offset, row) else { throw Self.malformed }
            guard batch.seconds < seconds ?? .max else {
                kept.formUnion(batch.keys.filter { $0.member == member })
                return row
            }
            let rest = batch.without(member)
            guard rest.count < batch.count else { return row }
            rows.erase(ScoredRows.Batch(batch), leaving: ScoredRows.Batch(rest, isKept: rest.count > 0))
            return rest.count > 0 ? rest.encoded : nil
        }
        try rewrite(labelTable) { offset, row in
            guard let batch = RowLabels(at: offset, row) else { throw Self.malformed }
            let rest = batch.without(member, but: kept)
            guard rest.entries.count < batch.entries.count else { return row }
            rows.erase(batch, leaving: rest)
            return rest.entries.isEmpty ? nil : rest.encoded
        }
        (oldest, oldestLabels) = (nil, nil)
    }

    /// Puts others in the place of a table's rows, each in a commit with the account; nil removes one.
    private func rewrite(_ table: String, _ change: (Int64, [UInt8]) throws -> [UInt8]?) throws {
        var keys: [[UInt8]] = []
        try state.scan(table, from: []) { entry in
            keys.append(entry.key)
            return true
        }
        for key in keys {
            guard let row = try state.value(table, key) else { continue }
            let changed = try change(Int64(bigEndianBytes: key), row)
            guard changed != row else { continue }
            pending.append(
                changed.map { .put(table: table, StateEntry(key: key, value: $0, order: 0)) }
                    ?? .remove(table: table, key: key))
            isChanged = true
            try flush()
        }
    }

    private func flush() throws(LogError) {
        guard isChanged else { return }
        try state.commit(
            pending + [.put(table: head, StateEntry(key: [], value: rows.encoded, order: 0))], positions: [])
        pending = []
        isChanged = false
    }

    private func remove(_ batch: ScoredRows.Batch) {
        pending.append(.remove(table: rowTable, key: batch.range.lowerBound.bigEndianBytes))
        oldest = nil
        isChanged = true
    }

    private func put(_ table: String, _ offset: Int64, _ value: [UInt8]) -> StateWrite {
        .put(table: table, StateEntry(key: offset.bigEndianBytes, value: value, order: 0))
    }

    // MARK: Looking

    private func oldestBatch() throws(LogError) -> ScoredRows.Batch? {
        if oldest == nil, let key = try state.firstKey(rowTable), let row = try state.value(rowTable, key) {
            guard let batch = RowBatch(at: Int64(bigEndianBytes: key), row) else { throw Self.malformed }
            oldest = ScoredRows.Batch(batch)
        }
        return oldest
    }

    private func oldestOfLabels() throws(LogError) -> RowLabels? {
        if oldestLabels == nil, let key = try state.firstKey(labelTable), let row = try state.value(labelTable, key) {
            guard let labels = RowLabels(at: Int64(bigEndianBytes: key), row) else { throw Self.malformed }
            oldestLabels = labels
        }
        return oldestLabels
    }

    /// The rows of a window that have a label: the same rows in the same order at all parties of the same digest.
    ///
    /// - Parameters:
    ///   - generation: that shares are to be of.
    ///   - refresh: what brings rows to it that are not.
    /// - Throws: `RowWindowError` where not all of the window is kept and decided, or the generation can't be had; `LogError`.
    package func window(
        _ request: RowWindow.Request, in generation: ShareGeneration = .dealt, by refresh: RowRefresh = .none
    ) throws -> RowWindow {
        guard let begin = rows.begin, request.range.lowerBound >= begin else {
            throw RowWindowError.notKept(from: rows.begin)
        }
        guard request.range.upperBound <= rows.decided else { throw RowWindowError.notDecided(from: rows.decided) }
        guard request.labels <= rows.labelled else { throw RowWindowError.notLabelled(from: rows.labelled) }
        var labels: [RowKey: UInt8] = [:]
        // Those that were counted before the window began are of events before it.
        let first = try firstLabels(after: request.range.lowerBound, upTo: request.labels)
        try scanLabels(from: first) { batch in
            guard batch.range.upperBound <= request.labels else { return false }
            var batch = batch
            _ = try refresh.bring(&batch, to: generation)
            for (key, bits) in batch.entries { labels[key] = bits }
            return true
        }
        var window = RowWindow(request)
        try state.scan(rowTable, from: request.range.lowerBound.bigEndianBytes) { entry in
            guard var batch = RowBatch(at: Int64(bigEndianBytes: entry.key), entry.value) else { throw Self.malformed }
            guard batch.range.lowerBound < request.range.upperBound else { return false }
            _ = try refresh.bring(&batch, to: generation)
            window.add(batch, labels)
            return true
        }
        return window
    }

    /// What is kept of one transaction.
    package enum Found: Sendable {
        /// Rows of its offset are not kept, or not any more.
        case gone
        /// It is not among them.
        case unknown
        /// What its bits mean, how many there are, and this party's components of them.
        case kept(form: Digest32, bits: Int, BitShares)
    }

    /// The most offsets of a batch.
    private static let batchOffsets: Int64 = 65_536

    /// The row of one transaction.
    ///
    /// - Parameters:
    ///   - offset: of its sealed record.
    ///   - generation: that its shares are to be of.
    ///   - refresh: what brings rows to it that are not.
    package func row(
        at offset: Int64, _ key: RowKey, in generation: ShareGeneration = .dealt, by refresh: RowRefresh = .none
    ) throws -> Found {
        guard let begin = rows.begin, offset >= begin else { return .gone }
        var found = Found.unknown
        try state.scan(rowTable, from: max(begin, offset - Self.batchOffsets).bigEndianBytes) { entry in
            guard var batch = RowBatch(at: Int64(bigEndianBytes: entry.key), entry.value) else { throw Self.malformed }
            guard batch.range.lowerBound <= offset else { return false }
            guard batch.range.contains(offset), let row = batch.keys.firstIndex(of: key) else {
                return true
            }
            _ = try refresh.bring(&batch, to: generation)
            found = .kept(form: batch.form, bits: batch.bits, batch.shares(row))
            return false
        }
        return found
    }

    /// The batches of rows that are in a range whole, in their order, those that are not known to be decided too; nil where some of
    /// its rows may have gone.
    func batches(in range: Range<Int64>) throws -> [RowBatch]? {
        guard let begin = rows.begin, range.lowerBound >= begin else { return nil }
        var found: [RowBatch] = []
        try state.scan(rowTable, from: range.lowerBound.bigEndianBytes) { entry in
            guard let batch = RowBatch(at: Int64(bigEndianBytes: entry.key), entry.value) else { throw Self.malformed }
            guard batch.range.upperBound <= range.upperBound else { return false }
            found.append(batch)
            return true
        }
        return found
    }

    /// Calls `body` for batches of labels that begin at an offset of `consortium.labels` or later, up to one of which it says no.
    private func scanLabels(from offset: Int64, while body: (RowLabels) throws -> Bool) throws {
        try state.scan(labelTable, from: offset.bigEndianBytes) { entry in
            guard let batch = RowLabels(at: Int64(bigEndianBytes: entry.key), entry.value) else { throw Self.malformed }
            return try body(batch)
        }
    }

    /// The lowest offset from which on all batches of labels were counted behind an offset of `consortium.sealed`. They are counted
    /// in their order, so it is found by halving.
    private func firstLabels(after offset: Int64, upTo end: Int64) throws -> Int64 {
        var (low, high): (Int64, Int64) = (0, max(end, 0))
        while low < high {
            let middle = low + (high - low) / 2
            var isBehind = true
            try scanLabels(from: middle) { batch in
                isBehind = batch.at > offset
                return false
            }
            if isBehind { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
