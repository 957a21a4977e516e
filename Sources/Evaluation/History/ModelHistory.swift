import Foundation

/// The versions of a consortium's model, what each was trained on, how it did, and what became of it: what `cordon report model`
/// makes a page of. All of it is public among members.
///
/// Its file is JSON with names in snake_case (docs/EVALUATION.md).
package struct ModelHistory: Sendable, Hashable, Codable {
    package static let currentFormat = "cordon/model-history/v1"

    package var format = currentFormat
    package var consortium: String
    /// Alerts that the members' risk teams look at in a day, together; nil where the consortium names none.
    package var alertsADay: Double?
    /// The oldest first.
    package var versions: [Version]
    package var drift: Drift?

    package init(consortium: String, alertsADay: Double? = nil, versions: [Version], drift: Drift? = nil) {
        self.consortium = consortium
        self.alertsADay = alertsADay
        self.versions = versions
        self.drift = drift
    }

    /// One model.
    package struct Version: Sendable, Hashable, Codable {
        /// What a version is at the end of the history.
        package enum Standing: String, Sendable, Hashable, Codable {
            case candidate, challenger, champion, probation, retired
            case rolledBack = "rolled_back"
            case refused
        }

        package var version: String
        package var standing: Standing
        /// Hexadecimal digest of the manifest; nil of a candidate that has none yet.
        package var manifest: String?
        /// The version that it was trained to replace.
        package var previous: String?
        package var training: Training?
        /// The steps of its header: scores in units of 2^-fraction_bits of its histograms, and the probability of fraud from each
        /// on.
        package var calibration: [CalibrationPoint] = []
        /// The oldest first.
        package var validations: [Validation] = []
        package var decision: Decision?
        /// Only where the consortium opened it.
        package var gains: [FeatureGain]?

        package init(_ version: String, _ standing: Standing) {
            self.version = version
            self.standing = standing
        }
    }

    package struct CalibrationPoint: Sendable, Hashable, Codable {
        package var score: Int64
        package var probability: Double

        package init(score: Int64, probability: Double) {
            self.score = score
            self.probability = probability
        }
    }

    /// Rows by their places in the log.
    package struct Window: Sendable, Hashable, Codable {
        /// Offsets of consortium.sealed: the first, and the one behind the last.
        package var from: Int64
        package var until: Int64
        /// Behind the last offset of consortium.labels that counts.
        package var labels: Int64

        package init(from: Int64, until: Int64, labels: Int64) {
            self.from = from
            self.until = until
            self.labels = labels
        }
    }

    /// What a model was trained on, and how.
    package struct Training: Sendable, Hashable, Codable {
        package var window: Window
        package var rows: Int
        package var frauds: Int
        /// Name of the feature spec.
        package var spec: String
        /// Hexadecimal digests of the spec with its bins, and of the public coin.
        package var specDigest: String
        package var coin: String
        package var codeVersion: String
        /// The rule's parameters as docs/TRAINING.md names them.
        package var rule: [Parameter]
        /// Members whose rows the caps left out.
        package var leftOut: [String]

        package init(
            window: Window, rows: Int, frauds: Int, spec: String, specDigest: String, coin: String, codeVersion: String,
            rule: [Parameter], leftOut: [String] = []
        ) {
            self.window = window
            self.rows = rows
            self.frauds = frauds
            self.spec = spec
            self.specDigest = specDigest
            self.coin = coin
            self.codeVersion = codeVersion
            self.rule = rule
            self.leftOut = leftOut
        }
    }

    package struct Parameter: Sendable, Hashable, Codable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a member chose to tell of its own figures.
    package struct Told: Sendable, Hashable, Codable {
        package var member: String
        /// Whether this version does worse for it.
        package var isWorse: Bool
        package var averagePrecision: Double?
        /// That of the version beside it.
        package var otherAveragePrecision: Double?

        package init(
            member: String, isWorse: Bool, averagePrecision: Double? = nil, otherAveragePrecision: Double? = nil
        ) {
            self.member = member
            self.isWorse = isWorse
            self.averagePrecision = averagePrecision
            self.otherAveragePrecision = otherAveragePrecision
        }
    }

    /// What became of a version, and why.
    package struct Decision: Sendable, Hashable, Codable {
        package enum Outcome: String, Sendable, Hashable, Codable {
            case promoted, refused
            case rolledBack = "rolled_back"
        }

        package var outcome: Outcome
        /// Offset of consortium.sync.
        package var offset: Int64?
        package var reason: String
        /// Operators.
        package var approvals: [String]

        package init(outcome: Outcome, offset: Int64? = nil, reason: String, approvals: [String] = []) {
            self.outcome = outcome
            self.offset = offset
            self.reason = reason
            self.approvals = approvals
        }
    }

    package struct FeatureGain: Sendable, Hashable, Codable {
        package var feature: String
        /// Its part of the forest's gain, 0 to 1.
        package var gain: Double

        package init(feature: String, gain: Double) {
            self.feature = feature
            self.gain = gain
        }
    }

    /// Scores and features week by week, beside an earlier window.
    package struct Drift: Sendable, Hashable, Codable {
        package struct Week: Sendable, Hashable, Codable {
            /// Such as its first day.
            package var week: String
            package var scores: Counts
            package var features: [Feature]

            package init(week: String, scores: Counts, features: [Feature] = []) {
                self.week = week
                self.scores = scores
                self.features = features
            }
        }

        /// Transactions a bin.
        package struct Counts: Sendable, Hashable, Codable {
            package var reference: [Int]
            package var current: [Int]

            package init(reference: [Int], current: [Int]) {
                self.reference = reference
                self.current = current
            }
        }

        package struct Feature: Sendable, Hashable, Codable {
            package var feature: String
            package var counts: Counts

            package init(feature: String, counts: Counts) {
                self.feature = feature
                self.counts = counts
            }
        }

        /// The rule's numbers (`DriftRule`).
        package var alert: Double
        package var trigger: Double
        package var leastCount: Int
        package var chance: Double
        /// The oldest first.
        package var weeks: [Week]

        package init(rule: DriftRule, weeks: [Week]) {
            (alert, trigger) = (rule.alert, rule.trigger)
            (leastCount, chance) = (rule.leastCount, rule.chance)
            self.weeks = weeks
        }

        package var rule: DriftRule? {
            try? DriftRule(alert: alert, trigger: trigger, leastCount: leastCount, chance: chance)
        }
    }
}
