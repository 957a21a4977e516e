import Evaluation
package import Manifests
import PipelineFiles
package import Records

/// A retraining from the order to the model in force, step by step, with whoever looks on told how far it is. Used by one thread.
package final class SyncWork {
    package let coordinator: SyncCoordinator
    package let planner: SyncPlanner
    private let isStopping: () -> Bool

    /// - Parameter isStopping: ends waiting; what is ordered goes on without it.
    package init(_ coordinator: SyncCoordinator, _ planner: SyncPlanner, isStopping: @escaping () -> Bool) {
        self.coordinator = coordinator
        self.planner = planner
        self.isStopping = isStopping
    }

    /// Why a step came to nothing. The model in force stays.
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case job(UInt64, SyncJob.Failure)
        case lapsed(UInt64, by: UInt64)
        case expired(UInt64, missing: [PartyID])
        case stopped(UInt64)
        /// What is missing, with what to do.
        case missing(String)

        package var description: String {
            switch self {
            case .job(let number, .refused(let party, let code, let text)):
                "order \(number) came to nothing: \(party.name) refuses (\(code)): \(text)"
            case .job(let number, .differing(let parties)):
                "order \(number) came to nothing: \(parties.map(\.name).joined(separator: ", ")) report something else than the others"
            case .lapsed(let number, let later): "order \(number) had expired, and order \(later) took its place"
            case .expired(let number, let missing):
                "order \(number) has expired; \(missing.map(\.name).joined(separator: ", ")) did not end it: look at their logs"
            case .stopped(let number):
                "stopped waiting; the parties go on with order \(number): `cordon sync status` shows how far they are"
            case .missing(let what): what
            }
        }
    }

    // MARK: Waiting

    /// Waits until an order is over.
    ///
    /// - Parameter look: told of the job whenever something of it has changed.
    package func follow(_ order: SyncJob, look: (SyncJob) -> Void) throws -> SyncJob.Outcome {
        var shown: SyncJob?
        while true {
            try coordinator.read()
            guard let job = coordinator.history.job(order.digest) else { throw SyncRefusal.unknownOrder }
            if job != shown {
                look(job)
                shown = job
            }
            switch job.standing {
            case .done(let outcome): return outcome
            case .failed(let failure): throw Failure.job(job.order.number, failure)
            case .lapsed(let number): throw Failure.lapsed(job.order.number, by: number)
            case .open: break
            }
            if isStopping() { throw Failure.stopped(job.order.number) }
            // Parties that have begun go on; each of the others refuses when its time is over.
            guard coordinator.now <= job.order.expires + 60 || job.mayHaveOpened else {
                throw Failure.expired(job.order.number, missing: job.missing)
            }
            _ = try coordinator.wait(.milliseconds(200))
        }
    }

    // MARK: Steps

    /// Has the parties train a version.
    package func train(_ task: TrainTask, look: (SyncJob) -> Void) throws -> SyncVersion {
        let job = try coordinator.order(.train(task), within: planner.settings.patience)
        _ = try follow(job, look: look)
        guard let version = coordinator.history.version(of: job.digest) else { throw SyncRefusal.unknownCandidate }
        return version
    }

    /// Has the parties hold a version against the model in force, window by window.
    ///
    /// - Parameters:
    ///   - champion: the model in force, or the one before where the version itself is.
    ///   - range: offsets of `consortium.sealed`; nil for all that was not looked at yet.
    package func validate(
        _ version: SyncVersion, against champion: ModelManifest, on range: Range<Int64>? = nil,
        look: (SyncJob, _ window: Int, _ of: Int) -> Void
    ) throws -> SyncFigures {
        guard let standing = try LogWindows(coordinator.log).standing() else {
            throw Failure.missing("the parties have scored nothing yet")
        }
        let first = planner.firstOffset(toValidate: version, in: coordinator.history)
        let range = try range ?? (first..<max(first, labelledEnd(standing)))
        guard range.upperBound - range.lowerBound >= Int64(planner.settings.windows) else {
            throw Failure.missing(
                "there are \(range.upperBound - range.lowerBound) records behind what \(version.task.version) was trained and "
                    + "validated on: wait for transactions and their labels")
        }
        let windows = try planner.windows(range, labels: standing.labels)
        for (place, window) in windows.enumerated() {
            let task = try planner.validation(of: version, against: champion, on: window)
            let job = try coordinator.order(.validate(task), within: planner.settings.patience)
            _ = try follow(job) { look($0, place + 1, windows.count) }
        }
        guard let validated = coordinator.history.version(of: version.candidate),
            let figures = SyncFigures(validated, in: coordinator.history)
        else { throw SyncRefusal.notValidated }
        return figures
    }

    /// Has the parties open scores and features of rows by the model in force alone.
    ///
    /// - Parameter range: offsets of `consortium.sealed`.
    package func look(at model: ModelManifest, on range: Range<Int64>) throws {
        guard let standing = try LogWindows(coordinator.log).standing() else {
            throw Failure.missing("the parties have scored nothing yet")
        }
        let task = try planner.look(at: model, on: SyncWindow(range, labels: standing.labels))
        _ = try follow(coordinator.order(.validate(task), within: planner.settings.patience)) { _ in }
    }

    /// Behind the records whose labels can be taken to have come.
    package func labelledEnd(_ standing: LogWindows.Standing) throws -> Int64 {
        let time = EventTime(seconds: coordinator.now - planner.settings.labelDelay)
        return planner.settings.labelDelay > 0
            ? min(standing.sealed, try LogWindows(coordinator.log).offset(at: time)) : standing.sealed
    }

    /// Has the parties seal a version that was validated, and puts its manifest on the log. One that is sealed stays.
    package func seal(_ version: SyncVersion, look: (SyncJob) -> Void) throws -> SyncVersion {
        // As the history has it now.
        var version = coordinator.history.version(of: version.candidate) ?? version
        if version.sealed == nil {
            guard let figures = SyncFigures(version, in: coordinator.history) else { throw SyncRefusal.notValidated }
            guard let form = try coordinator.manifest(version.task.formModel) else { throw SyncRefusal.unknownModel }
            let roster = coordinator.roster
            let task = try planner.sealing(
                of: version, by: figures, form: form, consortium: roster.consortium, rounded: roster.roundsScores)
            _ = try follow(coordinator.order(.seal(task), within: planner.settings.patience), look: look)
        }
        version = coordinator.history.version(of: version.candidate) ?? version
        try coordinator.publish(version)
        return version
    }

    /// Puts a version in force where the rules hold.
    ///
    /// - Parameter force: the reason for doing so whatever the figures are; approvals that the roster asks for are needed all the
    ///   same.
    package func promote(_ version: SyncVersion, force: String? = nil) throws -> SyncDecision {
        try coordinator.read()
        let version = coordinator.history.version(of: version.candidate) ?? version
        guard let sealed = version.sealed else {
            throw Failure.missing("\(version.task.version) is not sealed: run `cordon sync validate` first")
        }
        // Whoever came so far before may have ended between two records of the log.
        try coordinator.publish(version)
        if let resumed = try coordinator.resume(), resumed.model == sealed.model { return resumed }
        let inForce = try coordinator.modelInForce()
        guard inForce != sealed.model else { throw Failure.missing("\(version.task.version) is in force") }
        let figures = SyncFigures(version, in: coordinator.history)
        if force == nil, let figures, let inForce, figures.champion != inForce {
            throw Failure.missing(
                "\(version.task.version) was held against another model than is in force now: validate it again")
        }
        let rule = planner.settings.promotion.encoded
        if let agreed = coordinator.history.newestTerms.promotion {
            guard force == nil else { throw SyncRefusal.notAgreed("that versions are promoted by force") }
            guard SyncDecision.agreedDigest(ofRule: rule) == agreed else {
                throw SyncRefusal.notAgreed("that versions are promoted by this rule")
            }
        }
        let reason: String
        switch (force, planner.judge(version, in: coordinator.history)) {
        case (let forced?, .promote): reason = forced
        case (let forced?, let decision): reason = "by force: \(forced) (\(decision.reason))"
        case (nil, .promote(_, let why)): reason = why
        case (nil, let decision): throw Failure.missing("\(version.task.version) is not promoted: \(decision.reason)")
        }
        return try coordinator.decide(
            .promote, model: sealed.model, previous: inForce, reason: String(reason.prefix(900)),
            figures: figures?.said(confidence: planner.settings.promotion.confidence) ?? [], rule: rule)
    }

    /// Brings back the model that the one in force replaced.
    package func rollback(reason: String) throws -> SyncDecision {
        if let resumed = try coordinator.resume(), resumed.kind == .rollback { return resumed }
        guard let inForce = try coordinator.modelInForce(),
            let version = coordinator.history.version(sealedAs: inForce), let previous = version.promotion?.previous
        else {
            throw Failure.missing("the model in force took no other's place by `cordon sync promote`")
        }
        return try coordinator.decide(
            .rollback, model: previous, previous: inForce, reason: String(reason.prefix(900)), figures: [])
    }
}

extension SyncPlanner.Decision {
    /// The sentence of it.
    package var reason: String {
        switch self {
        case .promote(_, let reason), .turnDown(_, let reason), .rollback(_, _, let reason), .wait(let reason): reason
        }
    }
}
