import EventLogs
import Keys
import Manifests
import Records
import Stages
import ThreeParty

extension TrainingStage {
    /// What a validation takes: plan, rows, and models as this party prepared its shares of them.
    struct Validation {
        let order: Digest32
        let plan: ValidationPlan
        let rows: TrainingRows
        /// The same events as the challenger reads them, where it is of another feature spec than the champion.
        let challengerRows: TrainingRows?
        let models: [PreparedModel]
        let opensSums: Bool
    }

    /// What a validation takes, made once.
    ///
    /// - Throws: `OrderRefusal`, `SyncRowsMissing`, `LogError`.
    @discardableResult
    func readyToValidate(_ task: ValidateTask, _ job: SyncJob) throws -> Validation {
        if let ready, ready.order == job.digest { return ready }
        let made = try validation(task, job)
        ready = made
        return made
    }

    /// Validates with the two others; reports what was opened, and seals each member's own counts to it.
    func validate(_ task: ValidateTask, _ job: SyncJob) throws -> Turn {
        let ready = try readyToValidate(task, job)
        guard let contribution = CoinContribution(random(32)) else { return .idle }
        let pair = try keys.pair(of: job.order)
        let terms = JobAgreement.Terms(
            job: job.order.number, base: ready.plan.digest, contribution: contribution)
        return try attempt(job) { () throws(TrainingStop) in
            try exchange.job(
                from: UInt64(clock.microseconds), left: { left(for: job) }, terms: { terms }, keep: { _ in },
                sessions: { agreed throws(TrainingStop) in
                    let session: ValidationSession
                    do throws(TrainingError) {
                        session = try ValidationSession(
                            party: cell.party, plan: ready.plan, rows: ready.rows,
                            challengerRows: ready.challengerRows, models: ready.models, keys: pair,
                            attempt: agreed.attempt)
                    } catch { throw .refused(error) }
                    let scores = try exchange.run(session, left: { left(for: job) }, keep: { _ in })
                    let ones =
                        ready.opensSums
                        ? try exchange.columnSums(
                            of: ready.rows, ready.plan.digest, party: cell.party, keys: pair,
                            agreed.attempt, left: { left(for: job) }) : nil
                    return (scores, ones)
                })
        } end: { (scores: ValidatedScores, ones: [Int]?) in
            try report(.validated(said(of: scores, ones, ready.plan, job)), on: job)
        }
    }

    /// The challenger comes first, where there is one.
    private func validation(_ task: ValidateTask, _ job: SyncJob) throws -> Validation {
        let champion = try manifest(task.champion)
        let form = try challengerForm(task, champion)
        let found = try takeRows(task.window, of: champion, beside: form, for: job)
        let source = found.source
        let least = task.leastFrauds + task.leastLegitimate
        guard source.rows.count >= least else { throw OrderRefusal(.fewRows(source.rows.count, least: least)) }
        let opensSums = opensSums(of: source.rows)
        var models: [ValidationPlan.Model] = []
        var prepared: [PreparedModel] = []
        func add(
            _ digest: Digest32, _ share: ModelShare?, _ fraction: Int, _ thresholds: ValidateTask.Thresholds?,
            reading rows: TrainingRows, by form: ModelManifest
        ) throws {
            guard let share else { throw OrderRefusal.unknownModel }
            guard let thresholds, thresholds.fraction == fraction, share.shape.bits == rows.bits else {
                throw OrderRefusal.otherForm
            }
            models.append(
                ValidationPlan.Model(
                    digest: digest, shape: share.shape, fraction: fraction, thresholds: thresholds.scores))
            prepared.append(
                PreparedModel(shape: share.shape, features: form.ownFeatures, components: share.components))
        }
        switch task.challenger {
        case .candidate(let order):
            let (share, fraction) = try candidate(order, under: job.order.epoch)
            try add(
                SyncVersion.share(of: order), share, fraction, task.challengerThresholds,
                reading: found.beside ?? source.rows, by: form ?? champion)
        case .model(let model):
            let manifest = try manifest(model)
            try add(
                model, shares.share(of: manifest, under: job.order.epoch), manifest.fractionBits,
                task.challengerThresholds, reading: found.beside ?? source.rows, by: form ?? champion)
        case nil: break
        }
        try add(
            task.champion, shares.share(of: champion, under: job.order.epoch), champion.fractionBits,
            task.championThresholds, reading: source.rows, by: champion)
        do throws(TrainingError) {
            let plan = try ValidationPlan(
                source: Digest32(
                    of: [
                        Array("cordon/sync/validation/v2".utf8), job.digest.bytes, source.digest.bytes,
                        [opensSums ? 1 : 0],
                    ]),
                bits: source.rows.bits, members: source.members, memberOfRow: source.memberOf, models: models,
                least: (frauds: task.leastFrauds, legitimate: task.leastLegitimate))
            return Validation(
                order: job.digest, plan: plan, rows: source.rows, challengerRows: found.beside, models: prepared,
                opensSums: opensSums)
        } catch { throw OrderRefusal(error) }
    }

    /// The model by whose form the challenger reads rows; nil where it reads the champion's.
    private func challengerForm(_ task: ValidateTask, _ champion: ModelManifest) throws -> ModelManifest? {
        let form: ModelManifest
        switch task.challenger {
        case .candidate(let order):
            guard let version = history.version(of: order) else { throw OrderRefusal.unknownCandidate }
            form = try manifest(version.task.formModel)
        case .model(let model): form = try manifest(model)
        case nil: return nil
        }
        return form.featureSpec == champion.featureSpec ? nil : form
    }

    private func said(
        of scores: ValidatedScores, _ ones: [Int]?, _ plan: ValidationPlan, _ job: SyncJob
    ) throws -> ValidatedReport {
        let counts = try scores.models.map {
            try BinCounts(legitimate: $0.histogram.legitimate, frauds: $0.histogram.fraud)
        }
        guard let champion = counts.last else { throw OrderRefusal.unknownModel }
        let members = try cell.members(job.order.epoch)
        var boxes: [ValidatedReport.Box] = []
        for (place, member) in plan.members.enumerated().sorted(by: { $0.element < $1.element }) {
            guard let key = members[member] else { continue }
            let shares = scores.models.flatMap { $0.members[place].encoded }
            boxes.append(try MemberCounts.seal(shares, of: cell.party, to: member, key, order: job.digest))
        }
        return try ValidatedReport(
            opened: ValidatedReport.Opened(
                challenger: counts.count > 1 ? counts[0] : nil, champion: champion,
                features: features(ones, rows: plan.rows)),
            boxes: boxes)
    }

    // MARK: Sealing

    /// Seals this party's share of a candidate to its own key of the order's epoch, under the header that the order has.
    func seal(_ task: SealTask, _ job: SyncJob) throws -> Turn {
        let (share, fraction) = try candidate(task.candidate, under: job.order.epoch)
        guard let version = history.version(of: task.candidate) else { throw OrderRefusal.unknownCandidate }
        let form = try manifest(version.task.formModel)
        // What the history can't compare with the order to train.
        let expected = ModelManifest.header(
            version: version.task.version, consortium: cell.terms.consortium, order: task.candidate, form: form,
            shape: share.shape, fraction: fraction, calibration: [], rounded: false, card: share.card != nil,
            epoch: job.order.epoch)
        guard var header = WireModelHeader(decoding: task.header) else { throw OrderRefusal.otherHeader }
        header.calibration = []
        header.rounded = false
        guard header == expected else { throw OrderRefusal.otherHeader }
        let sealed = try ModelManifest.seal(
            share.components, card: share.card, of: cell.party, header: task.header,
            to: try keys.sealing(of: job.order))
        try report(.sealed(SealedReport(encapsulated: sealed.encapsulated, box: sealed.box)), on: job)
        return .worked
    }
}
