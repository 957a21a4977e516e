import Manifests
import ModelSync
import Records
import Roles
import Terminal

/// A line on standard error that tells how far an order is.
final class SyncProgress {
    private let progress: Progress
    private var pace = SyncPace()

    init(_ what: String) { progress = Progress(what) }

    func show(_ job: SyncJob) {
        let text = pace.text(job, at: .now)
        progress.show(text)
    }

    func done(_ result: String) { progress.done(result) }
}

/// How far an order is in words, and how long it still takes at the pace so far.
struct SyncPace {
    private var begin: (groups: Int, at: ContinuousClock.Instant)?

    /// `group 7 of 25 (28 of 100 trees), 4 s left`, or whom it waits for.
    mutating func text(_ job: SyncJob, at now: ContinuousClock.Instant) -> String {
        let waiting = PartyID.allCases.filter { job.parties[$0]?.codeVersion == nil }
        guard waiting.isEmpty else {
            return "waiting for \(waiting.map(\.name).joined(separator: ", ")) to accept order \(job.order.number)"
        }
        guard case .train(let task) = job.order.task else {
            return job.missing.isEmpty ? "done" : "\(3 - job.missing.count) of 3 parties are done"
        }
        let groups = PartyID.allCases.compactMap { job.parties[$0]?.groups }.max() ?? 0
        guard groups > 0 else { return "setting up" }
        let first = begin ?? (groups, now)
        begin = first
        let trees = "group \(groups) of \(task.groups) (\(groups * task.rule.group) of \(task.rule.trees) trees)"
        guard groups > first.groups else { return trees }
        let left = (now - first.at) / .seconds(1) / Double(groups - first.groups) * Double(task.groups - groups)
        return trees + ", \(decimals(left, 0)) s left"
    }
}
