import EventLogs
import Keys
import Logging
import Manifests
import PipelineFiles
import Records
import SecureScoring
import Stages
import ThreeParty

extension PartyRole {
    /// The stage that tells members what features added to their own scores; nil where the log has no topic for it.
    func reasoning(_ shared: Shared) throws -> StagePlan? {
        do { _ = try log.partitions(of: Topics.reasons) } catch LogError.unknownTopic { return nil }
        let (keychain, members) = (shared.keychain, shared.members)
        return StagePlan("reasons", isBackground: true, retried: retried(shared.metrics, ["stage": "reasons"])) {
            let exchange = ReasonExchange(
                transport: shared.transport, keys: keychain.reasons,
                firstAttempt: party == CellBackend.leader ? UInt64(clock.microseconds) : 0, patience: .seconds(10),
                clock: clock)
            let models = try ModelRegistry(
                shared.models, consortium: roster.consortium, coordinator: roster.coordinator, log: log, logger: logger,
                isSealed: { [self] (digest) throws(LogError) in try isSealed(digest, shared) })
            let sessions = try SessionRegistry(
                consortium: roster.consortium, party: party, keys: keychain.opening, members: members, log: log,
                logger: logger)
            return try ReasonStage(
                ReasonStage.Terms(
                    party: party, rows: openRows, limits: { members.history.effective.agreement.openings.reasons },
                    epoch: { keychain.book.history.newest.number }),
                log: log, state: try stores.open(".reasons", takingOver: true), scoring: shared.store,
                exchange: exchange, models: models, shares: shared.shares, sessions: sessions, clock: clock,
                metrics: shared.metrics, logger: logger)
        }
    }

    /// Opens what scoring keeps of a partition, to be read; nil where it keeps no rows.
    var openRows: (@Sendable (Int) throws -> ScoredRowStore)? {
        rows.map { limits in
            { @Sendable [stores] partition in
                try ScoredRowStore(
                    RowTerms(state: try stores.open(".rows-\(partition)"), limits: limits), partition: partition)
            }
        }
    }
}
