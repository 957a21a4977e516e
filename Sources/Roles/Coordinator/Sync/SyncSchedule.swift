import Evaluation
package import EventLogs
package import Manifests
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

    package init(cron: CronForm?, labels: Int64?, validateAfter: Int64, decides: Bool) {
        self.cron = cron
        self.labels = labels
        self.validateAfter = validateAfter
        self.decides = decides
    }

    /// What the schedule counts from.
    package struct State: Sendable, Hashable {
        /// When it last trained, or began, in seconds since 1970.
        package var trained: Int64
        /// Where labels ended then.
        package var labels: Int64

        package init(now: Int64, labels: Int64) {
            trained = now
            self.labels = labels
        }
    }

    /// What is due.
    package enum Due: Sendable, Hashable {
        case train
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
    ///   - decided: the offset of `consortium.sealed` up to which rows can be had.
    ///   - labels: the end of `consortium.labels`.
    package func due(
        _ state: State, _ history: SyncHistory, planner: SyncPlanner, inForce: Digest32?, decided: Int64, labels: Int64,
        now: Int64
    ) -> Due {
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
                if decides, case .wait = planner.judge(version, in: history) {
                } else if decides {
                    return .decide(version)
                }
            }
        }
        let isTime = cron?.next(after: EventTime(seconds: state.trained)).map { $0.seconds <= now } ?? false
        let hasLabels = self.labels.map { labels - state.labels >= $0 } ?? false
        return isTime || hasLabels ? .train : .nothing
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
        let due = due(
            state, coordinator.history, planner: work.planner, inForce: inForce,
            decided: try standing.map(work.labelledEnd) ?? 0,
            labels: labels, now: coordinator.now)
        switch due {
        case .nothing: return nil
        case .train:
            // Counted from here whatever comes of it: what is refused now is tried when it is due again.
            state = State(now: coordinator.now, labels: labels)
            let version = try work.train(task()) { _ in }
            return
                "\(version.task.version) is trained on \(version.trained.rows) rows, \(version.trained.frauds) frauds"
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
