import Evaluation
import Formats
import Foundation
import Model
package import Policy
import Records
import Terminal

/// `cordon policy try`: a policy on sample records, and what it did to them in all.
package struct PolicyTrial {
    private let policy: DecisionPolicy
    private let probability: Double
    /// The policy without one of its live rules.
    private let without: [String: DecisionPolicy]
    private var stream: StreamTrial
    private var repeats = 0
    private var labels = 0
    private var leftOut = 0
    private var rejected = 0
    private var byScore: [Band: Int] = [:]
    private var decided: [Band: Int] = [:]
    private var matched: [String: Int] = [:]
    private var changed: [String: Int] = [:]

    /// - Parameter probability: of transactions that name none.
    package init(_ policy: DecisionPolicy, probability: Double) {
        self.policy = policy
        self.probability = probability
        stream = StreamTrial(windows: policy.windows)
        without = Dictionary(
            uniqueKeysWithValues: policy.rules.filter { $0.mode == .live }.map { rule in
                let rest = policy.rules.filter { $0.id != rule.id }
                return (rule.id, DecisionPolicy(bands: policy.bands, rules: rest))
            })
    }

    /// What becomes of a record's transactions. Repeats, outcomes and labels are counted and give no line.
    package mutating func take(_ record: SampleFile.Record, of sample: SampleFile) throws -> [PolicyTrialLine] {
        let own = try ownProbability(record, sample)
        return record.parts.compactMap { part in
            result(stream.take(part), own ?? probability).map {
                PolicyTrialLine(file: sample.path, line: record.line, index: part.index, result: $0)
            }
        }
    }

    private mutating func result(_ taken: StreamTrial.Taken, _ probability: Double) -> PolicyTrialLine.Result? {
        if let rejection = taken.rejection {
            rejected += 1
            return .rejected(rejection)
        }
        guard let transaction = taken.part.transaction else {
            if taken.part.leftOut == nil { labels += 1 } else { leftOut += 1 }
            return nil
        }
        guard !taken.isRepeat else {
            repeats += 1
            return nil
        }
        let facts = PolicyFacts(transaction: transaction, probability: probability, windows: taken.windows)
        let outcome = policy.decide(facts)
        count(outcome, facts)
        return .decided(facts, outcome)
    }

    private struct Given: Decodable {
        var probability: Double?
    }

    private func ownProbability(_ record: SampleFile.Record, _ sample: SampleFile) throws -> Double? {
        guard let given = (try? JSONDecoder().decode(Given.self, from: Data(record.bytes)))?.probability else {
            return nil
        }
        guard (0...1).contains(given) else {
            throw Failure("\(sample.path):\(record.line ?? 1): `probability` is 0 to 1")
        }
        return given
    }

    private mutating func count(_ outcome: PolicyOutcome, _ facts: PolicyFacts) {
        byScore[outcome.scoreBand, default: 0] += 1
        decided[outcome.band, default: 0] += 1
        for rule in outcome.rules {
            matched[rule.id, default: 0] += 1
            if without[rule.id]?.decide(facts).band != outcome.band { changed[rule.id, default: 0] += 1 }
        }
        for match in outcome.shadow {
            matched[match.rule.id, default: 0] += 1
            if match.band != outcome.band { changed[match.rule.id, default: 0] += 1 }
        }
    }

    /// Decisions with and without rules, and what each rule did.
    package var summary: String {
        let total = decided.values.reduce(0, +)
        var out = "\(total) transactions, \(rejected) rejected"
        for (count, name) in [(repeats, "repeats"), (labels, "labels and outcomes"), (leftOut, "left out")]
        where count > 0 {
            out += ", \(count) \(name)"
        }
        out += "\n\n" + column("", 12, left: true)
        out += Band.allCases.map { column($0.rawValue, 11) }.joined()
        for (name, counts) in [("score alone", byScore), ("with rules", decided)] {
            out += "\n" + column(name, 12, left: true) + Band.allCases.map { column("\(counts[$0] ?? 0)", 11) }.joined()
        }
        guard !policy.rules.isEmpty else { return out }
        let width = max(4, policy.rules.map(\.id.count).max() ?? 0)
        out += "\n\n" + column("rule", width, left: true) + "  mode       matched  made the difference"
        for rule in policy.rules {
            out += "\n" + column(rule.id, width, left: true) + "  " + column(rule.mode.rawValue, 6, left: true)
            out += column("\(matched[rule.id] ?? 0)", 12) + column("\(changed[rule.id] ?? 0)", 21)
        }
        return out
    }
}
