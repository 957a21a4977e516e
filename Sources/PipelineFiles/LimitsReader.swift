import Policy

/// Reads a range: a value alone, `{ equals: value }`, `{ between: [value, value] }` (both included), or at most one of
/// `above` and `at_least` with at most one of `below` and `at_most`.
///
/// - Parameter beside: keys of the mapping that are no limits.
func readLimits<Value: LimitValue>(
    _ node: YAMLNode, beside: [String] = [], _ read: (YAMLNode) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Limits<Value> {
    func exactly(_ value: Value) -> Limits<Value>? { Limits(lower: .inclusive(value), upper: .inclusive(value)) }
    var limits: Limits<Value>?
    if !node.isMapping {
        limits = exactly(try read(node))
    } else {
        try node.allow(beside + ["above", "at_least", "below", "at_most", "between", "equals"])
        let given = try node.entries.filter { !beside.contains((try? $0.name.string) ?? "") }
        switch (node.optional("equals"), node.optional("between")) {
        case (let value?, nil):
            try alone(value, given.count)
            limits = exactly(try read(value))
        case (nil, let range?):
            try alone(range, given.count)
            let ends = try range.list
            guard ends.count == 2 else { throw range.wrong("two values belong here, the lower one first") }
            limits = Limits(lower: .inclusive(try read(ends[0])), upper: .inclusive(try read(ends[1])))
        case (_?, let range?): try alone(range, given.count)
        case (nil, nil):
            guard !given.isEmpty else { throw node.wrong("a limit belongs here, such as `above`") }
            limits = Limits(
                lower: try bound(node, "at_least", "above", read), upper: try bound(node, "at_most", "below", read))
        }
    }
    guard let limits else { throw node.wrong("never holds: nothing lies between these limits") }
    return limits
}

private func alone(_ node: YAMLNode, _ given: Int) throws(ConfigurationError) {
    guard given == 1 else { throw node.wrong("stands alone: no other limit belongs beside it") }
}

private func bound<Value: LimitValue>(
    _ node: YAMLNode, _ inclusive: String, _ exclusive: String, _ read: (YAMLNode) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Limits<Value>.Bound? {
    switch (node.optional(inclusive), node.optional(exclusive)) {
    case (let value?, nil): return .inclusive(try read(value))
    case (nil, let value?): return .exclusive(try read(value))
    case (nil, nil): return nil
    case (_?, let value?): throw value.wrong("`\(inclusive)` is given too; one of them belongs here")
    }
}
