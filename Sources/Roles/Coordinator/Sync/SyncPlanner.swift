package import Evaluation
import Foundation
package import Manifests
package import Records
import ThreeParty

/// What the coordinator wants of validations and promotions, as the consortium declares it beforehand.
package struct SyncSettings: Sendable {
    /// When a challenger takes the champion's place.
    package var promotion: PromotionRule
    /// When a promoted model gives it back.
    package var probation: ProbationRule
    /// Windows that a validation is split into: from five on their spread says how sure a gain is.
    package var windows: Int
    /// Bins of a histogram, about: the thresholds of one less.
    package var bins: Int
    /// Frauds, and other rows, of a window, below which nothing but the number of frauds is opened.
    package var leastFrauds: Int
    package var leastLegitimate: Int
    /// Seconds until an order expires.
    package var patience: Int64
    /// Seconds after which most labels of a transaction are there: newer ones are not validated on.
    package var labelDelay: Int64

    package init(
        promotion: PromotionRule, probation: ProbationRule, windows: Int = 5, bins: Int = 32, leastFrauds: Int = 20,
        leastLegitimate: Int = 200, patience: Int64 = 3600, labelDelay: Int64 = 0
    ) {
        self.promotion = promotion
        self.probation = probation
        self.windows = windows
        self.bins = bins
        self.leastFrauds = leastFrauds
        self.leastLegitimate = leastLegitimate
        self.patience = patience
        self.labelDelay = labelDelay
    }
}

/// What the coordinator does next, from what the history says alone: no I/O, no clock.
package struct SyncPlanner: Sendable {
    package let settings: SyncSettings

    package init(_ settings: SyncSettings) { self.settings = settings }

    // MARK: Tasks

    /// The windows that a range of the log is validated in, one order each: as equal as offsets make them.
    ///
    /// - Throws: `SyncMistake.window` where there is not a record for each.
    package func windows(_ range: Range<Int64>, labels: Int64) throws(SyncMistake) -> [SyncWindow] {
        let (count, length) = (Int64(settings.windows), range.upperBound - range.lowerBound)
        guard count > 0, length >= count else { throw .window }
        var windows: [SyncWindow] = []
        for part in 0..<count {
            let begin = range.lowerBound + length * part / count
            windows.append(
                try SyncWindow(begin..<range.lowerBound + length * (part + 1) / count, labels: labels))
        }
        return windows
    }

    /// Where a version can be validated from on: behind what it was trained on, and behind every window that was opened before,
    /// since two windows that overlap tell of the rows by which they differ.
    package func firstOffset(toValidate version: SyncVersion, in history: SyncHistory) -> Int64 {
        max(version.task.window.range.upperBound, lastOpened(in: history))
    }

    /// Behind every window that was opened.
    package func lastOpened(in history: SyncHistory) -> Int64 {
        let opened = history.jobs.compactMap { job -> Int64? in
            guard case .validate(let task) = job.order.task, job.mayHaveOpened else { return nil }
            return task.window.range.upperBound
        }
        return opened.max() ?? 0
    }

    /// Looks at a model alone.
    package func look(at model: ModelManifest, on window: SyncWindow) throws(SyncMistake) -> ValidateTask {
        try ValidateTask(
            challenger: nil, champion: model.digest, window: window, challengerThresholds: nil,
            championThresholds: thresholds(fraction: model.fractionBits), leastFrauds: settings.leastFrauds,
            leastLegitimate: settings.leastLegitimate)
    }

    /// Holds a version against the model in force.
    package func validation(
        of version: SyncVersion, against champion: ModelManifest, on window: SyncWindow
    ) throws(SyncMistake) -> ValidateTask {
        let challenger: ValidateTask.Challenger =
            version.sealed.map { .model($0.model) } ?? .candidate(version.candidate)
        return try ValidateTask(
            challenger: challenger, champion: champion.digest, window: window,
            challengerThresholds: thresholds(fraction: version.task.rule.fraction),
            championThresholds: thresholds(fraction: champion.fractionBits), leastFrauds: settings.leastFrauds,
            leastLegitimate: settings.leastLegitimate)
    }

    private func thresholds(fraction: Int) throws(SyncMistake) -> ValidateTask.Thresholds {
        let count = max(1, min(settings.bins - 1, ScoreHistogram.mostThresholds))
        return try ValidateTask.Thresholds(
            fraction: fraction, scores: ScoreHistogram.squareThresholds(fractionBits: fraction, count: count))
    }

    /// Seals a version under the header that its figures give.
    ///
    /// - Parameter rounded: whether members get the calibration's steps of scores.
    /// - Throws: `Calibration.Invalid` without a transaction; `SyncMistake`.
    package func sealing(
        of version: SyncVersion, by figures: SyncFigures, form: ModelManifest, consortium: String, rounded: Bool
    ) throws -> SealTask {
        let rule = version.task.rule
        guard
            let shape = ForestShape(
                bits: form.shape.bits, trees: rule.trees, depth: rule.depth, ringBits: version.trained.ringBits)
        else { throw SyncMistake.header }
        let header = ModelManifest.header(
            version: version.task.version, consortium: consortium, order: version.candidate, form: form, shape: shape,
            fraction: rule.fraction, calibration: try figures.calibration(), rounded: rounded,
            card: form.cardRule != nil)
        return try SealTask(candidate: version.candidate, header: header.encoded)
    }

    // MARK: Decisions

    /// What the rules make of the newest version, or of the one that is on probation.
    package enum Decision: Sendable, Hashable {
        case promote(SyncVersion, reason: String)
        case turnDown(SyncVersion, reason: String)
        case rollback(SyncVersion, to: Digest32, reason: String)
        /// Nothing is to be decided yet.
        case wait(String)
    }

    /// Judges a sealed version as a challenger.
    package func judge(_ version: SyncVersion, in history: SyncHistory) -> Decision {
        guard let figures = SyncFigures(version, in: history) else { return .wait("it was not validated") }
        let approving = version.approvals.filter { $0.after == history.lastSequence }.map(\.by)
        let verdict = figures.verdict(by: rule(history.newestTerms), approvals: approving)
        switch verdict {
        case .promote: return .promote(version, reason: "\(verdict)")
        case .wait: return .wait("\(verdict)")
        case .refuse(let reasons):
            // More labels make up for few frauds and for wide intervals, for nothing else.
            let mayPass = reasons.allSatisfy {
                switch $0 {
                case .frauds, .uncertain: true
                case .gain, .member: false
                }
            }
            return mayPass ? .wait("\(verdict)") : .turnDown(version, reason: "\(verdict)")
        }
    }

    /// The rule with the approvals that the roster asks for.
    private func rule(_ terms: SyncTerms) -> PromotionRule { settings.promotion.wanting(approvals: terms.approvals) }

    /// Judges a version that is in force by windows since its promotion, in which the model before it is the champion.
    ///
    /// - Parameter since: the offset of the promotion.
    package func probe(_ version: SyncVersion, in history: SyncHistory, since: Int64) -> Decision {
        guard let previous = version.promotion?.previous else { return .wait("it replaced no model") }
        guard let figures = SyncFigures(version, in: history, since: since), figures.champion == previous else {
            return .wait("no window since its promotion was validated")
        }
        let verdict = settings.probation.judge(figures.comparison)
        if case .rollBack = verdict { return .rollback(version, to: previous, reason: "\(verdict)") }
        return .wait("\(verdict)")
    }
}
