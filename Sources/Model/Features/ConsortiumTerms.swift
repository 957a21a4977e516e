import Records

/// How a consortium counts; part of a spec's digest.
package struct ConsortiumTerms: Sendable, Hashable {
    /// Seconds of event time that are counted as one: whole hours.
    package var bucket: Int64
    /// Seconds after the end of its bucket that it is said of an event whether it was a fraud.
    package var labelDelay: Int64

    package init(bucket: Int64 = EventTime.day, labelDelay: Int64 = 7 * EventTime.day) {
        self.bucket = bucket
        self.labelDelay = labelDelay
    }

    /// Whether events can be counted in buckets of as many seconds: whole hours, at most ten years.
    static func isBucket(_ seconds: Int64) -> Bool {
        (1...Feature.Window.limit).contains(seconds) && seconds % 3600 == 0
    }

    /// For a spec's digest.
    var line: String { "consortium\u{1F}bucket=\(bucket)\u{1F}label_delay=\(labelDelay)" }
}

/// How far back labels reach that have not left; zero for a spec whose labels never leave.
extension FeatureSpec {
    /// Seconds of event time after which an event's label has left, unless the event came late: the rest of its bucket, and the
    /// label delay. History of that span holds every event whose label is still to leave.
    package var labelSpan: Int64 { tellsLabels ? terms.labelDelay + terms.bucket : 0 }

    /// Seconds that a log keeps events for, and that a member's agent knows ids for, where labels are to leave: `labelSpan` and
    /// a bucket more. Labels leave when an event comes after it, and those of late events with the next bucket's.
    package var labelHistory: Int64 { tellsLabels ? labelSpan + terms.bucket : 0 }
}

extension FeatureSpec {
    /// What keeps the consortium's features from being counted, in words; nil where nothing does.
    package var mistake: String? {
        guard ConsortiumTerms.isBucket(terms.bucket) else { return "`bucket` is whole hours, at most ten years" }
        guard terms.labelDelay >= 0, terms.labelDelay <= Feature.Window.limit else {
            return "`label_delay` is a span of at most ten years"
        }
        let entities = tokenEntities
        guard entities.count <= CountFeatures.slotLimit else {
            return "the consortium's features are of at most \(CountFeatures.slotLimit) kinds of entities"
        }
        for feature in features {
            guard let shared = feature.shared, shared.window.delay > 0 else { continue }
            let window = shared.window
            guard window.span % terms.bucket == 0, window.delay % terms.bucket == 0 else {
                return "`over` and `delay` of `\(feature.name)` are whole buckets"
            }
            guard !shared.signal.isSecret || window.delay >= terms.labelDelay else {
                return
                    "the window of `\(feature.name)` ends before it is known what was a fraud: its `delay` is at least `label_delay`"
            }
            guard window.span + window.delay + terms.bucket <= CountFeatures.bucketLimit * terms.bucket else {
                return "the window of `\(feature.name)` reaches back more than \(CountFeatures.bucketLimit) buckets"
            }
        }
        return nil
    }
}

extension Feature.Signal {
    var kind: CountFeatures.Kind {
        switch self {
        case .frauds: .frauds
        case .fraudRate: .rate
        case .count: .events
        case .members: .members
        }
    }
}

/// The terms as they stand in files; absent where a spec tells no labels. Both are in seconds.
struct TermsForm: Codable {
    var bucket: Int64
    var labelDelay: Int64

    init?(_ spec: FeatureSpec) {
        guard spec.tellsLabels else { return nil }
        (bucket, labelDelay) = (spec.terms.bucket, spec.terms.labelDelay)
    }

    var terms: ConsortiumTerms { ConsortiumTerms(bucket: bucket, labelDelay: labelDelay) }
}
