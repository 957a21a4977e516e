/// What is unusual about a transaction that was let in: told with its decision, never a reason to drop it.
package enum Mark: Sendable, Hashable, CaseIterable {
    /// Older than the newest of its partition by more than the rules allow: later transactions were scored without it.
    case late
    /// Ahead of the clock of the log that it came in by.
    case clockSkew
    /// A field that is not in the transaction, since what the record said of it can't be: `left_out:ip`.
    case leftOut(Mapping.Extra)

    package static let allCases = [Mark.late, .clockSkew] + Mapping.Extra.allCases.map { .leftOut($0) }
}

extension Mark: RawRepresentable {
    package var rawValue: String {
        switch self {
        case .late: "late"
        case .clockSkew: "clock_skew"
        case .leftOut(let extra): "left_out:\(extra.name)"
        }
    }

    package init?(rawValue: String) {
        guard let mark = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = mark
    }
}
