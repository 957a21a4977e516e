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
    func replaying(_ shared: Shared) throws -> StagePlan? {
        guard let audit = shared.auditLog else { return nil }
        let keychain = shared.keychain
        do { _ = try log.partitions(of: Topics.replays) } catch LogError.unknownTopic { return nil }
        return StagePlan("replays", isBackground: true, retried: retried(shared.metrics, ["stage": "replays"])) {
            let exchange = CellExchange(
                transport: shared.transport, keys: keychain.replay, stream: .scoring(.max),
                firstBatch: party == CellBackend.leader ? UInt64(clock.microseconds) : 0,
                patience: .seconds(30), clock: clock)
            let models = try ModelRegistry(
                shared.models, consortium: roster.consortium, coordinator: roster.coordinator, log: log, logger: logger,
                isSealed: { [self] (digest) throws(LogError) in try isSealed(digest, shared) })
            return try ReplayStage(
                ReplayStage.Terms(
                    party: party, roster: roster.syncTerms, changes: shared.members.termsChanges, rows: openRows,
                    epoch: { keychain.book.history.newest.number }),
                identity: try keystore.signingKey(), log: log, state: shared.store, exchange: exchange, models: models,
                clock: clock, logger: logger, audit: audit)
        }
    }
}
