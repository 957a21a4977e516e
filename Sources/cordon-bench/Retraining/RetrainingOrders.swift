import Evaluation
import LocalConsortium
import Manifests
import Model
import PipelineFiles
import Records
import Roles
import Terminal

/// The coordinator's part of the bench, in its process: what `cordon sync` does, while a pipeline is under load.
final class RetrainingOrders {
    private let coordinator: SyncCoordinator
    private let work: SyncWork
    /// What ended waiting.
    private let failure: Box

    private final class Box {
        var error: (any Error)?
    }

    /// - Parameter check: throws where the pipeline is not as it should be; asked while a job is waited for.
    init(_ consortium: DemoConsortium, windows: Int, check: @escaping () throws -> Void) throws {
        coordinator = try SyncCoordinator(
            consortium.roster, keystore: consortium.folder.keys.coordinator, log: consortium.log)
        // Nothing hangs on how good the model is.
        let settings = SyncSettings(
            promotion: try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: 0.5),
            probation: try ProbationRule(), windows: windows, leastFrauds: 1, leastLegitimate: 20, patience: 600)
        let failure = Box()
        self.failure = failure
        work = SyncWork(
            coordinator, SyncPlanner(settings),
            isStopping: {
                do { try check() } catch { failure.error = error }
                return failure.error != nil
            })
    }

    private func watched<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch { throw failure.error ?? error }
    }

    /// A training on a range of `consortium.sealed`, with the labels that parties have by now.
    func task(_ version: String, on range: Range<Int64>, _ bins: BinnedSpec) throws -> TrainTask {
        guard let frequencies = bins.frequencies, let standing = try LogWindows(coordinator.log).standing() else {
            throw Failure("the model in the folder is of an older version: remove it")
        }
        return try TrainTask(
            version: version, formModel: standing.model, window: SyncWindow(range, labels: standing.labels),
            rule: .standard, frequencies: frequencies, admitted: coordinator.roster.members.map(\.id).sorted(),
            leastRows: 1, leastFrauds: 1)
    }

    /// The same training as another version: another window with labels that came since would be refused as too near.
    func again(_ task: TrainTask, as version: String) throws -> TrainTask {
        try TrainTask(
            version: version, formModel: task.formModel, window: task.window, rule: task.rule,
            frequencies: task.frequencies, admitted: task.admitted, leastRows: task.leastRows,
            leastFrauds: task.leastFrauds)
    }

    func train(_ task: TrainTask) throws -> SyncVersion {
        let progress = Progress("training on shares")
        let version = try watched {
            try work.train(task) { progress.show("group \(Self.groups($0)) of \(task.groups)") }
        }
        progress.done("\(version.trained.rows) rows, \(version.trained.frauds) frauds")
        return version
    }

    /// Holds a version against the model in force.
    ///
    /// - Returns: rows that both scored.
    func validate(_ version: SyncVersion, on range: Range<Int64>) throws -> Int {
        let progress = Progress("validating on shares")
        guard let inForce = try coordinator.modelInForce(), let champion = try coordinator.manifest(inForce) else {
            throw Failure("no model is in force")
        }
        let figures = try watched {
            try work.validate(version, against: champion, on: range) { progress.show("window \($1) of \($2)") }
        }
        progress.done("\(figures.comparison.champion.rows) rows in \(figures.jobs.count) windows")
        return figures.comparison.champion.rows
    }

    /// Has a version sealed that was validated.
    ///
    /// - Returns: its manifest.
    func seal(_ version: SyncVersion) throws -> ModelManifest {
        let progress = Progress("sealing")
        let current = coordinator.history.version(of: version.candidate) ?? version
        let sealed = try watched { try work.seal(current) { _ in } }
        guard let model = sealed.sealed?.model, let manifest = try coordinator.manifest(model) else {
            throw Failure("the version was not sealed")
        }
        progress.done("\(sealed.task.version) is on the log")
        return manifest
    }

    func promote(_ version: SyncVersion) throws {
        guard let sealed = coordinator.history.version(of: version.candidate) else {
            throw Failure("the version is unknown")
        }
        _ = try work.promote(sealed, force: "to measure it")
    }

    func rollback() throws { _ = try work.rollback(reason: "to measure it") }

    // MARK: A training that is looked at in between

    func begin(_ task: TrainTask) throws -> Digest32 { try coordinator.order(.train(task), within: 600).digest }

    /// The job as the log says it stands now.
    func job(_ order: Digest32) throws -> SyncJob {
        try coordinator.read()
        guard let job = coordinator.history.job(order) else { throw Failure("the order is unknown") }
        return job
    }

    /// Waits for the end of a training.
    func finish(_ order: Digest32) throws {
        let job = try job(order)
        _ = try watched { try work.follow(job) { _ in } }
    }

    /// Groups of trees that a party has told of.
    static func groups(_ job: SyncJob) -> Int { job.parties.values.map(\.groups).max() ?? 0 }
}
