package import EventLogs
package import Ingest
package import Keys
package import Logging
import Manifests
package import Model
package import PipelineFiles
package import Records
import Secrets
package import Stages
package import Telemetry
import TokenService
package import Tokens

/// A member's tokens, asked for within the sessions of the newest epoch of keys. Used by one thread.
private final class RenewedTokens: TokenSource {
    private let tokens: MemberTokens
    private let keychain: MemberKeychain
    private var epoch: UInt32

    init(_ tokens: MemberTokens, _ keychain: MemberKeychain) {
        self.tokens = tokens
        self.keychain = keychain
        epoch = keychain.sealing.now.number
    }

    func tokens(
        for identifiers: [Identifier], until moment: Moment
    ) throws(LogError) -> EpochTokens? {
        let now = keychain.sealing.now
        if now.number != epoch, let keys = keychain.book.history.life(KeyEpoch(now.number))?.keys,
            let identity = try? keychain.signingKey(in: keys),
            let sessions = TokenSessions(now.sessions, identity: identity)
        {
            tokens.use(sessions)
            epoch = now.number
        }
        return try tokens.tokens(for: identifiers, until: moment)
    }
}

/// The makings of a member's feed of tokens and labels for the parties (`ConsortiumFeed`).
package struct AgentTokens: Sendable {
    package let member: Roster.Member
    package let roster: Roster
    package let keystore: any Keystore
    package let spec: BinnedSpec
    package let sessions: MemberKeychain
    package let rules: IdentifierRules
    package let log: any EventLog
    package let clock: any StageClock
    package let metrics: Metrics
    package let logger: Logger

    package init(
        member: Roster.Member, roster: Roster, keystore: any Keystore, spec: BinnedSpec, sessions: MemberKeychain,
        rules: IdentifierRules, log: any EventLog, clock: any StageClock = SystemClock(), metrics: Metrics,
        logger: Logger
    ) {
        self.member = member
        self.roster = roster
        self.keystore = keystore
        self.spec = spec
        self.sessions = sessions
        self.rules = rules
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    /// The feed of one partition, for its ingest stage alone; nil for a spec that tells no labels.
    ///
    /// - Parameter state: of the cache of tokens; taken over.
    package func feed(_ state: @autoclosure () throws -> any StateStore) throws -> ConsortiumFeed? {
        guard spec.spec.tellsLabels else { return nil }
        return ConsortiumFeed(
            tokens: try spec.spec.tokenEntities.isEmpty ? nil : tokens(state()),
            labels: LabelSealer(
                member: member.id, sessions: sessions.sealing, spec: spec,
                idKey: try keystore.localKey("event-id"), random: randomBytes))
    }

    private func tokens(_ state: any StateStore) throws -> BoxTokens {
        let source = try MemberTokens(
            member.id, roster: roster, keystore: keystore, sessions: sessions, log: log, state: state,
            clock: clock, metrics: metrics, logger: logger)
        return BoxTokens(
            entities: spec.spec.tokenEntities, rules: rules,
            source: RenewedTokens(source, sessions), metrics: metrics)
    }

    /// The topics that labels and tokens of such a spec need.
    package static func topics(_ member: MemberID, _ spec: FeatureSpec) -> [String] {
        (spec.tellsLabels ? [Topics.labels] : [])
            + (spec.tokenEntities.isEmpty
                ? [] : [Topics.tokenKeys, Topics.blinded(member), Topics.evaluations(member)])
    }
}

extension MemberTokens {
    /// - Parameter state: of the cache of tokens; taken over.
    package convenience init(
        _ member: MemberID, roster: Roster, keystore: any Keystore, sessions: MemberKeychain, log: any EventLog,
        state: any StateStore, clock: any StageClock = SystemClock(), metrics: Metrics, logger: Logger
    ) throws {
        let keys =
            sessions.book.history.life(KeyEpoch(sessions.sealing.now.number))?.keys ?? sessions.book.history.newest
        guard
            let sessions = TokenSessions(
                sessions.sealing.now.sessions, identity: try sessions.signingKey(in: keys))
        else {
            throw RoleError.sessionKeysIncomplete
        }
        try self.init(
            consortium: roster.consortium, sessions: sessions,
            channel: KeyRecordChannel(parties: roster.cell.identities),
            log: log, state: state,
            secret: try keystore.localKey("tokens"), clock: clock, metrics: metrics, logger: logger)
    }
}

/// The name of the store of a partition's tokens among an agent's.
package func tokenState(_ partition: TopicPartition) -> String {
    "\(partition.topic)-\(partition.partition).tokens.sqlite"
}
