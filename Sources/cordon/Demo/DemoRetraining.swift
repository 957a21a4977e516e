import Evaluation
import LocalConsortium
import Manifests
import Model
import ModelSync
import PipelineFiles
import Records
import Roles
import Stages
import SyncCommands
import Synchronization
import Terminal

/// A challenger that the demo's parties train on shares while transactions flow, and then hold against the model in force.
///
/// It is trained on the first part of the test days, once their labels are known, and validated on what came behind. The first
/// model was trained on days in which thieves took larger amounts (`DemoData.simulated`).
final class DemoRetraining: Sendable {
    private struct State: Sendable {
        var words: String?
        var version: SyncVersion?
        /// Decisions a second before the training and while it ran.
        var rates: (before: Double, during: Double)?
        var hasFailed = false
    }

    private let consortium: DemoConsortium
    private let bins: BinnedSpec
    private let state = Mutex(State())

    private let days: DemoRetrainingDays

    init(consortium: DemoConsortium, bins: BinnedSpec, days: DemoRetrainingDays) {
        self.consortium = consortium
        self.bins = bins
        self.days = days
    }

    /// The event time at which the training begins.
    var begin: EventTime { days.labelled }

    /// A line for the board.
    var words: String? { state.withLock { $0.words } }
    /// Whether there is nothing more to wait for.
    var isDone: Bool { state.withLock { $0.version != nil || $0.hasFailed } }

    /// Offsets of `consortium.sealed`, as far as there are rows of them.
    private func places(of range: ClosedRange<Int>, _ rows: Range<Int64>) -> Range<Int64> {
        let places = days.places(of: range).clamped(to: rows)
        return places.isEmpty ? rows.lowerBound..<rows.lowerBound + 1 : places
    }

    private func planner() throws -> SyncPlanner {
        SyncPlanner(
            SyncSettings(
                promotion: try PromotionRule(leastFrauds: 100),
                probation: try ProbationRule(), windows: 5, bins: 64, leastFrauds: 1, leastLegitimate: 50,
                patience: 300))
    }

    private func work(until stop: StopFlag) throws -> SyncWork {
        SyncWork(
            try SyncCoordinator(
                consortium.roster, keystore: consortium.folder.keys.coordinator, log: consortium.log),
            try planner(), isStopping: { stop.isSet })
    }

    /// Trains once labels of the days that it trains on are written.
    ///
    /// - Parameters:
    ///   - isWritten: whether they are.
    ///   - answered: transactions decided so far.
    func train(isWritten: () -> Bool, answered: () -> Int, until stop: StopFlag) throws {
        let start = ContinuousClock.now
        while !isWritten(), !stop.isSet { SystemClock().wait(for: .milliseconds(50)) }
        guard !stop.isSet else { return }
        let (begin, before) = (ContinuousClock.now, answered())
        do {
            let work = try work(until: stop)
            let windows = LogWindows(consortium.log)
            guard let frequencies = bins.frequencies, let standing = try windows.standing(),
                let first = try windows.firstBatch()
            else {
                throw Failure("the demo's model is of an older version: remove \(consortium.folder.path)")
            }
            let window = places(of: days.trained, first..<standing.sealed)
            // The standard rule holds for 169,000 rows with one fraud in 107 (docs/TRAINING.md).
            let rule = try TrainingRule(
                weightBits: window.count > 150_000 ? 3 : TrainingRule.standard.weightBits)
            let task = try TrainTask(
                version: "challenger", formModel: standing.model,
                window: SyncWindow(window, labels: standing.labels),
                rule: rule, frequencies: frequencies,
                admitted: consortium.roster.members.map(\.id).sorted(), leastRows: 500, leastFrauds: 5)
            var pace = SyncPace()
            let version = try work.train(task) { job in
                let text = pace.text(job, at: .now)
                state.withLock { $0.words = "a challenger is trained on shares: \(text)" }
            }
            let seconds = (ContinuousClock.now - begin) / .seconds(1)
            state.withLock {
                $0.version = version
                $0.rates = (
                    Double(before) / ((begin - start) / .seconds(1)), Double(answered() - before) / max(seconds, 0.001)
                )
                $0.words =
                    "a challenger was trained on shares in \(decimals(seconds, 1)) s: \(version.trained.rows) rows, "
                    + "\(version.trained.frauds) frauds"
            }
        } catch {
            state.withLock {
                $0.hasFailed = true
                $0.words = "no challenger: \(error)"
            }
        }
    }

    /// Validates, seals and, where the rule holds, promotes; says what came of it.
    func judge(until stop: StopFlag) throws {
        let (version, rates) = state.withLock { ($0.version, $0.rates) }
        guard let version else { return }
        say("")
        say(version.trainedText)
        if let rates {
            say(
                "while it was trained, \(decimals(rates.during, 0)) transactions/s were decided; before, "
                    + "\(decimals(rates.before, 0))")
        }
        let work = try work(until: stop)
        let coordinator = work.coordinator
        guard let inForce = try coordinator.modelInForce(), let champion = try coordinator.manifest(inForce),
            let standing = try LogWindows(consortium.log).standing()
        else { return }
        let progress = SyncProgress("validating on later transactions")
        let figures = try work.validate(
            version, against: champion,
            on: places(of: days.validated, version.task.window.range.upperBound..<standing.sealed)
        ) { job, _, _ in progress.show(job) }
        progress.done("\(figures.jobs.count) windows; only histograms were opened")
        for line in figures.lines("challenger", "champion") { say(line) }
        if let look = try coordinator.drift(from: champion).newest(bits: champion.features, by: DriftRule()),
            let place = look.features.indices.max(by: {
                (look.features[$0].index?.value ?? -1) < (look.features[$1].index?.value ?? -1)
            })
        {
            say("drift since, in \(bins.spec.features[place].name) most: \(look.features[place])")
        }
        let sealed = try work.seal(version) { _ in }
        switch work.planner.judge(sealed, in: coordinator.history) {
        case .promote(_, let reason):
            let decision = try work.promote(sealed)
            say("promoted: \(reason); all three parties switch at one record (decision \(decision.sequence))")
        case .turnDown(_, let reason), .wait(let reason), .rollback(_, _, let reason):
            say("not promoted, the champion stays: \(reason)")
        }
    }
}
