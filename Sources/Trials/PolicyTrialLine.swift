package import Formats
import Foundation
package import Policy
import Records

/// What `cordon policy try` says of one transaction.
package struct PolicyTrialLine {
    package enum Result {
        case decided(PolicyFacts, PolicyOutcome)
        case rejected(Rejection)
    }

    package var file: String
    /// From 1; nil where the file is one record.
    package var line: Int?
    /// From 0, within the record.
    package var index: Int
    package var result: Result

    private struct Shape: Encodable {
        struct Shadow: Encodable {
            var id: String
            var decision: String
        }

        var file: String
        var line: Int?
        var index: Int
        var transaction: String?
        var probability: Double?
        var scoreDecision: String?
        var decision: String?
        var rules: [String]?
        var shadowRules: [Shadow]?
        var windows: [String: Double]?
        var rejected: String?
    }

    /// One object on one line, keys sorted.
    package var json: String {
        get throws {
            var shape = Shape(file: file, line: line, index: index)
            switch result {
            case .decided(let facts, let outcome):
                shape.transaction = facts.transaction.id
                shape.probability = facts.probability
                shape.scoreDecision = outcome.scoreBand.rawValue
                shape.decision = outcome.band.rawValue
                shape.rules = outcome.rules.map(\.id)
                shape.shadowRules = outcome.shadow.map { Shape.Shadow(id: $0.rule.id, decision: $0.band.rawValue) }
                shape.windows = facts.windows
            case .rejected(let rejection): shape.rejected = rejection.reason.rawValue
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(shape), as: UTF8.self)
        }
    }

    /// A line, and one more a rule that matched.
    package var text: String {
        let place = line.map { "line \($0)" } ?? "number \(index + 1)"
        switch result {
        case .decided(let facts, let outcome):
            let transaction = facts.transaction
            let change = outcome.band == outcome.scoreBand ? "" : "\(outcome.scoreBand.rawValue) by score, "
            var out = "\(place)  \(transaction.id)  \(transaction.time.rfc3339)  \(transaction.amount.decimal)  "
            out += "\(change)\(outcome.band.rawValue)"
            for rule in outcome.rules { out += "\n    live    \(rule.id): \(rule.reason)" }
            for match in outcome.shadow {
                out += "\n    shadow  \(match.rule.id): would be \(match.band.rawValue): \(match.rule.reason)"
            }
            return out
        case .rejected(let rejection): return "\(place)  rejected as \(rejection.reason.rawValue)"
        }
    }
}
