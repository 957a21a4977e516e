import Keys
import Records

extension ConsortiumAgreement {
    /// Checks all that can be checked of a version alone, whichever was before.
    package func check() throws(AgreementDefect) {
        guard version > 0, (version == 1) == (previous == nil) else { throw .version }
        try text(consortium, "consortium", most: 64)
        guard members.count <= Self.mostMembers, members.contains(where: \.takesPart) else { throw .members }
        guard Set(members.map(\.id)).count == members.count else {
            let twice = members.map(\.id).first { id in members.filter { $0.id == id }.count > 1 }
            throw .namedTwice(twice?.name ?? "")
        }
        for member in members { try check(member) }
        guard parties.count == PartyID.allCases.count else { throw .encoding }
        for (id, party) in parties { try check(party, id) }
        try checkIdentities()
        try checkTerms()
        for matter in AgreementMatter.allCases { try check(rules[matter], of: matter) }
    }

    private func text(_ text: String, _ field: String, most: Int) throws(AgreementDefect) {
        do throws(SyncMistake) { try SyncBounds.text(text, field, most: most) } catch { throw .text(field) }
    }

    /// The last day of the year 9999.
    private static let days = 1...2_932_896

    private func check(_ member: Member) throws(AgreementDefect) {
        let days = [member.joined, member.departure?.day].compactMap { $0 }
        guard days.allSatisfy(Self.days.contains), days == days.sorted() else { throw .day(member.id) }
        if case .daily(let count) = member.budget {
            guard (1...1_000_000_000_000).contains(count) else { throw .number("budget of \(member.id)") }
        }
    }

    private func check(_ party: Party, _ id: PartyID) throws(AgreementDefect) {
        guard let address = party.address else { return }
        let host = address.host.unicodeScalars
        guard (1...253).contains(host.count), host.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value < 0x7F }),
            (1...65_535).contains(address.port)
        else { throw .address(id) }
    }

    /// No two of a later version have one identity. Of the founding version the roster says who there is.
    private func checkIdentities() throws(AgreementDefect) {
        guard version > 1 else { return }
        var known: [VerifyingKey: SyncAuthor] = [:]
        for author in authors {
            guard let identity = identity(of: author) else { continue }
            if let other = known.updateValue(author, forKey: identity) { throw .sameIdentity(other, author) }
        }
    }

    private func checkTerms() throws(AgreementDefect) {
        guard (1...16).contains(purposes.count), zip(purposes, purposes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .text("purposes")
        }
        for purpose in purposes { try text(purpose, "purposes", most: 200) }
        for (field, days) in [
            ("records", retention.records), ("rows", retention.rows), ("counts", retention.counts),
            ("audit", retention.audit),
        ] {
            guard days.map((1...36_500).contains) ?? true else { throw .number("retention of \(field)") }
        }
        guard (1...1_000).contains(openings.histograms), (1...100_000).contains(openings.windows),
            (1...3_650).contains(openings.days), (1...1_000_000_000).contains(openings.apart)
        else { throw .number("openings") }
        guard opened.contains(.reasons) == (openings.reasons != nil),
            openings.reasons.map({
                ReasonLimits.dailyRange.contains($0.daily) && ReasonLimits.membersRange.contains($0.members)
            }) ?? true
        else { throw .number("openings of reasons") }
        guard features != 0 else { throw .number("features") }
        guard (0...operators.count).contains(approvals) else { throw .approvals }
    }

    private func check(_ rule: ApprovalRule?, of matter: AgreementMatter) throws(AgreementDefect) {
        guard let rule else { throw .rule(matter) }
        var asked = rule.coordinator ? 1 : 0
        for (quorum, size) in [
            (rule.members, voters.count), (rule.parties, parties.count), (rule.operators, operators.count),
        ] {
            // More than half of nobody is one.
            guard quorum != .majority || size > 0 else { throw .rule(matter) }
            asked += quorum.count(of: size)
        }
        // Whom `leave` is about signs by itself.
        guard asked > 0 || matter == .leave else { throw .rule(matter) }
    }
}
