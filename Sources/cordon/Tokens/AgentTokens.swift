import Configuration
import EventLogs
import Ingest
import Keys
import LocalStore
import Logging
import Model
import Records
import Telemetry
import ThreeParty
import TokenService
import Tokens

extension MemberTokens: TokenSource {}

/// What a member tells the parties beside shares of its own features: tokens and labels.
struct AgentTokens: Sendable {
    let member: Roster.Member
    let roster: Roster
    let keystore: FileKeystore
    let spec: BinnedSpec
    let sessions: [PartyID: Session]
    let rules: IdentifierRules
    let log: any EventLog
    let metrics: Metrics
    let logger: Logger

    /// For one partition's thread; nil where the spec has no features of the consortium.
    ///
    /// - Parameter stateFile: of the cache of tokens.
    func feed(stateFile: String) throws -> ConsortiumFeed? {
        guard !spec.spec.tokenEntities.isEmpty else { return nil }
        let source = try MemberTokens(
            member.id, roster: roster, keystore: keystore, sessions: sessions, log: log, stateFile: stateFile,
            metrics: metrics, logger: logger)
        return ConsortiumFeed(
            tokens: BoxTokens(entities: spec.spec.tokenEntities, rules: rules, source: source, metrics: metrics),
            labels: LabelSealer(
                member: member.id, epoch: roster.epoch, sessions: sessions, spec: spec,
                idKey: try keystore.localKey("event-id"), random: randomBytes))
    }

    /// The topics that such a spec needs.
    static func topics(_ member: MemberID) -> [String] {
        [Topics.labels, Topics.tokenKeys, Topics.blinded(member), Topics.evaluations(member)]
    }

    static func describe(_ metrics: Metrics) {
        TokenMetrics.describeMember(metrics)
        metrics.describe(
            "cordon_identifiers_refused_total", .counter,
            "Names without a token, because they are no identifiers, by entity and reason.")
        metrics.describe(
            "cordon_labels_told_total", .counter, "Events of which the parties were told what became of them.")
        metrics.describe("cordon_label_records_total", .counter, "Records on consortium.labels.")
        metrics.describe(
            "cordon_labels_waiting", .gauge, "Events of which the parties were not told yet what became of them.")
    }
}

extension MemberTokens {
    /// - Parameter stateFile: of the cache of tokens.
    convenience init(
        _ member: MemberID, roster: Roster, keystore: FileKeystore, sessions: [PartyID: Session], log: any EventLog,
        stateFile: String, metrics: Metrics, logger: Logger
    ) throws {
        guard let sessions = TokenSessions(sessions) else {
            throw Failure("there are not session keys with all three parties")
        }
        try self.init(
            consortium: roster.consortium, sessions: sessions,
            channel: KeyRecordChannel(
                member: member, key: try keystore.hpkeKey(), parties: roster.parties.mapValues(\.agreement)),
            log: log, state: try SQLiteStateStore(path: stateFile, takingOver: true),
            secret: try keystore.localKey("tokens"), clock: SystemClock(), metrics: metrics, logger: logger)
    }
}

/// The file of a partition's tokens in an agent's folder.
func tokenState(_ folder: String, _ partition: TopicPartition) -> String {
    "\(folder)/\(partition.topic)-\(partition.partition).tokens.sqlite"
}
