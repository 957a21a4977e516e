package import Evaluation
package import Manifests
import ModelSync
package import Records

extension ModelHistory {
    /// What the records of trainings come to, as the page of a model takes it.
    ///
    /// - Parameters:
    ///   - inForce: the model in force.
    ///   - manifestOf: a model's manifest; nil where the log has none.
    ///   - days: how long a window is.
    ///   - names: of the features of the model in force, in order; where they are of another number, features are numbered.
    ///   - day: when the record of an offset came, in a word; nil for the offset.
    package init(
        _ history: SyncHistory, inForce: Digest32?, manifestOf: (Digest32) -> ModelManifest?,
        days: (SyncWindow) -> Double, names: [String] = [], day: (Int64) -> String? = { _ in nil }
    ) {
        func versionOf(_ model: Digest32) -> String? { manifestOf(model)?.version }
        self.init(
            consortium: history.terms.consortium,
            versions: history.versions.map { version in
                var out = Version(version.task.version, Self.standing(version, history, inForce))
                out.manifest = version.sealed.map { $0.model.hexadecimal }
                out.previous = (version.promotion?.previous).flatMap(versionOf) ?? versionOf(version.task.formModel)
                out.training = Training(version, spec: manifestOf(version.task.formModel)?.featureSpec)
                let header = version.sealed.flatMap { WireModelHeader(decoding: $0.header) }
                out.calibration =
                    header?.calibration.map { CalibrationPoint(score: $0.score, probability: $0.probability) } ?? []
                out.validations = Self.validations(version, history, versionOf, days)
                out.decision = version.decisions.last.map { Decision($0, version) }
                return out
            }, drift: inForce.flatMap { Self.drift(history, $0, manifestOf, names, day) })
    }

    /// Looks at rows behind those that the model in force was made for; nil without one.
    private static func drift(
        _ history: SyncHistory, _ inForce: Digest32, _ manifestOf: (Digest32) -> ModelManifest?, _ names: [String],
        _ day: (Int64) -> String?
    ) -> Drift? {
        func counts(_ pair: SyncDrift.Pair) -> Drift.Counts {
            Drift.Counts(reference: pair.reference, current: pair.current)
        }
        let manifest = manifestOf(inForce)
        let bits = manifest?.features ?? []
        let drift = SyncDrift(history, inForce: inForce) { manifestOf($0)?.featureSpec == manifest?.featureSpec }
        let weeks = drift.looks.compactMap { look -> Drift.Week? in
            let (scores, features) = (drift.scores(of: look), drift.features(of: look, bits: bits))
            guard scores != nil || features != nil else { return nil }
            return Drift.Week(
                week: day(look.range.lowerBound) ?? "offset \(look.range.lowerBound)",
                scores: scores.map(counts) ?? Drift.Counts(reference: [], current: []),
                features: (features ?? []).enumerated().map { place, pair in
                    Drift.Feature(
                        feature: names.count == bits.count ? names[place] : "feature \(place + 1)",
                        counts: counts(pair))
                })
        }
        guard !weeks.isEmpty, let rule = try? DriftRule() else { return nil }
        return Drift(rule: rule, weeks: weeks)
    }

    private static func standing(
        _ version: SyncVersion, _ history: SyncHistory, _ inForce: Digest32?
    ) -> Version.Standing {
        if version.isTurnedDown { return .refused }
        guard let promotion = version.promotion else { return version.sealed == nil ? .candidate : .challenger }
        if version.decisions.last?.kind == .rollback { return .rolledBack }
        guard inForce == promotion.model else { return .retired }
        return history.versions.last == version && promotion.previous != nil ? .probation : .champion
    }

    /// Validations beside one other model, one behind the other.
    private static func validations(
        _ version: SyncVersion, _ history: SyncHistory, _ versionOf: (Digest32) -> String?,
        _ days: (SyncWindow) -> Double
    ) -> [Validation] {
        var all: [Validation] = []
        for job in version.validations.compactMap({ history.job($0) }) {
            guard case .validate(let task) = job.order.task, case .validated(let opened) = job.outcome,
                let pair = SyncFigures.pair(opened, task)
            else { continue }
            let part = Validation.Part(
                window: Window(task.window), days: days(task.window), own: pair.challenger, other: pair.champion)
            let kind: Validation.Kind
            switch task.challenger {
            case .candidate, nil: kind = .validation
            case .model:
                let isPromoted = version.promotion.map { job.time >= Int64($0.sequence / 1_000_000) } ?? false
                kind = isPromoted ? .probation : .shadow
            }
            let beside = versionOf(task.champion) ?? "\(task.champion)"
            let told = job.verdicts.sorted { $0.key < $1.key }.map { member, verdict in
                Told(member: member.name, isWorse: verdict.isWorse)
            }
            if var last = all.last, last.kind == kind, last.beside == beside,
                !last.windows.contains(where: {
                    $0.window.from < part.window.until && part.window.from < $0.window.until
                })
            {
                last.windows.append(part)
                last.members = last.members.filter { old in !told.contains { $0.member == old.member } } + told
                all[all.count - 1] = last
            } else {
                all.append(Validation(kind: kind, beside: beside, windows: [part], members: told))
            }
        }
        return all
    }
}

extension ModelHistory.Window {
    init(_ window: SyncWindow) {
        self.init(from: window.range.lowerBound, until: window.range.upperBound, labels: window.labels)
    }
}

extension ModelHistory.Training {
    /// - Parameter spec: what manifests name features and bins by: the first eight bytes of their digest.
    init(_ version: SyncVersion, spec: UInt64?) {
        let name = spec.map { String($0, radix: 16) } ?? ""
        let rule = version.task.rule
        let parameters: [(String, String)] = [
            ("trees", "\(rule.trees)"), ("stages", "\(rule.stages)"), ("group", "\(rule.group)"),
            ("candidates", "\(rule.candidates)"), ("fraction", "\(rule.fraction)"), ("rate", "\(rule.rate)"),
            ("prior", "\(rule.prior)"), ("weight bits", "\(rule.weightBits)"), ("table bits", "\(rule.tableBits)"),
            ("clip", "\(rule.clip)"), ("spread", "\(rule.spread)"),
        ]
        self.init(
            window: ModelHistory.Window(version.task.window), rows: version.trained.rows,
            frauds: version.trained.frauds,
            spec: name, specDigest: name, coin: version.trained.coin.hexadecimal,
            codeVersion: Set(version.codeVersions.values).sorted().joined(separator: ", "),
            rule: parameters.map { ModelHistory.Parameter(name: $0.0, value: $0.1) },
            leftOut: version.trained.leftOut.map(\.name))
    }
}

extension ModelHistory.Decision {
    init(_ decision: SyncDecision, _ version: SyncVersion) {
        let outcome: Outcome =
            switch decision.kind {
            case .promote: .promoted
            case .rollback: .rolledBack
            case .turnDown: .refused
            }
        self.init(outcome: outcome, reason: decision.reason, approvals: version.approvals.map { $0.by.name })
    }
}

extension Digest32 {
    /// All of its bytes, two hexadecimal digits each.
    fileprivate var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
