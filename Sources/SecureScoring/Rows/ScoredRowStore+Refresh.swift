import EventLogs
import Records
package import ThreeParty

/// The refresh of kept rows in the background, between batches: as counts are (docs/design/refresh.md). Each row of the state says
/// how far it is, so it may end anywhere.
extension ScoredRowStore {
    /// How far a refresh has come, which begins anew with every process.
    package struct RefreshCursor {
        let generation: ShareGeneration
        fileprivate var rows: [UInt8]? = []
        fileprivate var labels: [UInt8]? = []

        package init(_ generation: ShareGeneration) { self.generation = generation }

        /// One at its end.
        static func done(_ generation: ShareGeneration) -> RefreshCursor {
            var cursor = RefreshCursor(generation)
            (cursor.rows, cursor.labels) = (nil, nil)
            return cursor
        }

        package var isDone: Bool { rows == nil && labels == nil }
    }

    /// Brings the next rows and labels of the state to a generation.
    ///
    /// - Parameter bytes: that are read at least, if there are as many.
    /// - Throws: `RowWindowError.otherGeneration` where a key on the way is not here; `LogError`.
    package func refreshNext(_ cursor: inout RefreshCursor, by refresh: RowRefresh, bytes: Int) throws {
        let generation = cursor.generation
        if let from = cursor.rows {
            cursor.rows = try rewriteNext(rowTable, from: from, bytes: bytes) { offset, row in
                guard var batch = RowBatch(at: offset, row) else { throw Self.malformed }
                return try refresh.bring(&batch, to: generation) ? batch.encoded : nil
            }
        } else if let from = cursor.labels {
            cursor.labels = try rewriteNext(labelTable, from: from, bytes: bytes) { offset, row in
                guard var labels = RowLabels(at: offset, row) else { throw Self.malformed }
                return try refresh.bring(&labels, to: generation) ? labels.encoded : nil
            }
        }
    }

    /// Puts others of the same length in the place of a table's next rows, in one commit; nil leaves one.
    ///
    /// - Returns: where to go on; nil at the end.
    private func rewriteNext(
        _ table: String, from: [UInt8], bytes: Int, _ change: (Int64, [UInt8]) throws -> [UInt8]?
    ) throws -> [UInt8]? {
        var read = 0
        var next: [UInt8]?
        var found: [StateEntry] = []
        try state.scan(table, from: from) { entry in
            guard read < bytes else {
                next = entry.key
                return false
            }
            read += entry.value.count
            found.append(entry)
            return true
        }
        let writes = try found.compactMap { entry in
            try change(Int64(bigEndianBytes: entry.key), entry.value).map { value in
                StateWrite.put(table: table, StateEntry(key: entry.key, value: value, order: entry.order))
            }
        }
        if !writes.isEmpty { try state.commit(writes, positions: []) }
        return next
    }
}
