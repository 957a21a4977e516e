import Records

/// Rows of partition 0: those of batches that lie in the range whole and have a label that was counted in time.
package struct SyncWindow: Sendable, Hashable {
    /// Offsets of `consortium.sealed`.
    package let range: Range<Int64>
    /// The offset of `consortium.labels` up to which labels count.
    package let labels: Int64

    /// - Throws: `window` for an empty range and negative offsets.
    package init(_ range: Range<Int64>, labels: Int64) throws(SyncMistake) {
        guard range.lowerBound >= 0, !range.isEmpty, labels >= 0 else { throw .window }
        self.range = range
        self.labels = labels
    }

    init(_ wire: WireSyncWindow) throws(SyncMistake) {
        guard wire.from < wire.until else { throw .window }
        try self.init(wire.from..<wire.until, labels: wire.labels)
    }

    var wire: WireSyncWindow {
        var wire = WireSyncWindow()
        wire.from = range.lowerBound
        wire.until = range.upperBound
        wire.labels = labels
        return wire
    }

    package func overlaps(_ other: SyncWindow) -> Bool { range.overlaps(other.range) }

    /// Whether two windows overlap and differ by less than so many records at their ends, or in nothing but their labels: what is
    /// opened of both would tell of the few rows by which they differ.
    func isNearly(_ other: SyncWindow, apart: Int64) -> Bool {
        guard self != other, overlaps(other) else { return false }
        let (begins, ends) = (range.lowerBound - other.range.lowerBound, range.upperBound - other.range.upperBound)
        // Offsets are not negative, so neither difference overflows; their sum may.
        let (apartBy, overflows) = abs(begins).addingReportingOverflow(abs(ends))
        return !overflows && apartBy < apart
    }
}
