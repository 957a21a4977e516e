/// What is unusual about a transaction that was let in: told with its decision, never a reason to drop it.
package enum Mark: String, Sendable, Hashable, CaseIterable {
    /// Older than the newest of its partition by more than the rules allow: later transactions were scored without it.
    case late
    /// Ahead of the clock of the log that it came in by.
    case clockSkew = "clock_skew"
}
