package import Audit
import Evaluation
package import EventLogs
package import Keys
package import Logging
package import Manifests
package import Records
package import Stages
package import Telemetry
package import ThreeParty

/// The stage of a party that does what the coordinator orders on `consortium.sync`, with the two others: trains on the rows that
/// its scoring keeps, validates, and seals what it trained.
///
///     read orders and reports → accept, once its rows are there → train or validate over the links → report
///
/// It is for a thread of its own that gives way to scoring's: a turn that trains waits for its peers, and ends when `isStopping`
/// says so. What it must not lose is in its own store before a frame leaves; all else follows from the log, so that a turn that
/// failed is taken again. A report that is in the log is not written twice.
package final class TrainingStage: Stage {
    /// Who the party is, and who else there is.
    package struct Cell: Sendable {
        package var party: PartyID
        package var terms: SyncTerms
        /// What members' own histograms are sealed to in an epoch; nil for the roster's.
        package var members: @Sendable (KeyEpoch?) throws -> [MemberID: HPKEPublicKey]
        /// Changes of the terms, all that are known.
        package var changes: @Sendable () throws(LogError) -> [SyncTermsChange] = { () throws(LogError) in [] }
        /// Of this program, for the lineage of models.
        package var codeVersion: String

        package init(
            party: PartyID, terms: SyncTerms,
            members: @escaping @Sendable (KeyEpoch?) throws -> [MemberID: HPKEPublicKey], codeVersion: String
        ) {
            self.party = party
            self.terms = terms
            self.members = members
            self.codeVersion = codeVersion
        }
    }

    let cell: Cell
    let keys: Keys
    /// Nil where the party keeps no rows.
    let rows: (any SyncRowSource)?
    let store: SyncStore
    let shares: any SyncShares
    let exchange: TrainingExchange
    let clock: any StageClock
    let metrics: Metrics
    let logger: Logger
    let audit: any AuditWriter
    /// How many approvals, decisions and orders that are over were told to the audit log.
    var told = 0
    var models: SyncModels
    let random: (Int) -> [UInt8]
    private let topic: SyncTopic
    private let log: any EventLog
    private let isStopping: () -> Bool
    private let sealed: (Digest32) -> Void
    /// Models that `sealed` was told of.
    private var toldSealed: Set<Digest32> = []
    /// Why the order that is under way does not go on here.
    private var waiting: (order: Digest32, reason: String)?
    /// The rows of the order that is under way.
    var taken: (order: Digest32, rows: SyncRows)?
    /// Of the order to validate that is under way.
    var ready: Validation?
    /// The order that was open at the last look.
    private var open: Digest32?
    private var hasSwept = false
    private var lookedOn: Moment?
    private var toldProgress = Throttle(.seconds(1))

    /// How long an attempt waits for a frame that moves it.
    package static let patience = Duration.seconds(30)
    /// How long it takes until this party looks again whether its rows are there, or its peers.
    private static let pause = Duration.milliseconds(200)
    /// Models of orders this far back are forgotten: nobody will want them sealed.
    private static let keptOrders: UInt64 = 64

    /// - Parameters:
    ///   - rows: nil where the party keeps none: it refuses by name.
    ///   - shares: the party's shares of models.
    ///   - state: this stage's alone, taken over, so that a predecessor can keep no more.
    ///   - transport: of this party's links.
    ///   - random: so many fresh random bytes.
    ///   - isStopping: whether the role is to stop; asked while a turn waits.
    ///   - sealed: told of each model that the three parties have sealed, once this party has read of it.
    package init(
        _ cell: Cell, keys: Keys, rows: (any SyncRowSource)?, shares: any SyncShares, log: any EventLog,
        state: any StateStore, transport: any Transport, clock: any StageClock, metrics: Metrics, logger: Logger,
        audit: any AuditWriter = NoAudit(), random: @escaping (Int) -> [UInt8], isStopping: @escaping () -> Bool,
        sealed: @escaping (Digest32) -> Void
    ) throws {
        self.cell = cell
        self.keys = keys
        self.rows = rows
        self.shares = shares
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
        self.random = random
        self.isStopping = isStopping
        self.sealed = sealed
        store = SyncStore(state)
        exchange = TrainingExchange(transport: BriskTransport(transport), patience: Self.patience)
        models = try SyncModels(cell.terms, log: log)
        topic = try SyncTopic(cell.terms, log: log, changes: cell.changes)
    }

    /// What the log says of trainings, as far as this party has read.
    package var history: SyncHistory { topic.history }

    var now: Int64 { clock.microseconds / 1_000_000 }

    // MARK: Turns

    package func turn(until moment: Moment) throws -> Turn {
        try readOn()
        guard let job = history.open else { return try rest(until: moment) }
        do {
            let turn = try work(on: job, until: moment)
            return turn == .idle ? try rest(until: moment) : turn
        } catch  where error is SyncRefusal || error is SyncMistake {
            // It would not count the next time either, and would fill the log.
            return hold(job, .error, "what this party would say of an order does not count", "\(error)")
        }
    }

    /// Waits for something new in the log.
    private func rest(until moment: Moment) throws -> Turn { try topic.wait(until: moment, clock) ? .worked : .idle }

    /// Lets an order wait, and says once why.
    private func hold(_ job: SyncJob, _ level: Logger.Level, _ message: Logger.Message, _ reason: String) -> Turn {
        if waiting?.order != job.digest {
            logger.log(level: level, message, metadata: metadata(job, ["reason": "\(reason)"]))
        }
        waiting = (job.digest, reason)
        return .rest(Self.pause)
    }

    /// Does the next of an order, whatever comes of it: no order ends the stage, and the role with it.
    private func work(on job: SyncJob, until moment: Moment) throws -> Turn {
        let said = job.parties[cell.party]
        let refusal: OrderRefusal
        do {
            if let last = said?.last { return try help(with: job, having: last, until: moment) }
            return try step(of: job, hasAccepted: said?.codeVersion != nil)
        } catch SyncRowsMissing.notYet(let reason) {
            return hold(job, .info, "an order waits for this party's rows", reason)
        } catch SyncRowsMissing.never(let reason) {
            refusal = .rowsGone(reason)
        } catch let error as OrderRefusal {
            refusal = error
        }
        // Who has said its last word can't take it back.
        guard said?.last == nil else {
            return hold(job, .error, "this party can't help the others with an order any more", refusal.text)
        }
        try report(.refused(code: refusal.code, text: refusal.text), on: job)
        return .worked
    }

    /// Does the next of an order that this party has not ended.
    ///
    /// - Throws: `OrderRefusal`; `SyncRowsMissing`.
    private func step(of job: SyncJob, hasAccepted: Bool) throws -> Turn {
        if !hasAccepted {
            guard now <= job.order.expires else {
                throw waiting.flatMap { $0.order == job.digest ? OrderRefusal.expired($0.reason) : nil } ?? .expired
            }
            try checkToBegin(job)
            try report(.accepted(codeVersion: cell.codeVersion), on: job)
            waiting = nil
            return .worked
        }
        // Before all have accepted nothing is sent: one of them may have to refuse, or to wait for its rows.
        guard job.mayHaveOpened else { return .idle }
        switch job.order.task {
        case .train(let task): return try train(task, job)
        case .validate(let task): return try validate(task, job)
        case .seal(let task): return try seal(task, job)
        }
    }

    /// Throws where this party has not what an order takes.
    private func checkToBegin(_ job: SyncJob) throws {
        switch job.order.task {
        case .train(let task): try checkToTrain(task, job)
        case .validate(let task): try readyToValidate(task, job)
        case .seal(let task): _ = try candidate(task.candidate, under: job.order.epoch)
        }
    }

    /// Does again what another party may lack: who has its model goes on to help until all have theirs.
    private func help(with job: SyncJob, having last: PartyReport.Step, until moment: Moment) throws -> Turn {
        guard try !topic.wait(until: moment, clock) else { return .worked }
        // A peer that only was slower has reported by now.
        switch (job.order.task, last) {
        case (.train(let task), .trained): return try train(task, job)
        case (.validate(let task), .validated): return try validate(task, job)
        default: return .idle
        }
    }

    // MARK: The log

    /// Reads on, and forgets what an order that is over could have gone on from.
    private func readOn() throws {
        let refused = try topic.read()
        if refused > 0 { metrics.add(refused, to: .syncRecordsRefused) }
        for model in history.versions.compactMap({ $0.sealed?.model }) where toldSealed.insert(model).inserted {
            sealed(model)
        }
        tellNews()
        tell(topic.takeRefused())
        // Whoever waits for something new reads the log, too: what was open is remembered from the look before.
        if let open, let ended = history.job(open), !ended.isOpen { try close(ended) }
        open = history.open?.digest
        if !hasSwept {
            for job in history.jobs where !job.isOpen { try store.forgetEntries(of: job.digest) }
            try settle()
            hasSwept = true
            metrics.set(.syncReady, to: 1)
        }
        let isMissing = history.open.map { $0.parties[cell.party]?.last == nil } ?? false
        metrics.set(.syncOrdersOpen, to: isMissing ? 1 : 0)
    }

    private func close(_ job: SyncJob) throws {
        taken = nil
        ready = nil
        waiting = nil
        try settle()
        try store.forgetEntries(of: job.digest)
        try forgetModels(before: job.order.number > Self.keptOrders ? job.order.number - Self.keptOrders : 0)
        metrics.set(.syncGroupsOf, to: 0)
        switch job.standing {
        case .failed(let failure): logger.error("an order came to nothing: \(failure)", metadata: metadata(job))
        case .lapsed(let number): logger.error("order \(number) took the place of an order", metadata: metadata(job))
        case .done, .open:
            logger.notice("an order is done", metadata: metadata(job))
            try showDrift()
        }
    }

    /// Forgets models of orders before this one that nobody has sealed by now.
    private func forgetModels(before number: UInt64) throws {
        let old = history.versions.filter { $0.number < number }.map { SyncVersion.share(of: $0.candidate) }
        try shares.forget(old)
        try store.forgetModels(before: number)
    }

    /// Shows how far the newest rows are from those that the model in force was made for, once anything of that was opened.
    private func showDrift() throws {
        guard let rule = try? DriftRule(), let model = history.modelLookedAt, let form = try models.manifest(model),
            let newest = try SyncDrift(
                history, inForce: model, isOfForm: { try models.manifest($0)?.featureSpec == form.featureSpec }
            ).newest(bits: form.features, by: rule)
        else { return }
        if let index = newest.scores.index { metrics.set(.syncDrift, Metrics.Label("of", "scores"), to: index.value) }
        if let most = newest.mostOfFeatures { metrics.set(.syncDrift, Metrics.Label("of", "features"), to: most) }
    }

    /// Writes a report, unless this party has said so already. What would not count is not written.
    ///
    /// - Throws: `SyncRefusal` where the history would refuse it, `OrderRefusal` where the order has expired by the log's time.
    func report(_ step: PartyReport.Step, on job: SyncJob) throws {
        try readOn()
        guard let open = history.open, open.digest == job.digest, open.parties[cell.party]?.last == nil else { return }
        if case .accepted = step, open.parties[cell.party]?.codeVersion != nil { return }
        let statement = SyncStatement.report(try PartyReport(order: job.digest, step: step))
        let record = try statement.record(
            by: .party(cell.party), consortium: cell.terms.consortium, key: keys.identity)
        var tried = history
        do throws(SyncRefusal) { _ = try tried.apply(record, at: .max, time: now) } catch .expired {
            throw OrderRefusal.expired
        }
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        try readOn()
        if case .accepted = step, let job = history.job(job.digest), job.isOpen,
            job.parties[cell.party]?.codeVersion == nil
        {
            throw OrderRefusal.expired
        }
        count(step, job)
    }

    private func count(_ step: PartyReport.Step, _ job: SyncJob) {
        let outcome: String
        switch step {
        case .accepted: outcome = "accepted"
        case .progress: return
        case .refused(let code, let text):
            outcome = "refused"
            logger.error("an order is refused: \(text)", metadata: metadata(job, ["code": "\(code)"]))
            tell(job, refusedFor: code)
        case .trained, .validated, .sealed: outcome = "done"
        }
        let labels = [Metrics.Label("task", job.order.task.name), Metrics.Label("outcome", outcome)]
        metrics.add(1, to: .syncOrders, labels)
        logger.info("an order is \(outcome)", metadata: metadata(job))
    }

    private func metadata(_ job: SyncJob, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        let own: Logger.Metadata = ["order": "\(job.order.number)", "task": "\(job.order.task.name)"]
        return own.merging(more) { $1 }
    }

    // MARK: While a turn waits

    /// The time that work on a job has: none once the role is to stop, or the job is over.
    func left(for job: SyncJob) -> Duration {
        if isStopping() { return .zero }
        if lookedOn.map({ clock.now - $0 >= .seconds(1) }) ?? true {
            lookedOn = clock.now
            // A log that can't be reached now is read by the next turn.
            _ = try? topic.read()
        }
        return history.open?.digest == job.digest ? .seconds(3600) : .zero
    }

    /// Tells how far a training is, once a second at most.
    func tell(_ progress: TrainingProgress, of job: SyncJob) {
        metrics.set(.syncGroups, to: Double(progress.groups))
        metrics.set(.syncGroupsOf, to: Double(progress.of))
        let told = history.job(job.digest)?.parties[cell.party]?.groups ?? 0
        guard progress.groups > told, toldProgress.isDue(at: clock.now) else { return }
        // Nothing hangs on it.
        try? report(.progress(groups: progress.groups, of: progress.of), on: job)
    }
}

extension SyncOrder.Task {
    /// Its kind in a word.
    package var name: String {
        switch self {
        case .train: "train"
        case .validate: "validate"
        case .seal: "seal"
        }
    }
}
