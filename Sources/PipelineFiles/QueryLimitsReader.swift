import Records

/// Reads a member's budget of scored transactions a day: a number, or `unlimited`; the standard one where nothing is said.
func readBudget(_ node: YAMLNode?) throws(ConfigurationError) -> QueryBudget {
    guard let node else { return .standard }
    if let text = try? node.string, text == "unlimited" { return .unlimited }
    guard let count = try? node.int(in: 1...1_000_000_000_000) else {
        throw node.wrong("a whole number of transactions a day from 1 on belongs here, or `unlimited`")
    }
    return .daily(count)
}

/// The budget as `readBudget` reads it.
func text(_ budget: QueryBudget) -> String {
    switch budget {
    case .unlimited: "unlimited"
    case .daily(let count): "\(count)"
    }
}

/// Reads how far event times may be from the log's: `{ ahead: 1d, late: 7d }`, or `unlimited`, which is nil; the standard limits
/// where nothing is said.
func readEventTime(_ node: YAMLNode?) throws(ConfigurationError) -> EventTimeLimits? {
    guard let node else { return .standard }
    if let text = try? node.string, text == "unlimited" { return nil }
    try node.allow("ahead", "late")
    var limits = EventTimeLimits.standard
    if let ahead = node.optional("ahead") { limits.ahead = try ahead.seconds }
    if let late = node.optional("late") { limits.late = try late.seconds }
    return limits
}
