import Evaluation
package import Manifests
import Records
package import Roles
import Terminal

/// How far an order is in words, and how long it still takes at the pace so far.
package struct SyncPace {
    private var begin: (groups: Int, at: ContinuousClock.Instant)?

    package init() {}

    /// `group 7 of 25 (28 of 100 trees), 4 s left`, or whom it waits for.
    package mutating func text(_ job: SyncJob, at now: ContinuousClock.Instant) -> String {
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

extension SyncVersion {
    /// What is public of a training, in a line.
    package var trainedText: String {
        let left = trained.leftOut.isEmpty ? "" : "; left out: \(trained.leftOut.map(\.name).joined(separator: ", "))"
        return """
            version \(task.version): \(task.rule.trees) trees of depth \(task.rule.depth) on \(trained.rows) rows, \(trained.frauds) frauds, \
            \(trained.ringBits)-bit scores; offsets \(task.window.range.lowerBound) to \(task.window.range.upperBound - 1)\(left)
            """
    }
}

extension SyncFigures {
    /// A table of the version and the champion.
    package func lines(_ version: String, _ champion: String) -> [String] {
        func row(_ name: String, _ histogram: ScoreHistogram) -> String {
            let (ap, auc) = (histogram.averagePrecision, histogram.auc)
            return column(name, 20, left: true) + column(decimals(ap?.value, 4), 10)
                + column(decimals(auc?.value, 4), 10)
        }
        var lines = [
            "\(jobs.count) windows: \(comparison.champion.rows) transactions, \(comparison.frauds) frauds",
            column("", 20, left: true) + column("AP", 10) + column("AUC", 10), row(version, comparison.challenger),
            row(champion, comparison.champion),
        ]
        if let gain = comparison.gain(confidence: 0.9) {
            lines.append(
                "average precision gained: \(decimals(gain.estimate.value, 4)), with 90 % confidence each "
                    + "\(decimals(gain.estimate.low, 4)) to \(decimals(gain.estimate.high, 4)) (\(gain.basis))")
        }
        for (member, verdict) in verdicts.sorted(by: { $0.key < $1.key }) {
            lines.append("\(member) says that it does \(verdict.isWorse ? "worse" : "no worse")")
        }
        return lines
    }
}
