package import Evaluation
package import Manifests
package import Records

/// How far later rows are from those that the model in force was made for, by what the parties opened: scores and features, over
/// all members. A function of the history.
package struct SyncDrift: Sendable, Hashable {
    /// What was opened of rows that were looked at together: those of a training, or all windows of one validation.
    package struct Look: Sendable, Hashable {
        /// Of its last order.
        package fileprivate(set) var number: UInt64
        /// Offsets of `consortium.sealed`.
        package fileprivate(set) var range: Range<Int64>
        /// Nil where not all windows opened any.
        package fileprivate(set) var features: FeatureCounts?
        /// Rows a bin of scores by the model in force, of both classes; nil where it scored none.
        package fileprivate(set) var scores: [Int]?
        fileprivate let thresholds: ValidateTask.Thresholds?
        /// Windows of one validation have it in common; nil of a training.
        fileprivate let validation: Validation?

        fileprivate struct Validation: Hashable {
            let labels: Int64
            let champion: Digest32
            let challenger: ValidateTask.Challenger?
        }
    }

    /// Two histograms, rows a bin.
    package struct Pair: Sendable, Hashable {
        package let reference: [Int]
        package let current: [Int]
    }

    private struct Trained: Hashable {
        let range: Range<Int64>
        let features: FeatureCounts
    }

    /// The oldest first.
    package let looks: [Look]
    /// The rows that the model in force was trained on; those of the first look where it was dealt, or opened none.
    private let trained: Trained?
    /// The first look at its scores.
    private let scored: Look?

    /// - Parameters:
    ///   - inForce: the digest of the model's manifest.
    ///   - isOfForm: of a model, whether it reads rows of the same feature spec: what was opened of others' bits can't be compared.
    package init(_ history: SyncHistory, inForce: Digest32, isOfForm: (Digest32) throws -> Bool) rethrows {
        let version = history.version(sealedAs: inForce)
        var looks: [Look] = []
        for job in history.jobs {
            guard var look = Self.look(job, inForce, candidate: version?.candidate) else { continue }
            if let model = job.order.task.rowModel, try !isOfForm(model) { look.features = nil }
            if let last = looks.last, let both = last.joined(with: look) {
                looks[looks.count - 1] = both
            } else {
                looks.append(look)
            }
        }
        self.looks = looks
        scored = looks.first { $0.scores != nil }
        let own = version.flatMap { version in
            version.trained.features.map { Trained(range: version.task.window.range, features: $0) }
        }
        trained =
            own
            ?? looks.lazy.compactMap { look in look.features.map { Trained(range: look.range, features: $0) } }.first
    }

    private static func look(_ job: SyncJob, _ inForce: Digest32, candidate: Digest32?) -> Look? {
        switch (job.order.task, job.outcome) {
        case (.train(let task), .trained(let report)):
            return Look(
                number: job.order.number, range: task.window.range, features: report.features, thresholds: nil,
                validation: nil)
        case (.validate(let task), .validated(let opened)):
            var (counts, thresholds): (BinCounts?, ValidateTask.Thresholds?) = (nil, nil)
            if task.champion == inForce {
                (counts, thresholds) = (opened.champion, task.championThresholds)
            } else if task.challenger == .model(inForce)
                || candidate.map({ task.challenger == .candidate($0) }) ?? false
            {
                (counts, thresholds) = (opened.challenger, task.challengerThresholds)
            }
            return Look(
                number: job.order.number, range: task.window.range, features: opened.features,
                scores: counts.map { zip($0.legitimate, $0.frauds).map { Int($0) + Int($1) } }, thresholds: thresholds,
                validation: Look.Validation(
                    labels: task.window.labels, champion: task.champion, challenger: task.challenger))
        default: return nil
        }
    }

    /// Scores of a look beside those of the first; nil where it has none, other bins, or rows in common with it.
    package func scores(of look: Look) -> Pair? {
        guard let scored, let reference = scored.scores, let current = look.scores,
            look.thresholds == scored.thresholds, look.range.lowerBound >= scored.range.upperBound
        else { return nil }
        return Pair(reference: reference, current: current)
    }

    /// Each feature of a look beside those that the model in force was trained on; nil where it has none, or rows in common with
    /// them.
    ///
    /// - Parameter bits: thermometer bits of each feature, in order.
    package func features(of look: Look, bits: [Int]) -> [Pair]? {
        guard let trained, let current = look.features, look.range.lowerBound >= trained.range.upperBound,
            trained.features.ones.count == bits.reduce(0, +), current.ones.count == trained.features.ones.count
        else { return nil }
        var begin = 0
        return bits.map { count in
            defer { begin += count }
            func bins(_ counts: FeatureCounts) -> [Int] {
                // What are no thermometer's sums can't be compared.
                StabilityIndex.counts(
                    ofThermometer: counts.ones[begin..<begin + count].map { Int($0) }, rows: counts.rows) ?? []
            }
            return Pair(reference: bins(trained.features), current: bins(current))
        }
    }

    /// What a rule makes of a look; nil where nothing of it can be compared.
    package func verdict(of look: Look, bits: [Int], by rule: DriftRule) -> SyncDriftVerdict? {
        let (scores, features) = (scores(of: look), features(of: look, bits: bits))
        guard scores != nil || features != nil else { return nil }
        func judge(_ pair: Pair) -> DriftVerdict { rule.judge(reference: pair.reference, current: pair.current) }
        return SyncDriftVerdict(
            number: look.number, scores: scores.map(judge) ?? .unknown, features: (features ?? []).map(judge))
    }

    /// The newest look of which anything can be compared, with what a rule makes of it.
    package func newest(bits: [Int], by rule: DriftRule) -> SyncDriftVerdict? {
        looks.lazy.reversed().compactMap { verdict(of: $0, bits: bits, by: rule) }.first
    }
}

extension SyncDrift.Look {
    /// Both as one; nil where they are not windows of one validation, one behind the other.
    fileprivate func joined(with next: SyncDrift.Look) -> SyncDrift.Look? {
        guard let validation, next.validation == validation, next.range.lowerBound == range.upperBound,
            thresholds == next.thresholds, (scores == nil) == (next.scores == nil)
        else { return nil }
        var both = self
        both.number = next.number
        both.range = range.lowerBound..<next.range.upperBound
        both.features = features.flatMap { one in next.features.flatMap { one.joined(with: $0) } }
        both.scores = scores.flatMap { one in next.scores.map { zip(one, $0).map { $0 + $1 } } }
        return both
    }
}

extension FeatureCounts {
    /// Nil where they are of other bits, or too many rows.
    fileprivate func joined(with next: FeatureCounts) -> FeatureCounts? {
        guard ones.count == next.ones.count else { return nil }
        return try? FeatureCounts(rows: rows + next.rows, ones: zip(ones, next.ones).map { $0 + $1 })
    }
}

/// What a rule of drift makes of one look.
package struct SyncDriftVerdict: Sendable, Hashable {
    /// Of the newest order that it rests on.
    package let number: UInt64
    package let scores: DriftVerdict
    /// By feature; none where they can't be compared.
    package let features: [DriftVerdict]

    /// Whether it calls for a training.
    package var isTrigger: Bool {
        ([scores] + features).contains { if case .trigger = $0 { true } else { false } }
    }

    /// The largest index of any feature.
    package var mostOfFeatures: Double? { features.compactMap { $0.index?.value }.max() }
}

extension SyncHistory {
    /// The model that decisions put in force, or where there are none, the one that was looked at last; nil before.
    package var modelLookedAt: Digest32? {
        inForce
            ?? jobs.lazy.reversed().compactMap {
                if case .validate(let task) = $0.order.task, $0.outcome != nil { task.champion } else { nil }
            }.first
    }
}
