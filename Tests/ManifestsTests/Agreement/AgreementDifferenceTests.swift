import Keys
import Manifests
import Records
import Support
import Testing

/// The question whether signatures are enough, answered by going through the rule of each change by itself, in words of the page on
/// agreements and nothing of `AgreementDifference` but the changes.
private func oracle(
    _ before: ConsortiumAgreement, _ after: ConsortiumAgreement, _ changes: [AgreementChange], _ signed: Set<SyncAuthor>
) -> Bool {
    var ownVoice: Set<SyncAuthor> = []
    var silenced: Set<SyncAuthor> = []
    var mustSign: Set<SyncAuthor> = []
    for change in changes {
        switch change {
        case .joins(let member): ownVoice.insert(.member(member.id))
        case .operatorJoins(let id): ownVoice.insert(.operator(id))
        case .identity(let author): ownVoice.insert(author)
        case .departs(let id, let departure):
            if departure.isExpulsion { silenced.insert(.member(id)) } else { mustSign.insert(.member(id)) }
        default: break
        }
    }
    mustSign.formUnion(ownVoice)
    guard mustSign.isSubset(of: signed) else { return false }
    let members = before.members.filter { $0.departure == nil && $0.votes }.map { SyncAuthor.member($0.id) }
    let groups: [[SyncAuthor]] = [
        members, PartyID.allCases.map { .party($0) }, before.operators.keys.map { .operator($0) },
    ]
    for change in changes {
        guard let rule = before.rules[change.matter] else { return false }
        if rule.coordinator, !signed.contains(.coordinator) { return false }
        for (group, quorum) in zip(groups, [rule.members, rule.parties, rule.operators]) {
            let voices = group.filter { !ownVoice.contains($0) && !silenced.contains($0) }
            let yes = voices.filter(signed.contains).count
            let enough: Bool =
                switch quorum {
                case .none: true
                case .majority: yes * 2 > group.count
                case .all: yes == voices.count
                case .least(let count): yes >= count || yes == group.count
                }
            guard enough else { return false }
        }
    }
    return true
}

@Suite("What a version changes")
struct AgreementDifferenceTests {
    private typealias Change = (inout ConsortiumAgreement) -> Void

    private func difference(_ change: Change) throws -> AgreementDifference {
        try Agreed.difference(Agreed.founding(), change)
    }

    private func asked(_ change: Change) throws -> [String] {
        try difference(change).asked.keys.map(\.description).sorted()
    }

    private func mistake(_ before: ConsortiumAgreement = Agreed.founding(), _ change: Change) -> AgreementDefect? {
        do throws(AgreementDefect) { _ = try Agreed.difference(before, change) } catch { return error }
        return nil
    }

    private static let members = ["member/bank-a", "member/bank-b", "member/bank-c"]
    private static let operators = ["operator/anna", "operator/bernd"]
    private static let bankD = Agreed.entry("bank-d", joined: 20_000)

    @Test("asks whom the rule of each matter names, and whom it is about")
    func askedPeople() throws {
        #expect(try asked { $0.members.append(Self.bankD) } == Self.members + ["member/bank-d"] + Self.operators)
        #expect(try asked { $0.members[0].departure = Agreed.departure() } == ["member/bank-a"])
        #expect(
            try asked { $0.members[0].departure = Agreed.departure(expelled: true) }
                == ["member/bank-b", "member/bank-c"] + Self.operators)
        #expect(try asked { $0.members[0].budget = .unlimited } == Self.members + Self.operators)
        let parties = ["party/party-0", "party/party-1", "party/party-2"]
        #expect(
            try asked { $0.parties[.one]?.address = .init(host: "a", port: 1) }
                == Self.members + Self.operators + parties)
        #expect(try asked { $0.coordinator = Agreed.identity(.coordinator, copy: 1) }.first == "coordinator")
        #expect(try asked { $0.approvals = 2 } == Self.members + Self.operators)
    }

    @Test("takes the signature of one with another key by the new key, and not as a vote")
    func newKeys() throws {
        let (a, anna) = (Agreed.author("member/bank-a"), Agreed.author("operator/anna"))
        let change = try difference { $0.members[0].identity = Agreed.identity(a, copy: 1) }
        #expect(change.asked[a] == Agreed.identity(a, copy: 1) && change.necessary == [a])
        // A majority of three members are two, and the one with the new key is none of them.
        #expect(change.missing([a, anna]).count == 1)
        #expect(!change.isMet(by: [a, anna, Agreed.author("member/bank-b")]))
        #expect(change.isMet(by: [a, anna, Agreed.author("member/bank-b"), Agreed.author("member/bank-c")]))
        let party = try difference { $0.parties[.two]?.identity = Agreed.identity(.party(.two), copy: 1) }
        #expect(party.necessary == [.party(.two)] && party.least.parties == 2)
        let all: Set<SyncAuthor> = [
            a, anna, Agreed.author("member/bank-b"), Agreed.author("member/bank-c"), .party(.two), .party(.zero),
        ]
        #expect(!party.isMet(by: all) && party.isMet(by: all.union([.party(.one)])))
    }

    @Test("takes newer identities of key epochs for those who were there, and none for those who come")
    func epochs() throws {
        let newer = Dictionary(
            uniqueKeysWithValues: ["member/bank-a", "member/bank-d", "operator/anna"].map(Agreed.author).map {
                ($0, Agreed.identity($0, copy: 7))
            })
        let before = Agreed.founding()
        let after = Agreed.next(before) { $0.members.append(Self.bankD) }
        let difference = try AgreementDifference(from: before, to: after)
        for (name, copy) in [("member/bank-a", 7), ("operator/anna", 7), ("member/bank-b", 0), ("member/bank-d", 0)] {
            let author = Agreed.author(name)
            #expect(difference.key(of: author, newer: newer) == Agreed.identity(author, copy: UInt8(copy)))
        }
        #expect(difference.key(of: .party(.one), newer: newer) == nil)
        let other = Agreed.next(before) { $0.members[0].identity = Agreed.identity(.coordinator, copy: 1) }
        let changed = try AgreementDifference(from: before, to: other)
        #expect(changed.key(of: Agreed.author("member/bank-a"), newer: newer) == Agreed.identity(.coordinator, copy: 1))
    }

    @Test("leaves the consortium and its roster alone, and every entry of a member where it was")
    func fixed() {
        #expect(mistake { $0.consortium = "other" } == .fixed("consortium"))
        #expect(mistake { $0.roster = .zero } == .fixed("roster"))
        #expect(mistake { _ in } == .nothing)
        let (a, b, c) = (Agreed.member("bank-a"), Agreed.member("bank-b"), Agreed.member("bank-c"))
        #expect(mistake { $0.members.removeLast() } == .entry(c))
        #expect(mistake { $0.members.removeFirst() } == .entry(a))
        #expect(mistake { $0.members.swapAt(1, 2) } == .entry(b))
        #expect(mistake { $0.members[1].joined = 1 } == .entry(b))
        #expect(mistake { $0.members.append(Agreed.entry("bank-d")) } == .entry(Self.bankD.id))
        #expect(
            mistake {
                $0.members.append(Self.bankD)
                $0.members[3].departure = Agreed.departure()
            } == .entry(Self.bankD.id))
        #expect(
            mistake {
                $0.members[0].departure = Agreed.departure()
                $0.members[0].budget = .unlimited
            } == .entry(a))
        let left = Agreed.next(Agreed.founding()) { $0.members[0].departure = Agreed.departure() }
        for change in [
            { $0.members[0].departure = nil }, { $0.members[0].departure?.isExpulsion = true },
            { $0.members[0].departure?.withdrawsLabels = true }, { $0.members[0].departure?.day += 1 },
            { $0.members[0].votes = false }, { $0.members[0].hpke = Agreed.hpke(77) },
        ] as [Change] { #expect(mistake(left, change) == .entry(a)) }
    }

    @Test("is refused where it asks for more than can sign")
    func unreachable() {
        let two = Agreed.founding(members: ["bank-a", "bank-b"], operators: [], approvals: 0)
        #expect(mistake(two) { $0.members[0].departure = Agreed.departure(expelled: true) } == .unreachable(.expel))
        #expect(mistake(two) { $0.members[0].departure = Agreed.departure() } == nil)
        let one = Agreed.founding(members: ["bank-a"], operators: ["anna"], approvals: 1)
        #expect(
            mistake(one) { $0.operators[Agreed.operatorID("anna")] = Agreed.identity(.coordinator, copy: 9) }
                == .unreachable(.people))
    }

    @Test("says every change in words, each in others")
    func words() throws {
        let changes: [(AgreementMatter, Change)] = [
            (.join, { $0.members.append(Self.bankD) }), (.leave, { $0.members[0].departure = Agreed.departure() }),
            (.leave, { $0.members[0].departure = Agreed.departure(withdraws: true) }),
            (.expel, { $0.members[0].departure = Agreed.departure(expelled: true) }),
            (.rights, { $0.members[0].budget = .daily(7) }), (.rights, { $0.members[0].votes = false }),
            (.people, { $0.members[0].hpke = Agreed.hpke(77) }),
            (.parties, { $0.parties[.one]?.identity = Agreed.identity(.party(.one), copy: 1) }),
            (.parties, { $0.parties[.one]?.address = .init(host: "a", port: 1) }),
            (.people, { $0.coordinator = Agreed.identity(.coordinator, copy: 1) }),
            (.people, { $0.operators[Agreed.operatorID("carla")] = Agreed.identity(Agreed.author("operator/carla")) }),
            (.people, { $0.operators[Agreed.operatorID("bernd")] = nil }), (.terms, { $0.purposes = ["audits"] }),
            (.terms, { $0.features = 1 }), (.terms, { $0.trainer = .zero }), (.terms, { $0.promotion = .zero }),
            (.terms, { $0.retention.rows = 3 }), (.terms, { $0.opened = [] }), (.terms, { $0.opened = [.replays] }),
            (.terms, { $0.openings = OpeningLimits(histograms: 1, windows: 1, days: 1, apart: 1) }),
            (.terms, { $0.approvals = 2 }), (.rules, { $0.rules[.terms]?.coordinator = true }),
        ]
        var said: Set<String> = []
        for (matter, change) in changes {
            let found = try difference(change).changes
            #expect(found.map(\.matter) == [matter])
            #expect(said.insert(found.map(\.description).joined()).inserted)
        }
        let many = try difference { agreement in
            for (_, change) in changes.dropFirst(10) { change(&agreement) }
        }
        #expect(Set(many.changes.map(\.matter)) == [.people, .terms, .rules])
        #expect(
            try difference { $0.members.append(Self.bankD) }.changes.map(\.description) == [
                "bank-d joins: 1000 transactions a day"
            ])
        #expect(
            try difference { $0.members.append(Self.bankD) }.missing([Agreed.author("member/bank-a")]).map(
                \.description)
                == ["member/bank-d", "1 of member/bank-b, member/bank-c", "1 of operator/anna, operator/bernd"])
    }

    @Test("is in force by the signatures by which each of its changes would be", arguments: 0..<60)
    func agreesWithOracle(seed: Int) throws {
        var generator = SplitMix64(UInt64(seed))
        func random(_ below: Int) -> Int { Int.random(in: 0..<below, using: &generator) }
        var before = Agreed.founding(
            members: ["bank-a", "bank-b", "bank-c", "bank-d"], operators: ["anna", "bernd", "carla"])
        let quorums: [ApprovalQuorum] = [.none, .majority, .all, .least(1), .least(2), .least(5)]
        for matter in AgreementMatter.allCases {
            before.rules[matter] = ApprovalRule(
                members: quorums[random(6)], parties: quorums[random(6)],
                operators: quorums[random(6)], coordinator: random(2) == 0)
        }
        before.members[3].votes = random(2) == 0
        let changes: [Change] = [
            { $0.members.append(Agreed.entry("bank-e", joined: 1)) },
            { $0.members[0].departure = Agreed.departure() },
            { $0.members[1].departure = Agreed.departure(expelled: true) },
            { $0.members[2].identity = Agreed.identity(Agreed.author("member/bank-c"), copy: 1) },
            { $0.parties[.one]?.identity = Agreed.identity(.party(.one), copy: 1) },
            { $0.operators[Agreed.operatorID("bernd")] = Agreed.identity(Agreed.author("operator/bernd"), copy: 1) },
            { $0.operators[Agreed.operatorID("dora")] = Agreed.identity(Agreed.author("operator/dora")) },
            { $0.operators[Agreed.operatorID("carla")] = nil }, { $0.purposes = ["audits"] },
            { $0.members[2].budget = .unlimited }, { $0.rules[.rules] = ApprovalRule(members: .all) },
            { $0.coordinator = Agreed.identity(.coordinator, copy: 1) },
        ]
        var after = before.next
        for change in changes where random(4) == 0 { change(&after) }
        guard let found = try? AgreementDifference(from: before, to: after) else { return }
        let people = Set(before.authors + after.authors).sorted { $0.description < $1.description }
        for _ in 0..<400 {
            let rare = random(6)
            let signed = Set(people.filter { _ in random(6) >= rare })
            #expect(found.isMet(by: signed) == oracle(before, after, found.changes, signed))
            // Whoever is not asked makes no difference.
            #expect(found.isMet(by: signed) == found.isMet(by: signed.intersection(found.asked.keys)))
        }
    }
}
