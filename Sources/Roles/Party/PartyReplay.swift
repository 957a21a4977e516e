import Audit
import EventLogs
import Keys
import Logging
import Manifests
import PipelineFiles
import Records
import SecureScoring
import Stages
import Telemetry
import ThreeParty

extension PartyRole {
    /// The stage that computes decisions again for auditors; nil where the log has no topic for it, and of a party that keeps no
    /// audit log, since it would leave no trace there.
    func replaying(
        _ members: ConsortiumMembers, _ transport: any Transport, _ store: any StateStore, _ metrics: Metrics,
        _ sealed: SealedModels,
        _ shares: ShareStore, _ keychain: PartyKeychain, _ audit: AuditLog?
    ) throws -> StagePlan? {
        guard let audit else { return nil }
        do { _ = try log.partitions(of: Topics.replays) } catch LogError.unknownTopic { return nil }
        return StagePlan("replays", isBackground: true, retried: retried(metrics, ["stage": "replays"])) {
            let exchange = CellExchange(
                transport: transport, keys: keychain.replay, stream: .scoring(.max),
                firstBatch: party == CellBackend.leader ? UInt64(clock.microseconds) : 0,
                patience: .seconds(30), clock: clock)
            let models = try ModelRegistry(
                party: party, key: try keystore.hpkeKey(), consortium: roster.consortium,
                coordinator: roster.coordinator, log: log, logger: logger, shares: shares,
                isSealed: { [self] (digest) throws(LogError) in try isSealed(digest, sealed, members) })
            let rows = rows.map { limits in
                { @Sendable [stores] (partition: Int) throws in
                    try ScoredRowStore(
                        RowTerms(state: try stores.open(".rows-\(partition)"), limits: limits), partition: partition)
                }
            }
            return try ReplayStage(
                ReplayStage.Terms(
                    party: party, roster: roster.syncTerms, rows: rows,
                    epoch: { keychain.book.history.newest.number }),
                identity: try keystore.signingKey(), log: log, state: store, exchange: exchange, models: models,
                clock: clock, logger: logger, audit: audit)
        }
    }
}
