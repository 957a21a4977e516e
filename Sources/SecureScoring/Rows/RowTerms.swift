package import EventLogs
import Records

/// The terms on which a party keeps the rows that it scored.
package struct RowTerms: Sendable {
    /// The store of rows, which nothing else is in.
    package let state: any StateStore
    package let limits: RowLimits
    /// The days that the agreement allows at most, asked for at each commit; nil for any.
    let agreed: @Sendable () -> Int?

    package init(state: any StateStore, limits: RowLimits, agreed: @escaping @Sendable () -> Int? = { nil }) {
        self.state = state
        self.limits = limits
        self.agreed = agreed
    }
}

/// How many rows a party keeps at most.
package struct RowLimits: Sendable, Hashable {
    /// Days of the log's time back from the newest row.
    package let days: Int
    /// Bytes of rows and labels before they are sealed.
    package let bytes: Int

    /// - Parameters:
    ///   - days: 1 to 3,650.
    ///   - bytes: from 1 MB on.
    package init?(days: Int, bytes: Int) {
        guard (1...3650).contains(days), bytes >= 1 << 20 else { return nil }
        self.days = days
        self.bytes = bytes
    }

    /// The limits with so many days at most; nil for any.
    func within(days most: Int?) -> RowLimits { RowLimits(days: min(days, most ?? days), bytes: bytes) ?? self }

    var seconds: Int64 { Int64(days) * EventTime.day }
}
