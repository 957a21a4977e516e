package import Manifests
package import Records
package import ThreeParty

/// The labelled rows of a window as one party holds them, in the log's order.
///
/// Never printed.
package struct SyncRows: Sendable, CustomStringConvertible, CustomReflectable {
    package let source: TrainingSource
    /// Rows of the window, those without a label too.
    package let events: Int
    /// Rows of the window that are not of the form, or not of both.
    package let otherForms: Int
    /// The same events, in the same order, by another form; nil where none was asked for.
    package let beside: TrainingRows?

    package init(source: TrainingSource, events: Int, otherForms: Int, beside: TrainingRows? = nil) {
        self.source = source
        self.events = events
        self.otherForms = otherForms
        self.beside = beside
    }

    package var description: String { "SyncRows(\(source.rows.count) of \(events) events)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a party can't give the rows of a window now. Each says what to do.
package enum SyncRowsMissing: Error, Sendable, Hashable, CustomStringConvertible {
    /// They are not there any more, or never were.
    case never(String)
    /// They are not decided or labelled yet, as far as this party knows.
    case notYet(String)

    package var description: String {
        switch self {
        case .never(let reason), .notYet(let reason): reason
        }
    }
}

/// The rows that a party's scoring keeps. Used by one thread.
package protocol SyncRowSource: Sendable {
    /// The rows of a window that have a label.
    ///
    /// - Parameters:
    ///   - range: offsets of `consortium.sealed`.
    ///   - labels: the offset of `consortium.labels` up to which labels count.
    ///   - form: by which bits are read.
    ///   - other: a form by which the same events are read, too (`SyncRows.beside`): those alone that have rows of both; nil for
    ///     none.
    ///   - epoch: of keys, under which shares are to be of one generation at all three parties; nil for the roster's.
    /// - Throws: `SyncRowsMissing`; `LogError`.
    func rows(
        _ range: Range<Int64>, labels: Int64, form: ModelManifest, beside other: ModelManifest?, under epoch: KeyEpoch?
    ) throws -> SyncRows
}
