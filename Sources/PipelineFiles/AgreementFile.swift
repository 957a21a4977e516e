import Keys
package import Manifests
import Records

extension Roster {
    /// Version 1 of the agreement: what the roster says. It names no party's address, which may be another from where each process
    /// stands.
    package var foundingAgreement: ConsortiumAgreement {
        ConsortiumAgreement(
            consortium: consortium, roster: digest, coordinator: coordinator,
            members: members.map { .init(id: $0.id, identity: $0.identity, hpke: $0.hpke, budget: $0.budget) },
            parties: cell.identities.mapValues { .init(identity: $0) },
            operators: Dictionary(operators.map { ($0.id, $0.identity) }) { first, _ in first },
            approvals: approvals, openings: openings)
    }
}

extension ConsortiumAgreement {
    /// Reads the form for people, which `yaml` writes.
    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        try root.allow(
            "consortium", "version", "previous", "roster", "coordinator", "purposes", "features", "trainer",
            "promotion",
            "retention", "opened", "openings", "approvals", "rules", "parties", "operators", "members")
        var members: [Member] = []
        for node in try root.child("members").list { members.append(try Member(node, known: members.map(\.id))) }
        let operators = try readAgreedOperators(root.optional("operators"))
        self.init(
            consortium: try root.child("consortium").string, roster: try readDigest(root.child("roster")),
            coordinator: try readIdentity(root.child("coordinator")), members: members,
            parties: try readAgreedParties(root.child("parties")), operators: operators,
            approvals: try readApprovals(root.optional("approvals"), operators: operators.count),
            openings: try readOpenings(root.optional("openings")))
        version = UInt64(try root.child("version").int(in: 1...Int(Int32.max)))
        previous = try readAny(root.optional("previous"), readDigest)
        purposes = try readTexts(root.child("purposes")).sorted()
        features = try readAny(root.optional("features"), readFeatures)
        trainer = try readAny(root.optional("trainer"), readDigest)
        promotion = try readAny(root.optional("promotion"), readDigest)
        retention = try Retention(root.optional("retention"))
        opened = try readOpened(root.child("opened"))
        rules = try readRules(root.child("rules"))
        do throws(AgreementDefect) { try check() } catch { throw root.wrong("\(error)") }
    }

    /// The form for people, with all that the version says. Its bytes are no part of what is signed.
    package var yaml: String {
        var out = "consortium: \(consortium)\nversion: \(version)\n"
        if let previous { out += "previous: \(text(previous))\n" }
        out += "roster: \(text(roster))\ncoordinator: \(base64(coordinator.bytes))\n"
        out += "# What scores may be used for.\npurposes:\n"
        for purpose in purposes { out += "  - \(quoted(purpose))\n" }
        out += "# What models have to be for, and by which rules they are trained and promoted; `any`, or a digest.\n"
        out += "features: \(features.map { "\"\(hexadecimal($0.bigEndianBytes))\"" } ?? "any")\n"
        out += "trainer: \(text(trainer))\npromotion: \(text(promotion))\n"
        out += "# Days: at most, of audit logs at least; `any` for any time.\n"
        out += "retention: { records: \(text(retention.records)), rows: \(text(retention.rows)), "
        out += "counts: \(text(retention.counts)), audit: \(text(retention.audit)) }\n"
        out += "# What is ever opened beside each member's own scores, and how often.\n"
        out += "opened: [\(opened.sorted().map(\.rawValue).joined(separator: ", "))]\n"
        out += "openings: { histograms: \(openings.histograms), windows: \(openings.windows), days: \(openings.days), "
        out += "apart: \(openings.apart)\(openings.reasonsForm) }\n"
        out += "# How many operators approve of a model before it is put in force.\napprovals: \(approvals)\n"
        out +=
            "# Who signs a change: none, majority, all, or a number of each. Whom it is about signs, too, unless it is expelled.\n"
        out += "rules:\n"
        for (matter, rule) in rules.sorted(by: { $0.key < $1.key }) {
            out += "  \(matter.rawValue): { members: \(rule.members), parties: \(rule.parties), "
            out += "operators: \(rule.operators), coordinator: \(rule.coordinator) }\n"
        }
        out += "parties:\n"
        for (id, party) in parties.sorted(by: { $0.key < $1.key }) {
            out += "  - { name: \(id), identity: \(base64(party.identity.bytes))"
            if let address = party.address { out += ", host: \(quoted(address.host)), port: \(address.port)" }
            out += " }\n"
        }
        out += operators.isEmpty ? "operators: []\n" : "operators:\n"
        for (id, identity) in operators.sorted(by: { $0.key < $1.key }) {
            out += "  - { name: \(id), identity: \(base64(identity.bytes)) }\n"
        }
        out +=
            "# In the order in which they joined, which numbers them: entries stay, and new ones come last.\nmembers:\n"
        for member in members { out += member.yaml }
        return out
    }
}

extension ConsortiumAgreement.Member {
    fileprivate var yaml: String {
        var out = "  - name: \(id)\n    identity: \(base64(identity.bytes))\n    hpke: \(text(hpke))\n"
        out += "    budget: \(text(budget))\n"
        if !votes { out += "    votes: false\n" }
        if let joined { out += "    joined: \(day(joined))\n" }
        if let departure {
            out += "    left: { day: \(day(departure.day)), expelled: \(departure.isExpulsion), "
            out += "labels: \(departure.withdrawsLabels ? "withdrawn" : "stay") }\n"
        }
        return out
    }

    fileprivate init(_ node: YAMLNode, known: [MemberID]) throws(ConfigurationError) {
        try node.allow("name", "identity", "hpke", "budget", "votes", "joined", "left")
        self.init(
            id: try readMember(node.child("name"), known: known), identity: try readIdentity(node.child("identity")),
            hpke: try readHPKE(node.child("hpke")), budget: try readBudget(node.optional("budget")))
        if let node = node.optional("votes") { votes = try node.bool }
        if let node = node.optional("joined") { joined = try readDay(node) }
        guard let left = node.optional("left") else { return }
        try left.allow("day", "expelled", "labels")
        let labels = try left.child("labels")
        guard let place = try ["stay", "withdrawn"].firstIndex(of: labels.string) else {
            throw labels.wrong("`stay` or `withdrawn` belongs here")
        }
        departure = .init(
            day: try readDay(left.child("day")), isExpulsion: try left.child("expelled").bool,
            withdrawsLabels: place == 1)
    }
}

extension ConsortiumAgreement.Retention {
    fileprivate init(_ node: YAMLNode?) throws(ConfigurationError) {
        self.init()
        guard let node else { return }
        try node.allow("records", "rows", "counts", "audit")
        func days(_ name: String) throws(ConfigurationError) -> Int? {
            try readAny(node.optional(name)) { node throws(ConfigurationError) in try node.int(in: 1...36_500) }
        }
        (records, rows) = (try days("records"), try days("rows"))
        (counts, audit) = (try days("counts"), try days("audit"))
    }
}

private func readAgreedParties(_ node: YAMLNode) throws(ConfigurationError) -> [PartyID: ConsortiumAgreement.Party] {
    var parties: [PartyID: ConsortiumAgreement.Party] = [:]
    for node in try node.list {
        try node.allow("name", "identity", "host", "port")
        let id = try readParty(node.child("name"), known: Array(parties.keys))
        var party = ConsortiumAgreement.Party(identity: try readIdentity(node.child("identity")))
        if let host = node.optional("host") {
            party.address = .init(host: try host.string, port: try node.child("port").int(in: 1...65_535))
        } else if let port = node.optional("port") {
            throw port.wrong("`host` belongs beside it")
        }
        parties[id] = party
    }
    guard parties.count == PartyID.allCases.count else { throw node.wrong("three parties belong here") }
    return parties
}

private func readAgreedOperators(_ node: YAMLNode?) throws(ConfigurationError) -> [OperatorID: VerifyingKey] {
    var operators: [OperatorID: VerifyingKey] = [:]
    for node in try node?.list ?? [] {
        try node.allow("name", "identity")
        let id = try readOperator(node.child("name"), known: Array(operators.keys))
        operators[id] = try readIdentity(node.child("identity"))
    }
    return operators
}

private func readRules(_ node: YAMLNode) throws(ConfigurationError) -> [AgreementMatter: ApprovalRule] {
    try node.allow(AgreementMatter.allCases.map(\.rawValue))
    var rules: [AgreementMatter: ApprovalRule] = [:]
    for matter in AgreementMatter.allCases {
        let node = try node.child(matter.rawValue)
        try node.allow("members", "parties", "operators", "coordinator")
        rules[matter] = ApprovalRule(
            members: try readQuorum(node.optional("members")), parties: try readQuorum(node.optional("parties")),
            operators: try readQuorum(node.optional("operators")),
            coordinator: try node.optional("coordinator")?.bool ?? false)
    }
    return rules
}

private func readQuorum(_ node: YAMLNode?) throws(ConfigurationError) -> ApprovalQuorum {
    guard let node else { return .none }
    if let count = try? node.int(in: 1...64) { return .least(count) }
    guard let text = try? node.string, let quorum = ApprovalQuorum(text) else {
        throw node.wrong("`none`, `majority`, `all` or a number from 1 to 64 belongs here")
    }
    return quorum
}

private func readOpened(_ node: YAMLNode) throws(ConfigurationError) -> Set<ConsortiumAgreement.Opening> {
    var opened: Set<ConsortiumAgreement.Opening> = []
    for node in try node.list {
        guard let opening = ConsortiumAgreement.Opening(rawValue: try node.string) else {
            let known = ConsortiumAgreement.Opening.allCases.map(\.rawValue).joined(separator: ", ")
            throw node.wrong("one of \(known) belongs here")
        }
        opened.insert(opening)
    }
    return opened
}

private func readTexts(_ node: YAMLNode) throws(ConfigurationError) -> [String] {
    var texts: [String] = []
    for node in try node.list { texts.append(try node.string) }
    return texts
}

/// Nil for `any`, and where nothing is said.
private func readAny<Value>(
    _ node: YAMLNode?, _ read: (YAMLNode) throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Value? {
    guard let node, (try? node.string) != "any" else { return nil }
    return try read(node)
}

private func readDigest(_ node: YAMLNode) throws(ConfigurationError) -> Digest32 {
    let digits = Array(try node.string)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { place in
        UInt8(String(digits[place..<min(place + 2, digits.count)]), radix: 16)
    }
    guard digits.count == 64, digits.allSatisfy(\.isHexDigit), let digest = Digest32(bytes) else {
        throw node.wrong("64 hexadecimal digits belong here, in quotes")
    }
    return digest
}

private func readFeatures(_ node: YAMLNode) throws(ConfigurationError) -> UInt64 {
    let text = try node.string
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16), value != 0 else {
        throw node.wrong("16 hexadecimal digits belong here, in quotes, or `any`")
    }
    return value
}

/// A day such as 2026-01-31, in days since 1970.
private func readDay(_ node: YAMLNode) throws(ConfigurationError) -> Int {
    guard let text = try? node.string, text.utf8.count == 10, let time = EventTime(rfc3339: text),
        time.seconds > 0
    else { throw node.wrong("a day such as 2026-01-31 belongs here") }
    return time.dayNumber
}

private func day(_ number: Int) -> String {
    String(EventTime(seconds: Int64(number) * EventTime.day).rfc3339.prefix(10))
}
private func text(_ days: Int?) -> String { days.map { "\($0)" } ?? "any" }
private func text(_ digest: Digest32?) -> String { digest.map { "\"\(hexadecimal($0.bytes))\"" } ?? "any" }

/// A text as YAML's double-quoted scalars have it (YAML 1.2.2, 7.3.1).
private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}
