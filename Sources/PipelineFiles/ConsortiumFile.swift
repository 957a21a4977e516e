package import Records

/// Who takes part, before there are keys: `pipelines/consortium.yaml`, what `cordon keys init` makes a roster from.
package struct ConsortiumPlan: Sendable {
    package struct Address: Sendable, Hashable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    package var name: String
    package var epoch: UInt32
    package var parties: [PartyID: Address]
    package var members: [MemberID]
    /// Of every member, until the roster says otherwise.
    package var budget: QueryBudget
    /// How far event times may be from the log's; nil for any distance.
    package var eventTime: EventTimeLimits?
    /// The most events of a member that count for a token in a bucket of the consortium's features.
    package var countLimit: Int
    /// The most events of a member's history that count of a day of event time.
    package var historyLimit: Int
    /// Whether members get scores rounded to the calibration's steps.
    package var roundsScores: Bool
    package var operators: [OperatorID]
    /// How many of them have to approve of a model.
    package var approvals: Int
    package var openings: OpeningLimits

    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        try root.allow(
            "consortium", "epoch", "parties", "members", "budget", "event_time", "counts", "scores", "operators",
            "approvals", "openings")
        name = try root.child("consortium").string
        epoch = UInt32(try root.child("epoch").int(in: 1...Int(Int32.max)))
        budget = try readBudget(root.optional("budget"))
        eventTime = try readEventTime(root.optional("event_time"))
        (countLimit, historyLimit) = try readCountLimits(root.optional("counts"))
        roundsScores = try readScores(root.optional("scores"))
        operators = []
        for node in try root.optional("operators")?.list ?? [] {
            operators.append(try readOperator(node, known: operators))
        }
        approvals = try readApprovals(root.optional("approvals"), operators: operators.count)
        openings = try readOpenings(root.optional("openings"))
        parties = [:]
        for node in try root.child("parties").list {
            try node.allow("name", "host", "port")
            let id = try readParty(node.child("name"), known: Array(parties.keys))
            parties[id] = Address(
                host: try node.child("host").string, port: try node.child("port").int(in: 1...65_535))
        }
        guard parties.count == 3 else { throw try root.child("parties").wrong("three parties belong here") }
        members = []
        for node in try root.child("members").list { members.append(try readMember(node, known: members)) }
        guard !members.isEmpty else { throw try root.child("members").wrong("at least one member belongs here") }
    }
}

func readParty(_ node: YAMLNode, known: [PartyID]) throws(ConfigurationError) -> PartyID {
    guard let id = PartyID(name: try node.string) else { throw node.wrong("party-0, party-1 or party-2 belongs here") }
    guard !known.contains(id) else { throw node.wrong("\(id) is named twice") }
    return id
}

func readMember(_ node: YAMLNode, known: [MemberID]) throws(ConfigurationError) -> MemberID {
    guard let id = MemberID(try node.string) else {
        throw node.wrong("1 to 40 of a-z, 0-9 and -, starting with a letter, belong here (not `consortium`)")
    }
    guard !known.contains(id) else { throw node.wrong("\(id) is named twice") }
    return id
}
