package import Keys
package import Records

/// The public half of one role's keys, as a file that the role hands to the others: what a roster is put together from.
package enum KeyCard: Sendable {
    /// A scoring party; `authority` is the root that issued its TLS certificate (X.509, DER).
    case party(
        PartyID, hpke: HPKEPublicKey, agreement: HPKEPublicKey, identity: VerifyingKey, certificate: [UInt8],
        authority: [UInt8])
    case member(MemberID, identity: VerifyingKey, hpke: HPKEPublicKey)
    case coordinator(VerifyingKey)
    case `operator`(Roster.Operator)

    /// The role in words: `party party-0`, `member bank-a`, `coordinator`, `operator anna`.
    package var role: String {
        switch self {
        case .party(let id, _, _, _, _, _): "party \(id)"
        case .member(let id, _, _): "member \(id)"
        case .coordinator: "coordinator"
        case .operator(let each): "operator \(each.id)"
        }
    }

    /// The key that the role signs by.
    package var identity: VerifyingKey {
        switch self {
        case .party(_, _, _, let identity, _, _), .member(_, let identity, _), .coordinator(let identity): identity
        case .operator(let each): each.identity
        }
    }

    /// What two people compare by word of mouth: SHA-256 of all that the card says.
    package var digest: Digest32 { Digest32(of: [Array("cordon/card/v1".utf8), Array(yaml.utf8)]) }

    /// The file that `init(file:)` reads.
    package var yaml: String {
        func line(_ key: String, _ bytes: [UInt8]) -> String { "\(key): \(base64(bytes))\n" }
        let head = "role: \(role)\n" + line("identity", identity.bytes)
        switch self {
        case .party(_, let hpke, let agreement, _, let certificate, let authority):
            return head + "hpke: \(text(hpke))\n" + line("agreement", agreement.bytes)
                + line("certificate", certificate) + line("authority", authority)
        case .member(_, _, let hpke): return head + "hpke: \(text(hpke))\n"
        case .coordinator, .operator: return head
        }
    }

    /// Reads a card.
    ///
    /// - Throws: `ConfigurationError` with the line, where a key is missing, unknown or none.
    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        let node = try root.child("role")
        let role = try node.string.split(separator: " ").map(String.init)
        let identity = try readIdentity(root.child("identity"))
        switch (role.first, role.count) {
        case ("party", 2):
            try root.allow("role", "identity", "hpke", "agreement", "certificate", "authority")
            guard let id = PartyID(name: role[1]) else { throw node.wrong("party-0, party-1 or party-2 belongs here") }
            self = .party(
                id, hpke: try readHPKE(root.child("hpke")), agreement: try readAgreement(root.child("agreement")),
                identity: identity, certificate: try root.child("certificate").base64(count: 32),
                authority: try root.child("authority").base64(atMost: 4096))
        case ("member", 2):
            try root.allow("role", "identity", "hpke")
            guard let id = MemberID(role[1]) else { throw node.wrong("a member's name belongs behind `member`") }
            self = .member(id, identity: identity, hpke: try readHPKE(root.child("hpke")))
        case ("coordinator", 1):
            try root.allow("role", "identity")
            self = .coordinator(identity)
        case ("operator", 2):
            try root.allow("role", "identity")
            guard let id = OperatorID(role[1]) else { throw node.wrong("an operator's name belongs behind `operator`") }
            self = .operator(Roster.Operator(id: id, identity: identity))
        default: throw node.wrong("`party NAME`, `member NAME`, `coordinator` or `operator NAME` belongs here")
        }
    }
}

/// Why a plan and the cards at hand make no roster. Each names the roles in words.
package enum CardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Roles of the plan of which there is no card.
    case missing([String])
    /// There are two cards of one role.
    case twice(String)
    /// The plan names nobody of this role.
    case unknown(String)
    /// Two roles have one key to sign by: neither could be told from the other.
    case sameKey(String, String)

    package var description: String {
        switch self {
        case .missing(let roles): "no card of \(roles.joined(separator: ", ")): ask for the card.yaml of each"
        case .twice(let role): "there are two cards of \(role): leave out the one that is not in use"
        case .unknown(let role): "the consortium's file names no \(role)"
        case .sameKey(let one, let other): "\(one) and \(other) have the same identity: each makes keys of its own"
        }
    }
}

extension Roster {
    /// Puts a roster together: who takes part and by which terms is the plan's, the keys are the cards'. From one plan and the same
    /// cards, in whatever order, everybody makes the same bytes.
    package init(_ plan: ConsortiumPlan, _ cards: [KeyCard]) throws(CardError) {
        var byRole: [String: KeyCard] = [:]
        var byKey: [VerifyingKey: String] = [:]
        for card in cards {
            guard byRole.updateValue(card, forKey: card.role) == nil else { throw .twice(card.role) }
            if let other = byKey.updateValue(card.role, forKey: card.identity) {
                throw .sameKey(min(other, card.role), max(other, card.role))
            }
        }
        var missing: [String] = []
        func take(_ role: String) -> KeyCard? {
            guard let card = byRole.removeValue(forKey: role) else {
                missing.append(role)
                return nil
            }
            return card
        }
        let coordinator = take("coordinator")?.identity
        var parties: [PartyID: Cell.Party] = [:]
        for (id, address) in plan.parties.sorted(by: { $0.key < $1.key }) {
            guard case .party(_, let hpke, let agreement, let identity, let certificate, _) = take("party \(id)")
            else { continue }
            parties[id] = Cell.Party(
                id: id, host: address.host, port: address.port, hpke: hpke, agreement: agreement, identity: identity,
                certificate: certificate)
        }
        var members: [Member] = []
        for id in plan.members {
            guard case .member(_, let identity, let hpke) = take("member \(id)") else { continue }
            members.append(Member(id: id, identity: identity, hpke: hpke, budget: plan.budget))
        }
        var operators: [Operator] = []
        for id in plan.operators {
            guard case .operator(let each) = take("operator \(id)") else { continue }
            operators.append(each)
        }
        guard missing.isEmpty, let coordinator else { throw .missing(missing) }
        if let role = byRole.keys.min() { throw .unknown(role) }
        self.init(
            consortium: plan.name, epoch: plan.epoch, coordinator: coordinator, cell: Cell(parties), members: members,
            eventTime: plan.eventTime)
        countLimit = plan.countLimit
        historyLimit = plan.historyLimit
        roundsScores = plan.roundsScores
        openings = plan.openings
        approvals = plan.approvals
        self.operators = operators
    }
}

extension [KeyCard] {
    /// The authorities of the parties' TLS certificates as PEM text, in the parties' order, each once.
    package var authoritiesPEM: String {
        var seen: [[UInt8]] = []
        for case .party(_, _, _, _, _, let authority) in sorted(by: { $0.role < $1.role })
        where !seen.contains(authority) { seen.append(authority) }
        return seen.map(certificatePEM).joined()
    }
}
