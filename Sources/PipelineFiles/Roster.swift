import Foundation
package import Keys
package import Records

/// Who takes part, with public keys and addresses: what every process of a consortium agrees on.
package struct Roster: Sendable {
    package struct Member: Sendable {
        package var id: MemberID
        package var identity: VerifyingKey
        /// What rejected originals are sealed to.
        package var hpke: HPKEPublicKey
        /// How much of the member's the parties score.
        package var budget: QueryBudget

        package init(id: MemberID, identity: VerifyingKey, hpke: HPKEPublicKey, budget: QueryBudget) {
            self.id = id
            self.identity = identity
            self.hpke = hpke
            self.budget = budget
        }
    }

    /// Who may approve of models.
    package struct Operator: Sendable {
        package var id: OperatorID
        package var identity: VerifyingKey

        package init(id: OperatorID, identity: VerifyingKey) {
            self.id = id
            self.identity = identity
        }
    }

    package var consortium: String
    package var epoch: UInt32
    package var coordinator: VerifyingKey
    /// The cell that scores every partition.
    package var cell: Cell
    package var members: [Member]
    /// How far event times may be from the log's; nil for any distance.
    package var eventTime: EventTimeLimits?
    /// The most events of a member that count for a token in a bucket of the consortium's features.
    package var countLimit = standardCountLimit
    /// The most events of a member's history that count of a day of event time.
    package var historyLimit = standardHistoryLimit
    /// Whether models are dealt so that members get scores rounded to the calibration's steps.
    package var roundsScores = false
    package var operators: [Operator] = []
    /// How many operators have to approve of a model before it is put in force.
    package var approvals = 0
    /// How much is opened of the same rows.
    package var openings = OpeningLimits.standard

    package init(
        consortium: String, epoch: UInt32, coordinator: VerifyingKey, cell: Cell, members: [Member],
        eventTime: EventTimeLimits?
    ) {
        self.consortium = consortium
        self.epoch = epoch
        self.coordinator = coordinator
        self.cell = cell
        self.members = members
        self.eventTime = eventTime
    }

    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        try root.allow(
            "consortium", "epoch", "coordinator", "parties", "members", "event_time", "counts", "scores", "operators",
            "approvals", "openings")
        consortium = try root.child("consortium").string
        epoch = UInt32(try root.child("epoch").int(in: 1...Int(Int32.max)))
        coordinator = try readIdentity(root.child("coordinator"))
        cell = try Cell(root.child("parties"))
        eventTime = try readEventTime(root.optional("event_time"))
        (countLimit, historyLimit) = try readCountLimits(root.optional("counts"))
        roundsScores = try readScores(root.optional("scores"))
        members = []
        for node in try root.child("members").list {
            try node.allow("name", "identity", "hpke", "budget")
            let id = try readMember(node.child("name"), known: members.map(\.id))
            members.append(
                Member(
                    id: id, identity: try readIdentity(node.child("identity")), hpke: try readHPKE(node.child("hpke")),
                    budget: try readBudget(node.optional("budget"))))
        }
        guard !members.isEmpty else { throw try root.child("members").wrong("at least one member belongs here") }
        operators = try readOperators(root.optional("operators"))
        approvals = try readApprovals(root.optional("approvals"), operators: operators.count)
        openings = try readOpenings(root.optional("openings"))
    }

    /// The digest of all that the roster says but the parties' addresses, which may be others from where each process stands.
    package var digest: Digest32 {
        var said = self
        for party in PartyID.allCases { said.cell.move(party, to: "", port: 0) }
        return Digest32(of: [Array("cordon/roster/v2".utf8), Array(said.yaml.utf8)])
    }

    /// The file that `init(file:)` reads.
    package var yaml: String {
        var out = "consortium: \(consortium)\nepoch: \(epoch)\ncoordinator: \(base64(coordinator.bytes))\n"
        out += cell.yaml
        out += "event_time: \(eventTime.map { "{ ahead: \($0.ahead)s, late: \($0.late)s }" } ?? "unlimited")\n"
        out += "counts: { member_events: \(countLimit), history: \(historyLimit) }\n"
        out += "scores: \(roundsScores ? "steps" : "exact")\n"
        out += "openings: { histograms: \(openings.histograms), windows: \(openings.windows), days: \(openings.days), "
        out += "apart: \(openings.apart), feature_rows: \(openings.featureRows)\(openings.reasonsForm) }\n"
        out += "approvals: \(approvals)\n"
        if !operators.isEmpty { out += "operators:\n" }
        for each in operators { out += "  - { name: \(each.id), identity: \(base64(each.identity.bytes)) }\n" }
        out += "members:\n"
        for member in members {
            out += "  - name: \(member.id)\n    identity: \(base64(member.identity.bytes))\n"
            out += "    hpke: \(text(member.hpke))\n    budget: \(text(member.budget))\n"
        }
        return out
    }
}

/// The most events of a member that count for a token in a bucket, where nothing else is said.
let standardCountLimit = 8191

/// The most events of a member's history that count of a day, where nothing else is said: as many as the standard budget of
/// transactions.
let standardHistoryLimit = 1_000_000

/// Both numbers: `counts: { member_events: N, history: M }`, of which the second may be missing.
func readCountLimits(_ node: YAMLNode?) throws(ConfigurationError) -> (events: Int, history: Int) {
    guard let node else { return (standardCountLimit, standardHistoryLimit) }
    try node.allow("member_events", "history")
    return (
        try node.child("member_events").int(in: 1...16_777_215),
        try node.optional("history")?.int(in: 0...1_000_000_000) ?? standardHistoryLimit
    )
}

/// Whether scores are rounded: `scores: steps`, or `exact`, which is the default.
func readScores(_ node: YAMLNode?) throws(ConfigurationError) -> Bool {
    guard let node else { return false }
    switch try node.string {
    case "steps": return true
    case "exact": return false
    default: throw node.wrong("`exact` or `steps` belongs here")
    }
}

/// Operators by name; no two have a name or a key in common, so that two approvals are two people's.
private func readOperators(_ node: YAMLNode?) throws(ConfigurationError) -> [Roster.Operator] {
    var operators: [Roster.Operator] = []
    for node in try node?.list ?? [] {
        try node.allow("name", "identity")
        let id = try readOperator(node.child("name"), known: operators.map(\.id))
        let identity = try readIdentity(node.child("identity"))
        guard !operators.contains(where: { $0.identity == identity }) else {
            throw try node.child("identity").wrong("another operator has this key")
        }
        operators.append(Roster.Operator(id: id, identity: identity))
    }
    return operators
}

func readOperator(_ node: YAMLNode, known: [OperatorID]) throws(ConfigurationError) -> OperatorID {
    guard let id = OperatorID(try node.string) else {
        throw node.wrong("1 to 40 of a-z, 0-9 and -, starting with a letter, belong here (not `consortium`)")
    }
    guard !known.contains(id) else { throw node.wrong("\(id) is named twice") }
    return id
}

/// How many operators have to approve of a model: 0 where nothing is said.
func readApprovals(_ node: YAMLNode?, operators: Int) throws(ConfigurationError) -> Int {
    try node?.int(in: 0...operators) ?? 0
}

/// How much the parties open of the same rows: `openings: { histograms: N, windows: N, days: D, apart: N, feature_rows: N, reasons:
/// N, reason_members: N }`, each of which may be left out.
func readOpenings(_ node: YAMLNode?) throws(ConfigurationError) -> OpeningLimits {
    guard let node else { return .standard }
    try node.allow("histograms", "windows", "days", "apart", "feature_rows", "reasons", "reason_members")
    let standard = OpeningLimits.standard
    return OpeningLimits(
        histograms: try node.optional("histograms")?.int(in: 1...1_000) ?? standard.histograms,
        windows: try node.optional("windows")?.int(in: 1...100_000) ?? standard.windows,
        days: try node.optional("days")?.int(in: 1...3_650) ?? standard.days,
        apart: try node.optional("apart")?.int(in: 1...1_000_000_000) ?? standard.apart,
        featureRows: try node.optional("feature_rows")?.int(in: 1...1_000_000_000) ?? standard.featureRows,
        reasons: try readReasons(node))
}

/// What is opened of reasons: `reasons: N` choices of a member a day, `reason_members: k`; nothing without the first.
private func readReasons(_ node: YAMLNode) throws(ConfigurationError) -> ReasonLimits? {
    let members = try node.optional("reason_members")?.int(in: ReasonLimits.membersRange)
    guard let daily = try node.optional("reasons")?.int(in: ReasonLimits.dailyRange) else {
        if members != nil { throw node.wrong("`reason_members` goes with `reasons`") }
        return nil
    }
    return members.map { ReasonLimits(daily: daily, members: $0) } ?? ReasonLimits(daily: daily)
}

extension OpeningLimits {
    /// What is opened of reasons, as it stands behind the rest.
    var reasonsForm: String {
        reasons.map { ", reasons: \($0.daily), reason_members: \($0.members)" } ?? ""
    }
}

func readIdentity(_ node: YAMLNode) throws(ConfigurationError) -> VerifyingKey {
    guard let key = VerifyingKey(bytes: try node.base64(count: 32)) else { throw node.wrong("not an Ed25519 key") }
    return key
}

/// A key that others encrypt to: base64 of X25519's 32 bytes, or `xwing:` and base64 of X-Wing's 1,216.
func readHPKE(_ node: YAMLNode) throws(ConfigurationError) -> HPKEPublicKey {
    let (suite, bytes) = try node.suited
    do { return try HPKEPublicKey(suite, bytes: bytes) } catch { throw node.wrong("not a key of \(suite)") }
}

/// A key that secrets are agreed with, which only X25519 does.
func readAgreement(_ node: YAMLNode) throws(ConfigurationError) -> HPKEPublicKey {
    let key = try readHPKE(node)
    guard key.suite == .x25519 else { throw node.wrong("a key of X25519 belongs here") }
    return key
}

extension YAMLNode {
    /// The suite that a key's text names, and the key's bytes.
    fileprivate var suited: (suite: KEMSuite, bytes: [UInt8]) {
        get throws(ConfigurationError) {
            let parts = try string.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return (.x25519, try base64(count: KEMSuite.x25519.publicKeyBytes)) }
            guard let suite = KEMSuite(name: String(parts[0])) else { throw wrong("`xwing:` or no suite belongs here") }
            guard let data = Data(base64Encoded: String(parts[1])), data.count == suite.publicKeyBytes else {
                throw wrong("\(suite.publicKeyBytes) bytes in base64 belong behind `\(suite.name):`")
            }
            return (suite, Array(data))
        }
    }
}

/// The text of a key that others encrypt to, as `readHPKE` takes it.
func text(_ key: HPKEPublicKey) -> String {
    key.suite == .x25519 ? base64(key.bytes) : "\(key.suite.name):\(base64(key.bytes))"
}

/// Base64 of a key, as a roster has it.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
