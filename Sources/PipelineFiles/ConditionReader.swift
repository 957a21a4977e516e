import Policy
import Records

/// Reads when a rule matches: a mapping whose entries must all hold, of `all`, `any`, `not` and fields.
struct ConditionReader {
    let lists: [String: PolicyList]
    /// Names of the policy's windows.
    let windows: [String]
    /// For what goes by the clock and names no zone of its own.
    let zone: Zone
    let notes: PolicyNotes

    private static let fields = TextField.allCases.map(\.name)
    private static let known =
        ["all", "any", "not", "amount", "probability", "window"] + fields
        + ["hour", "weekday", "time_of_day", "date"]

    func condition(_ node: YAMLNode) throws(ConfigurationError) -> Condition {
        try node.allow(Self.known)
        var parts: [Condition] = []
        for (name, value) in try node.entries { parts.append(try part(name.string, value)) }
        guard !parts.isEmpty else { throw node.wrong("at least one comparison belongs here") }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private func conditions(_ node: YAMLNode) throws(ConfigurationError) -> [Condition] {
        var conditions: [Condition] = []
        for entry in try node.list { conditions.append(try condition(entry)) }
        guard !conditions.isEmpty else { throw node.wrong("at least one condition belongs here") }
        return conditions
    }

    private func part(_ name: String, _ node: YAMLNode) throws(ConfigurationError) -> Condition {
        switch name {
        case "all": return .all(try conditions(node))
        case "any": return .any(try conditions(node))
        case "not": return .not(try condition(node))
        case "amount": return .amount(try readLimits(node, amount))
        case "probability":
            return .probability(try readLimits(node) { node throws(ConfigurationError) in try node.number(in: 0...1) })
        case "window": return try window(node)
        case "hour", "weekday", "time_of_day", "date": return .schedule(try schedule(name, node))
        default:
            guard let field = TextField.allCases.first(where: { $0.name == name }) else {
                throw node.wrong("unknown field")
            }
            return try text(field, node)
        }
    }

    private func amount(_ node: YAMLNode) throws(ConfigurationError) -> MinorUnits {
        do {
            return try MinorUnits(decimal: try node.string)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw node.wrong("an amount with at most two decimals, such as 1500.00, belongs here")
        }
    }

    /// `{ name: …, above: … }`.
    private func window(_ node: YAMLNode) throws(ConfigurationError) -> Condition {
        let name = try node.child("name")
        guard windows.contains(try name.string) else {
            throw name.wrong(
                "`windows` has no `\(try name.string)`"
                    + (windows.isEmpty ? "" : "; known here: \(windows.joined(separator: ", "))"))
        }
        let limits = try readLimits(node, beside: ["name"]) { node throws(ConfigurationError) in
            try node.number(in: -1e12...1e12)
        }
        return .window(try name.string, limits)
    }

    /// `value`, `[value, …]`, `{ equals: value }`, `{ in: [value, …] }`, `{ in: LIST }` or `{ exists: true }`.
    private func text(_ field: TextField, _ node: YAMLNode) throws(ConfigurationError) -> Condition {
        if let exists = node.optional("exists") {
            guard field.isOptional else { throw exists.wrong("every transaction has a \(field.name)") }
            try node.allow("exists")
            return .exists(field, try exists.bool)
        }
        let list = try values(node, among: field.isOptional ? ["equals", "in", "exists"] : ["equals", "in"])
        if case .entity(.ip) = field {
            var networks = NetworkSet()
            for entry in list.entries where !networks.insert(entry.text) {
                throw list.wrong(entry, "\(field.form ?? "") belongs here: it is compared with `ip`")
            }
            return .address(networks)
        }
        return .text(field, try list.values(for: field, notes: notes))
    }

    /// A value alone, some values, or a list by its name.
    private func values(_ node: YAMLNode, among operators: [String]) throws(ConfigurationError) -> PolicyList {
        guard node.isMapping else {
            return PolicyList(name: nil, node.isList ? try inlineEntries(node) : [try PolicyList.Entry(node)])
        }
        try node.allow(operators)
        switch (node.optional("equals"), node.optional("in")) {
        case (let value?, nil): return PolicyList(name: nil, [try PolicyList.Entry(value)])
        case (nil, let list?):
            if list.isList { return PolicyList(name: nil, try inlineEntries(list)) }
            guard let known = lists[try list.string] else {
                throw list.wrong(
                    "`lists` has no `\(try list.string)`"
                        + (lists.isEmpty ? "" : "; known here: \(lists.keys.sorted().joined(separator: ", "))"))
            }
            return known
        case (_?, let list?): throw list.wrong("one comparison belongs here, and `equals` is given too")
        case (nil, nil): throw node.wrong("a comparison belongs here: \(operators.joined(separator: ", "))")
        }
    }

    private func schedule(_ name: String, _ node: YAMLNode) throws(ConfigurationError) -> Schedule {
        switch name {
        case "hour":
            let hours = try readLimits(node) { node throws(ConfigurationError) in try node.int(in: 0...23) }
            return Schedule(.hours(hours), zone: zone)
        case "weekday":
            var days = Set<Int>()
            let list = try values(node, among: ["equals", "in"])
            for entry in list.entries {
                guard let day = Schedule.weekdays.firstIndex(of: entry.text) else {
                    throw list.wrong(entry, "\(Schedule.weekdays.joined(separator: ", ")): one of them belongs here")
                }
                days.insert(day)
            }
            return Schedule(.weekdays(days), zone: zone)
        case "time_of_day":
            try node.allow("from", "to", "zone")
            let from = try timeOfDay(node.child("from"))
            let until = try timeOfDay(node.child("to"))
            guard from != until else { throw try node.child("to").wrong("must differ from `from`") }
            return Schedule(
                .daily(from: from, until: until), zone: try node.optional("zone").map(readZone) ?? zone)
        default: return try dates(node)
        }
    }

    private func timeOfDay(_ node: YAMLNode) throws(ConfigurationError) -> Int {
        guard let second = Zone.time(try node.string) else { throw node.wrong("a time such as 06:30 belongs here") }
        return second
    }

    /// `{ from: date, to: date }`, both days included, either left out; or dates as values and lists.
    private func dates(_ node: YAMLNode) throws(ConfigurationError) -> Schedule {
        let from = node.optional("from")
        let to = node.optional("to")
        if from != nil || to != nil {
            try node.allow("from", "to")
            let first = try from.map { node throws(ConfigurationError) in try day(PolicyList.Entry(node), of: nil) }
            let last = try to.map { node throws(ConfigurationError) in try day(PolicyList.Entry(node), of: nil) }
            guard let limits = Limits(lower: first.map { .inclusive($0) }, upper: last.map { .inclusive($0) }) else {
                throw node.wrong("never holds: `to` is before `from`")
            }
            return Schedule(.dates(limits), zone: zone)
        }
        var days = Set<Int>()
        let list = try values(node, among: ["from", "to", "equals", "in"])
        for entry in list.entries { days.insert(try day(entry, of: list)) }
        return Schedule(.days(days), zone: zone)
    }

    private func day(_ entry: PolicyList.Entry, of list: PolicyList?) throws(ConfigurationError) -> Int {
        guard entry.text.utf8.count == 10, let day = EventTime(rfc3339: entry.text) else {
            throw (list ?? PolicyList(name: nil, [])).wrong(entry, "a date such as 2026-11-27 belongs here")
        }
        return day.dayNumber
    }
}
