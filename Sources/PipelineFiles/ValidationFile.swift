package import Formats
import Records

/// Reads what transactions must be: `pipelines/validation.yaml`.
package func readValidation(file: String) throws(ConfigurationError) -> ValidationRules {
    let root = try YAMLNode(file: file)
    try root.allow("time", "amount", "required", "allowed", "leave_out")
    var rules = ValidationRules()
    if let time = root.optional("time") {
        try time.allow("late", "ahead", "too_far_ahead")
        if let node = time.optional("late") { rules.late = try node.seconds }
        if let node = time.optional("ahead") { rules.ahead = try node.seconds }
        if let node = time.optional("too_far_ahead") { rules.tooFarAhead = try node.seconds }
        guard rules.ahead <= rules.tooFarAhead else { throw time.wrong("`ahead` must not be above `too_far_ahead`") }
    }
    if let amount = root.optional("amount") {
        try amount.allow("min", "max")
        var (least, most) = (rules.amounts.lowerBound, rules.amounts.upperBound)
        if let node = amount.optional("min") { least = try minorUnits(node) }
        if let node = amount.optional("max") { most = try minorUnits(node) }
        guard least <= most else { throw amount.wrong("`min` must not be above `max`") }
        rules.amounts = least...most
    }
    if let required = root.optional("required") {
        for (name, value) in try required.entries {
            let text = try name.string
            let kind = PaymentKind(rawValue: text)
            guard kind != nil || text == "all" else {
                throw name.wrong(
                    "`all` or a payment kind belongs here: \(PaymentKind.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            for node in try value.list { rules.required[kind, default: []].append(try extra(node)) }
        }
    }
    if let allowed = root.optional("allowed") {
        for (name, value) in try allowed.entries {
            let extra = try extra(name)
            for node in try value.list {
                let text = try node.string
                guard isValue(text, of: extra) else { throw node.wrong("no value of `\(extra.name)` looks like that") }
                rules.allowed[extra, default: []].insert(spelled(text, of: extra))
            }
        }
    }
    if let node = root.optional("leave_out") {
        rules.leftOut = []
        for entry in try node.list {
            guard try extra(entry) != .currency else {
                throw entry.wrong("an amount says nothing without its currency, which is never left out")
            }
            rules.leftOut.insert(try extra(entry))
        }
    }
    return rules
}

private func minorUnits(_ node: YAMLNode) throws(ConfigurationError) -> MinorUnits {
    let text = try node.string
    guard let amount = try? MinorUnits(decimal: text) else {
        throw node.wrong("an amount such as 100 or 99.50 belongs here")
    }
    return amount
}

private func extra(_ node: YAMLNode) throws(ConfigurationError) -> Mapping.Extra {
    let name = try node.string
    guard let extra = Mapping.Extra.allCases.first(where: { $0.name == name }) else {
        throw node.wrong("one of \(Mapping.Extra.allCases.map(\.name).joined(separator: ", ")) belongs here")
    }
    return extra
}

/// The text as a transaction's field has it.
private func spelled(_ text: String, of extra: Mapping.Extra) -> String {
    if case .entity(let entity) = extra { entity.spelling.canonical(text) } else { text }
}

private func isValue(_ text: String, of extra: Mapping.Extra) -> Bool {
    switch extra {
    case .currency: Currency(text) != nil
    case .kind, .channel: extra.codes?.contains(text) ?? false
    case .entity: true
    }
}
