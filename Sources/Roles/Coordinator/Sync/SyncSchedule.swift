package import Evaluation
package import EventLogs
package import Manifests
import ModelSync
package import Records

/// When the coordinator trains, validates and decides by itself.
package struct SyncSchedule: Sendable {
    package let cron: CronForm?
    /// Records of labels after which it trains; nil for none.
    package let labels: Int64?
    /// Records behind a training, or behind the last validation, from which on a version is validated.
    package let validateAfter: Int64
    /// Whether it promotes and brings back by the rules.
    package let decides: Bool
    /// By which it trains where scores or features have changed, and looks at the model in force after `validateAfter` records; nil
    /// for not at all.
    package let drift: DriftRule?
    /// Seconds behind a sealing in which members say what a version is worth to them, before it is promoted; less where all have.
    package let grace: Int64

    package init(
        cron: CronForm?, labels: Int64?, validateAfter: Int64, decides: Bool, drift: DriftRule? = nil, grace: Int64 = 0
    ) {
        self.cron = cron
        self.labels = labels
        self.validateAfter = validateAfter
        self.decides = decides
        self.drift = drift
        self.grace = grace
    }

    /// What the schedule counts from.
    package struct State: Sendable, Hashable {
        /// When it last trained, or began, in seconds since 1970.
        package var trained: Int64
        /// Where labels ended then.
        package var labels: Int64
        /// The offset of `consortium.sealed` up to which it looked at the model in force, or tried to.
        package var looked: Int64 = 0
        /// The last order whose change of scores or features it trained for.
        package var drifted: UInt64 = 0

        package init(now: Int64, labels: Int64) {
            trained = now
            self.labels = labels
        }
    }

    /// What is due.
    package enum Due: Sendable, Hashable {
        case train
        /// Trains, since scores or features have changed by what this order and those before it opened.
        case trainForDrift(UInt64)
        /// Looks at the model in force alone, on these rows.
        case look(Range<Int64>)
        case validate(SyncVersion)
        case seal(SyncVersion)
        case decide(SyncVersion)
        /// Looks at a promoted version beside the model that it replaced.
        case probe(SyncVersion)
        case nothing
    }

    /// What is due now. A function of what it is given.
    ///
    /// - Parameters:
    ///   - inForce: the model's digest.
    ///   - features: thermometer bits of each of its features.
    ///   - isOfForm: of a model, whether it reads rows of the same feature spec.
    ///   - decided: the offset of `consortium.sealed` up to which rows can be had.
    ///   - labels: the end of `consortium.labels`.
    package func due(
        _ state: State, _ history: SyncHistory, planner: SyncPlanner, inForce: Digest32?, features: [Int] = [],
        isOfForm: (Digest32) throws -> Bool, decided: Int64, labels: Int64, now: Int64
    ) rethrows -> Due {
        if let open = history.open, open.order.expires >= now { return .nothing }
        func hasRows(_ version: SyncVersion) -> Bool {
            decided - planner.firstOffset(toValidate: version, in: history) >= validateAfter
        }
        if let version = inForce.flatMap({ history.version(sealedAs: $0) }), version.promotion?.previous != nil,
            hasRows(version), history.versions.last == version
        {
            return .probe(version)
        }
        if let version = history.versions.last, version.decisions.isEmpty {
            if hasRows(version) { return .validate(version) }
            if !version.validations.isEmpty {
                if version.sealed == nil { return .seal(version) }
                if decides {
                    switch planner.judge(version, in: history) {
                    case .wait: break
                    case .promote where mayBeSpokenFor(version, history, now: now): return .nothing
                    case .promote, .turnDown, .rollback: return .decide(version)
                    }
                }
            }
        } else if let drift, let inForce {
            if decided - max(planner.lastOpened(in: history), state.looked) >= validateAfter {
                return .look(decided - validateAfter..<decided)
            }
            if let newest = try SyncDrift(history, inForce: inForce, isOfForm: isOfForm)
                .newest(bits: features, by: drift), newest.isTrigger, newest.number > state.drifted
            {
                return .trainForDrift(newest.number)
            }
        }
        let isTime = cron?.next(after: EventTime(seconds: state.trained)).map { $0.seconds <= now } ?? false
        let hasLabels = self.labels.map { labels - state.labels >= $0 } ?? false
        return isTime || hasLabels ? .train : .nothing
    }

    /// Whether members may still say what a sealed version is worth to them: a promotion waits for it.
    private func mayBeSpokenFor(_ version: SyncVersion, _ history: SyncHistory, now: Int64) -> Bool {
        guard let order = version.sealed.flatMap({ history.job($0.order) }), now < order.time + grace else {
            return false
        }
        let told = SyncFigures(version, in: history)?.verdicts.keys
        return !Set(history.terms.members.keys).isSubset(of: told.map { Set($0) } ?? [])
    }

    package func labelEnd(_ log: any EventLog) throws -> Int64 { try log.end(of: TopicPartition(Topics.labels)) }

    /// Does what is due.
    ///
    /// - Parameter task: what a training is to be.
    /// - Returns: what came of it; nil where nothing was due.
    package func step(_ work: SyncWork, _ state: inout State, task: () throws -> TrainTask) throws -> String? {
        let coordinator = work.coordinator
        try coordinator.read()
        let standing = try LogWindows(coordinator.log).standing()
        let (inForce, labels) = (try coordinator.modelInForce(), try labelEnd(coordinator.log))
        let champion = try inForce.flatMap { try coordinator.manifest($0) }
        let due = try due(
            state, coordinator.history, planner: work.planner, inForce: inForce, features: champion?.features ?? [],
            isOfForm: { try coordinator.reads($0, rowsOf: champion) },
            decided: try standing.map(work.labelledEnd) ?? 0, labels: labels, now: coordinator.now)
        switch due {
        case .nothing: return nil
        case .train: return try train(work, &state, labels: labels, task)
        case .trainForDrift(let number):
            state.drifted = number
            return try train(work, &state, labels: labels, task) + ", since what transactions look like has changed"
        case .look(let range):
            state.looked = range.upperBound
            return try look(range, inForce, work)
        case .validate(let version): return try validate(version, against: inForce, work)
        case .seal(let version):
            _ = try work.seal(version) { _ in }
            return "\(version.task.version) is sealed"
        case .decide(let version): return try decide(version, work)
        case .probe(let version):
            let words = try validate(version, against: version.promotion?.previous, work)
            guard decides, let validated = coordinator.history.version(of: version.candidate) else { return words }
            let first = version.validations.count
            let since = validated.validations.dropFirst(first).first.flatMap { coordinator.history.job($0) }
            guard
                case .rollback(_, _, let reason) = work.planner.probe(
                    validated, in: coordinator.history, since: since?.order.task.window?.range.lowerBound ?? 0)
            else { return words }
            _ = try work.rollback(reason: reason)
            return "\(words); it is rolled back: \(reason)"
        }
    }

    private func train(
        _ work: SyncWork, _ state: inout State, labels: Int64, _ task: () throws -> TrainTask
    ) throws -> String {
        // Counted from here whatever comes of it: what is refused now is tried when it is due again.
        (state.trained, state.labels) = (work.coordinator.now, labels)
        let version = try work.train(task()) { _ in }
        return "\(version.task.version) is trained on \(version.trained.rows) rows, \(version.trained.frauds) frauds"
    }

    private func look(_ range: Range<Int64>, _ model: Digest32?, _ work: SyncWork) throws -> String {
        guard let drift, let model, let champion = try work.coordinator.manifest(model) else {
            throw SyncRefusal.unknownModel
        }
        try work.look(at: champion, on: range)
        let newest = try work.coordinator.drift(from: champion).newest(bits: champion.features, by: drift)
        let most = newest?.features.max { ($0.index?.value ?? -1) < ($1.index?.value ?? -1) }
        return """
            \(champion.version) on \(range.count) newer records: scores, \(newest?.scores ?? .unknown); features, \
            \(most ?? .unknown)
            """
    }

    private func validate(_ version: SyncVersion, against model: Digest32?, _ work: SyncWork) throws -> String {
        guard let model, let champion = try work.coordinator.manifest(model) else { throw SyncRefusal.unknownModel }
        let figures = try work.validate(version, against: champion) { _, _, _ in }
        return "\(version.task.version) is validated beside \(champion.version): \(figures.comparison.frauds) frauds"
    }

    private func decide(_ version: SyncVersion, _ work: SyncWork) throws -> String {
        switch work.planner.judge(version, in: work.coordinator.history) {
        case .promote(_, let reason):
            _ = try work.promote(version)
            return "\(version.task.version) is in force: \(reason)"
        case .turnDown(_, let reason):
            guard let model = version.sealed?.model else { return reason }
            _ = try work.coordinator.decide(
                .turnDown, model: model, previous: try work.coordinator.modelInForce(),
                reason: String(reason.prefix(900)), figures: [])
            return "\(version.task.version) is turned down: \(reason)"
        case .rollback(_, _, let reason), .wait(let reason): return reason
        }
    }
}
