import EventLogs
import Logging
import Manifests
import Records
import Stages
import Telemetry
import ThreeParty

extension TrainingStage {
    /// The manifest of a model that an order names.
    func manifest(_ model: Digest32) throws -> ModelManifest {
        guard let manifest = try models.manifest(model) else { throw OrderRefusal.unknownModel }
        return manifest
    }

    /// The rows of an order's window, read once.
    ///
    /// - Parameter other: the form by which the same events are read, too; nil for none.
    /// - Throws: `OrderRefusal`, `SyncRowsMissing`, `LogError`.
    func takeRows(
        _ window: SyncWindow, of form: ModelManifest, beside other: ModelManifest? = nil, for job: SyncJob
    ) throws -> SyncRows {
        if let taken, taken.order == job.digest { return taken.rows }
        guard let rows else { throw OrderRefusal.noRows }
        let found = try rows.rows(
            window.range, labels: window.labels, form: form, beside: other, under: job.order.epoch)
        guard found.source.rows.count > 0 else {
            guard found.otherForms > 0 else { throw OrderRefusal.emptyWindow }
            throw other == nil ? OrderRefusal.otherForm : .noneOfBoth
        }
        taken = (job.digest, found)
        return found
    }

    /// This party's share of a model that it trained, as it is under an epoch's keys, and the fraction bits of its leaves.
    func candidate(_ order: Digest32, under epoch: KeyEpoch?) throws -> (share: ModelShare, fraction: Int) {
        guard let trained = try store.model(of: order),
            let share = try shares.share(of: SyncVersion.share(of: order), under: epoch)
        else { throw OrderRefusal.unknownCandidate }
        return (share, trained.fraction)
    }

    /// Keeps this party's share of each model whose training is over among its shares of models, which are refreshed. Before that
    /// another attempt may have given the three other shares of the same model.
    func settle() throws {
        for version in history.versions {
            guard let trained = try store.model(of: version.candidate), let share = trained.share else { continue }
            try shares.keep(share.modelShare, of: SyncVersion.share(of: version.candidate))
            try store.keep(trained.settled, of: version.candidate, number: version.number)
        }
    }

    /// Whether it is opened how often each bit is set: the consortium says of how many rows.
    func opensSums(of rows: TrainingRows) -> Bool { rows.count >= cell.terms.openings.featureRows }

    func features(_ ones: [Int]?, rows: Int) throws -> FeatureCounts? {
        try ones.map { try FeatureCounts(rows: rows, ones: $0.map { UInt32($0) }) }
    }

    // MARK: Training

    func checkToTrain(_ task: TrainTask, _ job: SyncJob) throws {
        let form = try manifest(task.formModel)
        guard form.shape.bits == task.frequencies.bits.count else { throw OrderRefusal.otherForm }
        let rows = try takeRows(task.window, of: form, for: job).source.rows
        guard rows.count >= task.leastRows else {
            throw OrderRefusal(.fewRows(rows.count, least: task.leastRows))
        }
    }

    /// Trains with the two others, and reports what is public of it.
    func train(_ task: TrainTask, _ job: SyncJob) throws -> Turn {
        if job.parties[cell.party]?.last == nil, let trained = try store.model(of: job.digest) {
            try report(.trained(trained.report), on: job)
            return .worked
        }
        try checkToTrain(task, job)
        guard let rows = taken?.rows, let contribution = CoinContribution(random(32)) else { return .idle }
        let ordered = TrainingJob(
            number: job.order.number, order: job.digest, rule: task.rule, frequencies: task.frequencies,
            admitted: Set(task.admitted), leastRows: task.leastRows, leastFrauds: task.leastFrauds,
            card: try manifest(task.formModel).cardRule, opensSums: opensSums(of: rows.source.rows))
        let entries = try store.entries(of: job.digest)
        let pair = try keys.pair(of: job.order)
        let run: TrainingRun
        do throws(TrainingError) {
            run = try TrainingRun(
                party: cell.party, job: ordered, source: rows.source, keys: pair,
                state: entries, random: contribution)
        } catch { throw OrderRefusal(error) }
        return try attempt(job) { () throws(TrainingStop) in
            try run.run(
                over: exchange, from: UInt64(clock.microseconds), left: { left(for: job) },
                keep: { try store.keep($0, $1, of: job.digest) }, progress: { tell($0, of: job) })
        } end: { done in
            let report = try TrainedReport(
                plan: done.plan, coin: done.coin, rows: done.rows, frauds: done.frauds, ringBits: done.ringBits,
                leftOut: done.leftOut, features: features(done.ones, rows: rows.source.rows.count))
            let share = TrainedShare(
                shape: done.model.shape, fraction: done.model.fraction, copying: done.model.components,
                card: done.model.card)
            try store.keep(
                SyncStore.Trained(share: share, report: report), of: job.digest, number: job.order.number)
            try self.report(.trained(report), on: job)
        }
    }

    /// Runs work over the links to its end, or as far as it comes.
    ///
    /// - Throws: `OrderRefusal` where another attempt would end as this one did.
    func attempt<Result>(
        _ job: SyncJob, _ body: () throws(TrainingStop) -> Result, end: (Result) throws -> Void
    ) throws -> Turn {
        let before = exchange.rounds
        defer { metrics.add(exchange.rounds - before, to: .syncRounds) }
        let result: Result
        do throws(TrainingStop) { result = try body() } catch {
            switch error {
            // The role is to stop, or the job is over.
            case .late, .refused(.laterJob): return .idle
            // That party's report says why.
            case .gaveUp: return .rest(.milliseconds(500))
            case .notKept: logger.error("\(error)")
            default: break
            }
            throw OrderRefusal(error)
        }
        try end(result)
        return .worked
    }
}
