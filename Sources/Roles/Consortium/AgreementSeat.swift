package import EventLogs
package import Keys
package import Manifests
package import PipelineFiles
package import Records
package import Stages

/// Somebody's seat at the table of a consortium: reads `consortium.agreement`, proposes versions, and signs them. Used by one
/// thread.
package final class AgreementSeat {
    package let roster: Roster
    package let log: any EventLog
    private let keystore: (any Keystore)?
    private let clock: any WallClock
    private let topic: AgreementTopic

    /// - Parameter keystore: of whoever proposes and signs; nil for whoever only looks.
    package init(
        _ roster: Roster, keystore: (any Keystore)? = nil, log: any EventLog, clock: any WallClock = SystemClock()
    ) throws {
        self.roster = roster
        self.keystore = keystore
        self.log = log
        self.clock = clock
        topic = try AgreementTopic(roster, log: log)
        try topic.read()
    }

    package var history: ConsortiumHistory { topic.history }

    /// Takes what came into the log since.
    package func read() throws { try topic.read() }

    /// Records that count for nothing, with why.
    package func takeRefused() -> [(offset: Int64, reason: ConsortiumRefusal)] { topic.takeRefused() }

    /// Waits for something new in the log; false where nothing came in that time.
    package func wait(_ time: Duration, _ clock: any StageClock = SystemClock()) throws -> Bool {
        try topic.wait(until: clock.now + time, clock)
    }

    // MARK: Saying

    /// Who is seated here, by the key: somebody who takes part, or who comes by a proposal.
    ///
    /// - Parameter version: what is to be signed; nil for who proposes.
    /// - Throws: `notSeated` for a key of nobody.
    package func author(signing version: AgreedVersion? = nil) throws -> SyncAuthor {
        guard let keystore else { throw AgreementSeatError.notSeated(keys: "nothing") }
        let own = try identities(keystore)
        let agreement = history.agreement
        func isOwn(_ author: SyncAuthor) -> Bool {
            if let difference = version?.difference, difference.asked[author] != nil {
                return difference.key(of: author, newer: agreement.identities).map(own.contains) ?? false
            }
            return agreement.identity(of: author).map(own.contains) ?? false
        }
        let asked = version?.difference.map { Array($0.asked.keys) } ?? []
        let everyone = agreement.inForce.agreement.authors
        guard let author = (asked + everyone).first(where: isOwn) else {
            throw AgreementSeatError.notSeated(keys: keystore.place)
        }
        return author
    }

    /// Says something. What would not count is not written.
    ///
    /// - Throws: `ConsortiumRefusal` where the history would refuse it.
    private func say(_ statement: AgreementStatement, by author: SyncAuthor) throws {
        guard let keystore else { throw AgreementSeatError.notSeated(keys: "nothing") }
        try topic.read()
        let now = clock.microseconds / 1_000_000
        let unsigned = ConsortiumRefusal.agreement(.badSignature(author))
        var refusal = unsigned
        // A member that changes its keys has two, of which one counts.
        for name in try keystore.identityNames() {
            let record = try statement.record(
                by: author, consortium: roster.consortium, key: keystore.signingKey(name))
            var tried = topic.history
            do throws(ConsortiumRefusal) { try tried.apply(record, time: now) } catch {
                if error != unsigned { refusal = error }
                continue
            }
            try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
            try topic.read()
            return
        }
        throw refusal
    }

    /// The public halves of all identities that the keystore has: of a member that changes its keys two.
    private func identities(_ keystore: any Keystore) throws -> [VerifyingKey] {
        try keystore.identityNames().map { try keystore.signingKey($0).verifyingKey }
    }

    /// Proposes a version in the place of the one in force, and signs it where the change asks whoever proposes.
    ///
    /// - Parameter change: of the version in force.
    /// - Returns: the version as it is then: proposed, or in force.
    @discardableResult
    package func propose(_ change: (inout ConsortiumAgreement) throws -> Void) throws -> AgreedVersion {
        try topic.read()
        var next = history.agreement.inForce.agreement.next
        try change(&next)
        do throws(AgreementDefect) { try next.check() } catch { throw ConsortiumRefusal.agreement(.defect(error)) }
        let digest = next.digest
        try say(.proposal(AgreementProposal(next)), by: author())
        let proposed = try version(digest)
        guard let author = try? author(signing: proposed), proposed.unsigned.contains(author) else { return proposed }
        return try sign(proposed)
    }

    /// Signs a version.
    @discardableResult
    package func sign(_ version: AgreedVersion) throws -> AgreedVersion {
        try say(.signature(AgreementSignature(of: version.agreement)), by: author(signing: version))
        return try self.version(version.digest)
    }

    // MARK: Looking

    /// Members of the roster, those that have joined since, and those that are proposed: whose topics are to be there.
    package var members: [MemberID] {
        let versions = [history.agreement.inForce] + history.agreement.proposals
        var members = roster.members.map(\.id)
        for member in versions.flatMap(\.agreement.members) where member.takesPart && !members.contains(member.id) {
            members.append(member.id)
        }
        return members
    }

    /// What roles work with now.
    package var standing: Roster { roster.standing(history) }

    /// The entry that a member's agent works with: of one that takes part, or did. What a member that left has sealed is decided
    /// on all the same, by an agent that may have to start again.
    ///
    /// - Throws: `unknownMember` for one that is to join with the next epoch of keys, too.
    package func entry(of name: String) throws(RoleError) -> Roster.Member {
        guard let member = history.effective.agreement.members.first(where: { $0.id.name == name }) else {
            throw .unknownMember(name)
        }
        let keys = history.epochs.lives.lazy.reversed().compactMap { $0.keys.members[member.id] }.first
        return Roster.Member(
            id: member.id, identity: keys?.identity ?? member.identity, hpke: keys?.hpke ?? member.hpke,
            budget: member.budget)
    }

    /// The version in force, one that was, or a proposal.
    ///
    /// - Throws: `unknownVersion` where nothing of this digest counts.
    package func version(_ digest: Digest32) throws -> AgreedVersion {
        guard let version = history.agreement.version(digest) ?? history.agreement.proposal(digest) else {
            throw AgreementSeatError.unknownVersion("\(digest)")
        }
        return version
    }

    /// The version whose digest begins so, in hexadecimal; without a beginning the only proposal, or else the version in force.
    package func version(beginning: String?) throws -> AgreedVersion {
        let (proposals, versions) = (history.agreement.proposals, history.agreement.versions)
        guard let beginning else {
            guard proposals.count < 2 else {
                throw AgreementSeatError.several(proposals.map { "\($0.digest)" })
            }
            return proposals.first ?? history.agreement.inForce
        }
        let found = (proposals + versions).filter { hexadecimal($0.digest.bytes).hasPrefix(beginning.lowercased()) }
        guard found.count < 2 else { throw AgreementSeatError.several(found.map { "\($0.digest)" }) }
        guard let version = found.first else { throw AgreementSeatError.unknownVersion(beginning) }
        return version
    }
}

/// Why somebody can't say what they want on the agreement. Each says what to do.
package enum AgreementSeatError: Error, Sendable, Hashable, CustomStringConvertible {
    case notSeated(keys: String)
    case unknownVersion(String)
    case several([String])
    /// The card is of another kind of role.
    case otherCard(String, wanted: String)
    case unknownMember(String)
    case gone(MemberID)

    package var description: String {
        switch self {
        case .notSeated(let keys):
            "the key in \(keys) is of nobody who takes part or is asked; a member that comes is asked once its joining is proposed"
        case .unknownVersion(let digest): "no version of the agreement begins with \(digest): `cordon consortium show`"
        case .several(let digests): "several versions are meant: name one of \(digests.joined(separator: ", "))"
        case .otherCard(let role, let wanted): "the card is that of \(role), and one of \(wanted) belongs here"
        case .unknownMember(let name): "the agreement has no member `\(name)`"
        case .gone(let member): "\(member) takes no part any more"
        }
    }
}
