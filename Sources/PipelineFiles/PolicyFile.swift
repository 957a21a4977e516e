import Model
package import Policy

/// Reads a member's decision policy (docs/POLICY.md): `pipelines/policies/*.yaml`, and the list files that it names.
package func readPolicy(file: String) throws(ConfigurationError) -> DecisionPolicy {
    try readPolicy(file: file, notes: PolicyNotes()).policy
}

/// A policy, and the same with rules or bounds that are to be tried before they go live.
///
/// - Parameter text: YAML, a rule, a list of rules, or a mapping of `rules` and the three bounds, as they would stand in the file.
///   A rule with a present one's id takes its place, others stand behind all; each counts as live. They use the policy's lists and
///   windows, name no file, and have no aliases.
package func readPolicy(
    file: String, trying text: String
) throws(ConfigurationError) -> (present: DecisionPolicy, candidate: DecisionPolicy) {
    let (present, reader) = try readPolicy(file: file, notes: PolicyNotes())
    // Aliases of aliases have a short text stand for one that nobody reads to its end.
    if let alias = text.firstRange(of: /\*[0-9A-Za-z_-]/) {
        throw ConfigurationError(
            file: "the rule", line: 1 + text[..<alias.lowerBound].count { $0.isNewline },
            reason: "a rule has no alias (`*name`); write it out")
    }
    let root = try YAMLNode(text: text, file: "the rule")
    var nodes: [YAMLNode] = []
    var bounds = present.bands
    if root.isList {
        nodes = try root.list
    } else if root.optional("id") != nil {
        nodes = [root]
    } else {
        try root.allow("challenge", "review", "decline", "rules")
        nodes = try root.optional("rules")?.list ?? []
        if root.optional("review") ?? root.optional("decline") ?? root.optional("challenge") != nil {
            bounds = try bands(root)
        }
    }
    var rules = present.rules
    var tried: Set<String> = []
    for node in nodes {
        let place = rules.firstIndex { $0.id == (try? node.child("id").string) }
        var rule = try rule(node, after: rules.enumerated().filter { $0.offset != place }.map(\.element), reader)
        rule.mode = .live
        guard tried.insert(rule.id).inserted else { throw try node.child("id").wrong("the rule is named twice") }
        if let place { rules[place] = rule } else { rules.append(rule) }
    }
    guard rules != present.rules || bounds != present.bands else {
        throw root.wrong("nothing of this is other than in the policy")
    }
    return (
        present, DecisionPolicy(bands: bounds, windows: present.windows, lists: present.lists, rules: rules)
    )
}

/// Reads a policy as `readPolicy` does, and says what is odd about its lists and stops nothing.
package func checkPolicy(file: String) throws(ConfigurationError) -> (policy: DecisionPolicy, notes: [PolicyNote]) {
    let notes = PolicyNotes()
    return (try readPolicy(file: file, notes: notes).policy, notes.all)
}

private func readPolicy(
    file: String, notes: PolicyNotes
) throws(ConfigurationError) -> (policy: DecisionPolicy, reader: ConditionReader) {
    let root = try YAMLNode(file: file)
    try root.allow("challenge", "review", "decline", "fallback", "zone", "windows", "lists", "rules")
    let bands = try bands(root)
    let zone = try root.optional("zone").map(readZone) ?? .utc
    let windows = try root.optional("windows").map(readFeatures) ?? []
    if let shared = windows.first(where: { $0.shared != nil }), let node = root.optional("windows") {
        throw node.wrong(
            "`\(shared.name)` is the consortium's: a policy's windows are over the member's own transactions")
    }
    if let cut = windows.first(where: { $0.edges != nil }), let node = root.optional("windows") {
        throw node.wrong("`\(cut.name)` has edges: a policy reads a window's value, and cuts nothing")
    }
    let lists = try root.optional("lists").map(readPolicyLists) ?? [:]
    let reader = ConditionReader(lists: lists, windows: windows.map(\.name), zone: zone, notes: notes)
    var rules: [PolicyRule] = []
    for node in try root.optional("rules")?.list ?? [] { rules.append(try rule(node, after: rules, reader)) }
    return (
        DecisionPolicy(bands: bands, windows: windows, lists: lists.mapValues(\.entries.count), rules: rules), reader
    )
}

private func bands(_ root: YAMLNode) throws(ConfigurationError) -> ScoreBands {
    let challenge = try root.optional("challenge")?.number(in: 0...1)
    let review = try root.child("review").number(in: 0...1)
    let decline = try root.child("decline").number(in: 0...1)
    if let challenge, challenge > review { throw try root.child("challenge").wrong("must not be above `review`") }
    do {
        return try ScoreBands(challenge: challenge, review: review, decline: decline)
    } catch {
        throw try root.child("decline").wrong("must not be below `review`")
    }
}

private func rule(
    _ node: YAMLNode, after earlier: [PolicyRule], _ reader: ConditionReader
) throws(ConfigurationError) -> PolicyRule {
    try node.allow("id", "mode", "reason", "when", "at_least", "set")
    let id = try node.child("id")
    guard isRuleID(try id.string) else {
        throw id.wrong("1 to 64 small letters, digits, `-` and `_` belong here")
    }
    guard !earlier.contains(where: { $0.id == (try? id.string) }) else { throw id.wrong("the rule is named twice") }
    let mode = try node.child("mode")
    guard let mode = PolicyRule.Mode(rawValue: try mode.string) else { throw mode.wrong("live or shadow belongs here") }
    let reason = try node.child("reason")
    guard try reason.string.utf8.count <= 200 else { throw reason.wrong("a text of at most 200 bytes belongs here") }
    let rule = PolicyRule(
        id: try id.string, mode: mode, reason: try reason.string, condition: try reader.condition(node.child("when")),
        effect: try effect(node))
    // A shadow rule changes nothing, and is changed by nothing.
    if mode == .live {
        for other in earlier
        where other.mode == .live && other.condition == rule.condition && rule.isMoot(after: other) {
            throw try node.child("when").wrong("never changes anything: `\(other.id)` above has the same condition")
        }
    }
    return rule
}

private func effect(_ node: YAMLNode) throws(ConfigurationError) -> PolicyRule.Effect {
    func band(_ node: YAMLNode) throws(ConfigurationError) -> Band {
        guard let band = Band(rawValue: try node.string) else {
            throw node.wrong("\(Band.allCases.map(\.rawValue).joined(separator: ", ")): one of them belongs here")
        }
        return band
    }
    switch (node.optional("at_least"), node.optional("set")) {
    case (let least?, nil):
        let asked = try band(least)
        guard asked > .approve else { throw least.wrong("never changes anything: no band is milder than approve") }
        return .atLeast(asked)
    case (nil, let set?): return .set(try band(set))
    case (nil, nil): throw node.wrong("`at_least` or `set` is missing: a rule needs an effect")
    case (_?, let set?): throw set.wrong("a rule has one effect, and `at_least` is given too")
    }
}

private func isRuleID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
}

/// `UTC`, `+02:00` or `Europe/Berlin`.
func readZone(_ node: YAMLNode) throws(ConfigurationError) -> Zone {
    guard let zone = Zone(try node.string) else {
        throw node.wrong("UTC, an offset such as +02:00 or a zone such as Europe/Berlin belongs here")
    }
    return zone
}
