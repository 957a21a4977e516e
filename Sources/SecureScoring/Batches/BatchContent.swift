package import EventLogs

/// The records of a batch without repeats, in the log's order, before any box is opened.
package enum BatchContent {
    /// Records of `consortium.sealed`, to be scored.
    case transactions([SealedRecord])
    /// Records of `consortium.labels`, to be counted.
    case labels([LogRecord])

    /// The records as the log has them.
    package var records: [LogRecord] {
        switch self {
        case .transactions(let records): records.map { $0.record }
        case .labels(let records): records
        }
    }
}
