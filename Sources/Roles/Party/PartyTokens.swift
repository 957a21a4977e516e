import Audit
package import EventLogs
package import Keys
import Logging
package import PipelineFiles
package import Records
import SecureScoring
package import Stages
import Telemetry
import TokenService
package import Tokens

extension SessionRegistry: SessionDirectory {}

extension KeyGenerationID {
    fileprivate var auditFields: [AuditField: String] { [.epoch: "\(epoch.number)", .attempt: "\(attempt)"] }
}

/// The stage of a party that has its part in entity tokens: makes the first key with the two others, where there is none, answers
/// all members' blinded batches, and rotates the key when the coordinator orders it (docs/TOKENS.md).
///
/// An attempt at a key that failed is reported and stops nothing else: there are answers under the key before, and transactions of
/// models without the consortium's features are scored in any case.
package final class PartyTokens: Stage {
    private let party: PartyID
    private let roster: Roster
    private let members: ConsortiumMembers
    /// Those that keys and answers were made for.
    private var present: [Roster.Member]
    /// The change of members by which they were.
    private var change: Int
    /// Members whose topics are not there yet.
    private var awaited: [MemberID] = []
    private let keystore: any Keystore
    private let log: any EventLog
    private let state: any StateStore
    private let limit: RateLimit
    private let attempt: Int
    private let updates: TokenUpdates
    private let keychain: PartyKeychain
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let audit: any AuditWriter
    /// Made in a turn, since that takes a log that can be reached; so are the answers.
    private var keys: OPRFKeyStage?
    /// The answers; nil before there is a key.
    private var answers: TokenStage?
    /// A look for keys costs a tenth of what it takes to answer a batch.
    private var looking = Throttle(.milliseconds(50))
    private var lookingForMembers = Throttle(.seconds(1))
    private var membership = MembershipAudit()

    /// - Parameters:
    ///   - members: whom keys are published to and who is answered, looked at once a second: nobody has to start the party again.
    ///   - state: what is kept beside the scoring state; taken over, so that a predecessor can commit no more.
    ///   - attempt: at the first key, the same at all three parties.
    ///   - updates: what counts move by; `loadUpdates` has them before anything runs.
    init(
        party: PartyID, roster: Roster, members: ConsortiumMembers, keystore: any Keystore, log: any EventLog,
        state: any StateStore,
        limit: RateLimit,
        attempt: Int, updates: TokenUpdates, keychain: PartyKeychain, clock: any StageClock, metrics: Metrics,
        logger: Logger,
        audit: any AuditWriter = NoAudit()
    ) {
        self.party = party
        self.members = members
        self.roster = roster
        change = members.changes
        present = members.current.members
        self.keystore = keystore
        self.log = log
        self.state = state
        self.limit = limit
        self.attempt = attempt
        self.updates = updates
        self.keychain = keychain
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
    }

    /// The rotations that a party has kept; none where it never ran.
    package static func loadUpdates(
        party: PartyID, roster: Roster, keystore: any Keystore, state: any StateStore
    ) throws -> TokenUpdates {
        let store = OPRFKeyStore(
            party: party, state: state, wrap: try keystore.localKey("token-keys"))
        return try store.updates(consortium: roster.consortium)
    }

    /// Looks for keys now and then, and answers members under what is in force.
    package func turn(until moment: Moment) throws -> Turn {
        if lookingForMembers.isDue(at: clock.now) { try lookForMembers() }
        let keys = try self.keys ?? makeKeys()
        self.keys = keys
        if answers == nil || looking.isDue(at: clock.now) {
            let turn = try keys.turn(until: answers == nil ? moment : clock.now)
            for event in keys.takeEvents() { report(event) }
            try follow(keys)
            if answers == nil { return turn }
        }
        return try answers?.turn(until: moment) ?? .idle
    }

    package func finish() throws { try answers?.finish() }

    /// Begins anew with the members that there are now, where they are others: what is stored is gone on from.
    private func lookForMembers() throws {
        try members.refresh()
        membership.tell(members.history, to: audit)
        let haveCome = try awaited.contains { try hasTopics($0) }
        guard members.changes != change || haveCome else { return }
        try answers?.finish()
        (keys, answers) = (nil, nil)
        change = members.changes
        present = members.current.members
        logger.notice("members are others", metadata: ["members": "\(present.count)"])
    }

    /// Whether a member's topics of tokens are there; of one that has just joined they may not be.
    private func hasTopics(_ member: MemberID) throws -> Bool {
        for topic in [Topics.blinded(member), Topics.evaluations(member)] {
            do throws(LogError) { _ = try log.partitions(of: topic) } catch {
                guard case .unknownTopic = error else { throw error }
                return false
            }
        }
        return true
    }

    private func report(_ event: TokenKeyEvent) {
        switch event {
        case .ordered(let id):
            audit.write(AuditEvent(.rotationOrdered, id.auditFields))
            logger.notice(
                "token key rotation ordered", metadata: ["epoch": "\(id.epoch.number)", "attempt": "\(id.attempt)"])
        case .inForce(let epoch, let key):
            audit.write(AuditEvent(.keyInForce, of: Digest32(key.digest), [.epoch: "\(epoch.number)"]))
            metrics.set(.tokenEpoch, to: Double(epoch.number))
            logger.notice("token key in force", metadata: ["epoch": "\(epoch.number)"])
        case .failed(let id, let failure):
            audit.write(AuditEvent(.rotationFailed, id.auditFields.merging([.reason: "\(failure)"]) { $1 }))
            let next =
                id.epoch == .first
                ? "start all three parties with the next --token-attempt"
                : "order the next attempt: cordon tokens rotate"
            logger.error(
                "there is no token key: \(failure); when that is settled, \(next)",
                metadata: ["epoch": "\(id.epoch.number)", "attempt": "\(id.attempt)"])
        }
    }

    /// Goes over to answers under the key that is in force.
    private func follow(_ keys: OPRFKeyStage) throws {
        guard let newest = keys.newest else { return }
        guard let answers else {
            self.answers = try makeAnswers(newest)
            return
        }
        while answers.epoch < newest { answers.rotate(to: try share(answers.epoch.next, keyStore())) }
    }

    // MARK: Making

    private func makeKeys() throws -> OPRFKeyStage {
        try OPRFKeyStage(
            consortium: roster.consortium, firstAttempt: UInt32(attempt), coordinator: roster.coordinator,
            channel: KeyRecordChannel(party: party, key: try keystore.signingKey(), parties: roster.cell.identities),
            store: try keyStore(), updates: updates, log: log, clock: clock, metrics: metrics)
    }

    private func makeAnswers(_ epoch: TokenEpoch) throws -> TokenStage {
        let store = try keyStore()
        awaited = []
        for member in present where try !hasTopics(member.id) { awaited.append(member.id) }
        let limits = Dictionary(uniqueKeysWithValues: present.map { ($0.id, limit) })
        let identities = Dictionary(uniqueKeysWithValues: present.map { ($0.id, $0.identity) })
        let evaluator = TokenEvaluator(
            share: try share(epoch, store),
            previous: try epoch.previous.flatMap { try store.share(consortium: roster.consortium, epoch: $0) },
            context: TokenContext(consortium: Array(roster.consortium.utf8), epoch: epoch), limits: limits)
        return try TokenStage(
            members: present.map(\.id).filter { !awaited.contains($0) },
            responder: TokenResponder(
                evaluator: evaluator, identities: identities, secret: try keystore.localKey("token-proofs")),
            sessions: SessionRegistry(
                consortium: roster.consortium, party: party, keys: keychain.opening, members: members, log: log,
                logger: logger, audit: audit),
            log: log, state: state, clock: clock, metrics: metrics)
    }

    private func share(_ epoch: TokenEpoch, _ store: borrowing OPRFKeyStore) throws -> TokenKeyShare {
        guard let share = try store.share(consortium: roster.consortium, epoch: epoch) else {
            throw LogError.corrupted(reason: "the party's share of token key \(epoch.number) is gone")
        }
        return share
    }

    private func keyStore() throws -> OPRFKeyStore {
        OPRFKeyStore(party: party, state: state, wrap: try keystore.localKey("token-keys"))
    }
}
