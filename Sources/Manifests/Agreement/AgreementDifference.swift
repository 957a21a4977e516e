package import Keys
package import Records

/// One thing that a version of the agreement changes.
package enum AgreementChange: Sendable, Hashable {
    case joins(ConsortiumAgreement.Member)
    case departs(MemberID, ConsortiumAgreement.Departure)
    /// A member's budget or vote; as they are from then on.
    case rights(MemberID, budget: QueryBudget, votes: Bool)
    /// Somebody who took part is given another identity, or a member another HPKE key.
    case identity(SyncAuthor)
    /// A party is somewhere else, or somebody else: `identity` is said beside it then.
    case address(PartyID, ConsortiumAgreement.Address?)
    case operatorJoins(OperatorID)
    case operatorLeaves(OperatorID)
    case purposes([String])
    case features(UInt64?)
    case trainer(Digest32?)
    case promotion(Digest32?)
    case retention(ConsortiumAgreement.Retention)
    case opened(Set<ConsortiumAgreement.Opening>)
    case openings(OpeningLimits)
    case approvals(Int)
    case rule(AgreementMatter, ApprovalRule)

    package var matter: AgreementMatter {
        switch self {
        case .joins: .join
        case .departs(_, let departure): departure.isExpulsion ? .expel : .leave
        case .rights: .rights
        case .identity(.party), .address: .parties
        case .identity, .operatorJoins, .operatorLeaves: .people
        case .purposes, .features, .trainer, .promotion, .retention, .opened, .openings, .approvals: .terms
        case .rule: .rules
        }
    }

    /// Who has to sign because the change is about them; nobody of one that is expelled or removed.
    fileprivate var concerned: SyncAuthor? {
        switch self {
        case .joins(let member): .member(member.id)
        case .departs(let id, let departure): departure.isExpulsion ? nil : .member(id)
        case .identity(let author): author
        case .operatorJoins(let id): .operator(id)
        default: nil
        }
    }
}

extension AgreementChange {
    /// `concerned`, where the version before does not know it, or by another key.
    fileprivate var alone: SyncAuthor? {
        if case .departs = self { return nil }
        return concerned
    }
}

/// What a version changes of the one before, and who has to sign it.
package struct AgreementDifference: Sendable, Hashable {
    package let changes: [AgreementChange]
    /// Who may sign, with the identities that the versions have: of those who come or get another, the new one.
    package let asked: [SyncAuthor: VerifyingKey]
    /// Who has to sign whoever else does.
    package let necessary: Set<SyncAuthor>
    /// How many members, parties and operators have to sign.
    package let least: Least
    /// Who signs for itself alone, and does not count among the others: the version before knows it not, or by another key.
    private let alone: Set<SyncAuthor>

    package struct Least: Sendable, Hashable {
        package var members = 0
        package var parties = 0
        package var operators = 0
    }

    /// Compares two versions of one consortium.
    ///
    /// - Parameters:
    ///   - before: whose rules say who is asked.
    ///   - after: the version that is to follow it.
    /// - Throws: `fixed`, `entry`, `nothing` or `unreachable`.
    package init(from before: ConsortiumAgreement, to after: ConsortiumAgreement) throws(AgreementDefect) {
        guard before.consortium == after.consortium else { throw .fixed("consortium") }
        guard before.roster == after.roster else { throw .fixed("roster") }
        changes = try Self.members(before, after) + Self.people(before, after) + Self.terms(before, after)
        guard !changes.isEmpty else { throw .nothing }
        var gone: Set<SyncAuthor> = []
        for case .departs(let id, let departure) in changes where departure.isExpulsion { gone.insert(.member(id)) }
        let alone = Set(changes.compactMap(\.alone))
        func voting(_ authors: [SyncAuthor]) -> [SyncAuthor] {
            authors.filter { !gone.contains($0) && !alone.contains($0) }
        }
        let groups = [
            voting(before.voters.map { .member($0) }), voting(before.parties.keys.map { .party($0) }),
            voting(before.operators.keys.map { .operator($0) }),
        ]
        var least = [0, 0, 0]
        var necessary = Set(changes.compactMap(\.concerned))
        var asked: [SyncAuthor: VerifyingKey] = [:]
        func ask(_ author: SyncAuthor) { asked[author] = before.identity(of: author) }
        for matter in Set(changes.map(\.matter)).sorted() {
            let rule = before.rules[matter] ?? ApprovalRule()
            let sizes = [before.voters.count, before.parties.count, before.operators.count]
            for (group, quorum) in [rule.members, rule.parties, rule.operators].enumerated() {
                // The majority is that of all, though whom it is about is not asked.
                let count = quorum.count(of: quorum == .all ? groups[group].count : sizes[group])
                guard count <= groups[group].count else { throw .unreachable(matter) }
                least[group] = max(least[group], count)
            }
            if rule.coordinator { necessary.insert(.coordinator) }
        }
        for (group, count) in zip(groups, least) where count > 0 { group.forEach(ask) }
        if necessary.contains(.coordinator) { ask(.coordinator) }
        for author in changes.compactMap(\.concerned) {
            if case .member(let id) = author, after.member(id)?.takesPart == false {
                ask(author)
            } else {
                asked[author] = after.identity(of: author)
            }
        }
        self.least = Least(members: least[0], parties: least[1], operators: least[2])
        self.alone = alone
        self.necessary = necessary
        self.asked = asked
    }

    // MARK: Signatures

    /// The key that somebody's signature is checked by; nil for whoever is not asked.
    ///
    /// - Parameter newer: identities of those who take part in the version before, where key epochs have changed them.
    package func key(of author: SyncAuthor, newer: [SyncAuthor: VerifyingKey]) -> VerifyingKey? {
        guard let agreed = asked[author] else { return nil }
        return alone.contains(author) ? agreed : newer[author] ?? agreed
    }

    /// Whether these signatures put the version in force.
    package func isMet(by signed: Set<SyncAuthor>) -> Bool { missing(signed).isEmpty }

    /// What is waited for, in words.
    package func missing(_ signed: Set<SyncAuthor>) -> [Missing] {
        var missing = necessary.subtracting(signed).sorted { $0.description < $1.description }.map {
            Missing.author($0)
        }
        func more(_ least: Int, _ group: Missing.Group) {
            let asked = asked.keys.filter { group.has($0) && !alone.contains($0) }
            let open = asked.filter { !signed.contains($0) }.sorted { $0.description < $1.description }
            let count = least - (asked.count - open.count)
            if count > 0 { missing.append(.some(count, of: open)) }
        }
        more(least.members, .members)
        more(least.parties, .parties)
        more(least.operators, .operators)
        return missing
    }

    package enum Missing: Sendable, Hashable {
        case author(SyncAuthor)
        /// So many of these.
        case some(Int, of: [SyncAuthor])

        fileprivate enum Group {
            case members, parties, operators

            func has(_ author: SyncAuthor) -> Bool {
                switch (self, author) {
                case (.members, .member), (.parties, .party), (.operators, .operator): true
                default: false
                }
            }
        }
    }

    // MARK: Comparing

    private static func members(
        _ before: ConsortiumAgreement, _ after: ConsortiumAgreement
    ) throws(AgreementDefect) -> [AgreementChange] {
        var changes: [AgreementChange] = []
        for (place, old) in before.members.enumerated() {
            guard after.members.indices.contains(place), after.members[place].id == old.id else {
                throw .entry(old.id)
            }
            let new = after.members[place]
            guard new.joined == old.joined, old.departure == nil || new == old else { throw .entry(old.id) }
            if let departure = new.departure {
                guard old.departure == nil else { continue }
                changes.append(.departs(old.id, departure))
                // What it had it keeps to its end.
                var kept = new
                kept.departure = nil
                guard kept == old else { throw .entry(old.id) }
                continue
            }
            if new.budget != old.budget || new.votes != old.votes {
                changes.append(.rights(old.id, budget: new.budget, votes: new.votes))
            }
            if new.identity != old.identity || new.hpke != old.hpke { changes.append(.identity(.member(old.id))) }
        }
        for new in after.members.dropFirst(before.members.count) {
            guard new.takesPart, new.joined != nil else { throw .entry(new.id) }
            changes.append(.joins(new))
        }
        return changes
    }

    private static func people(_ before: ConsortiumAgreement, _ after: ConsortiumAgreement) -> [AgreementChange] {
        var changes: [AgreementChange] = []
        for party in PartyID.allCases {
            let (old, new) = (before.parties[party], after.parties[party])
            if old?.identity != new?.identity { changes.append(.identity(.party(party))) }
            if old?.address != new?.address { changes.append(.address(party, new?.address)) }
        }
        if before.coordinator != after.coordinator { changes.append(.identity(.coordinator)) }
        for id in Set(before.operators.keys).union(after.operators.keys).sorted() {
            switch (before.operators[id], after.operators[id]) {
            case (nil, _?): changes.append(.operatorJoins(id))
            case (_?, nil): changes.append(.operatorLeaves(id))
            case (let old, let new): if old != new { changes.append(.identity(.operator(id))) }
            }
        }
        return changes
    }

    private static func terms(_ before: ConsortiumAgreement, _ after: ConsortiumAgreement) -> [AgreementChange] {
        var changes: [AgreementChange] = []
        if before.purposes != after.purposes { changes.append(.purposes(after.purposes)) }
        if before.features != after.features { changes.append(.features(after.features)) }
        if before.trainer != after.trainer { changes.append(.trainer(after.trainer)) }
        if before.promotion != after.promotion { changes.append(.promotion(after.promotion)) }
        if before.retention != after.retention { changes.append(.retention(after.retention)) }
        if before.opened != after.opened { changes.append(.opened(after.opened)) }
        if before.openings != after.openings { changes.append(.openings(after.openings)) }
        if before.approvals != after.approvals { changes.append(.approvals(after.approvals)) }
        for matter in AgreementMatter.allCases {
            guard let rule = after.rules[matter], rule != before.rules[matter] else { continue }
            changes.append(.rule(matter, rule))
        }
        return changes
    }
}
