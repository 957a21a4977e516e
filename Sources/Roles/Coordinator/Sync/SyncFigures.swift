package import Evaluation
package import Manifests
import Model
package import Records

/// What a version's validations come to: all that is known of a model that nobody can read.
package struct SyncFigures: Sendable {
    /// Validations of the version that were held against one champion, by the same bins, oldest first.
    package let jobs: [SyncJob]
    /// The newest of them of each window: those whose counts are compared.
    package let newest: [SyncJob]
    /// The version and the champion on the same rows of all these windows.
    package let comparison: PairedHistograms
    /// The digest of the champion's manifest.
    package let champion: Digest32
    /// Of each member, the last that it said.
    package let verdicts: [MemberID: MemberVerdict]

    /// Takes the validations of the newest champion together; nil where there is none with a challenger.
    ///
    /// - Parameter since: validations of windows that begin before this offset are left out.
    package init?(_ version: SyncVersion, in history: SyncHistory, since: Int64 = 0) {
        self.init(version.validations.compactMap { history.job($0) }, since: since)
    }

    /// Those of validations of one version, oldest first.
    package init?(_ all: [SyncJob], since: Int64 = 0) {
        guard let newest = all.last.flatMap(Self.task) else { return nil }
        var windows: [(job: SyncJob, window: SyncWindow, pair: HistogramPair)] = []
        var jobs: [SyncJob] = []
        var verdicts: [MemberID: MemberVerdict] = [:]
        for job in all {
            guard let task = Self.task(job), task.champion == newest.champion,
                task.challengerThresholds == newest.challengerThresholds,
                task.championThresholds == newest.championThresholds, task.window.range.lowerBound >= since,
                case .validated(let opened) = job.outcome, let pair = Self.pair(opened, task)
            else { continue }
            verdicts.merge(job.verdicts) { $1 }
            jobs.append(job)
            // Of a window that was validated again, labels have come since.
            windows.removeAll { $0.window.range == task.window.range }
            windows.append((job, task.window, pair))
        }
        guard let comparison = try? PairedHistograms(windows.map(\.pair)) else { return nil }
        self.jobs = jobs
        self.newest = windows.map(\.job)
        self.comparison = comparison
        self.verdicts = verdicts
        champion = newest.champion
    }

    private static func task(_ job: SyncJob) -> ValidateTask? {
        if case .validate(let task) = job.order.task { task } else { nil }
    }

    /// What was opened of two models, as histograms.
    package static func pair(_ opened: ValidatedReport.Opened, _ task: ValidateTask) -> HistogramPair? {
        guard let challenger = opened.challenger, let thresholds = task.challengerThresholds,
            let one = histogram(opened.champion, task.championThresholds),
            let other = histogram(challenger, thresholds)
        else { return nil }
        return try? HistogramPair(champion: one, challenger: other)
    }

    package static func histogram(_ counts: BinCounts, _ thresholds: ValidateTask.Thresholds) -> ScoreHistogram? {
        try? ScoreHistogram(
            fractionBits: thresholds.fraction, thresholds: thresholds.scores,
            legitimate: counts.legitimate.map { Int($0) }, frauds: counts.frauds.map { Int($0) })
    }

    /// What the rule makes of them.
    ///
    /// - Parameter approvals: operators who approve of the version now.
    package func verdict(by rule: PromotionRule, approvals: [OperatorID]) -> PromotionVerdict {
        let members = verdicts.map { member, verdict in
            MemberLoss(
                member: member, isWorse: verdict.isWorse,
                loss: verdict.figures.first { $0.name == Self.lossName }?.value)
        }
        return rule.judge(comparison, members: members, approvals: Set(approvals.map(\.name)))
    }

    /// By how much a member's average precision is less by the challenger, in its verdict.
    package static let lossName = "average precision lost"

    /// What a decision rests on, as it stands in the log.
    package func said(confidence: Double) -> [SyncFigure] {
        var figures: [SyncFigure?] = []
        func add(_ name: String, _ value: Double, _ low: Double, _ high: Double) {
            figures.append(try? SyncFigure(name, value, low: low, high: high))
        }
        let frauds = Double(comparison.frauds)
        add("frauds", frauds, frauds, frauds)
        if let gain = comparison.gain(confidence: confidence)?.estimate {
            add("average precision gained", gain.value, gain.low, gain.high)
        }
        for (name, histogram) in [("challenger", comparison.challenger), ("champion", comparison.champion)] {
            if let ap = histogram.averagePrecision { add("\(name) average precision", ap.value, ap.least, ap.most) }
            if let auc = histogram.auc { add("\(name) AUC", auc.value, auc.least, auc.most) }
        }
        return figures.compactMap { $0 }
    }

    /// The calibration for the version's header: what its scores turned out to be worth on all windows.
    ///
    /// - Throws: `Calibration.Invalid` without a transaction.
    package func calibration() throws -> [(score: Int64, probability: Double)] {
        try comparison.challenger.calibration().points.map { ($0.score, $0.probability) }
    }
}
