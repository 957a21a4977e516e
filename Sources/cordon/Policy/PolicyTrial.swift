import Formats
import Foundation
import Model
import Policy
import Records
import Terminal

/// `cordon policy try`: a policy on sample records, and what it did to them in all.
struct PolicyTrial {
    private let policy: DecisionPolicy
    private let probability: Double
    /// The policy without one of its live rules.
    private let without: [String: DecisionPolicy]
    private var engine: FeatureEngine
    private var known: [String: Transaction] = [:]
    private var rejected = 0
    private var byScore: [Band: Int] = [:]
    private var decided: [Band: Int] = [:]
    private var matched: [String: Int] = [:]
    private var changed: [String: Int] = [:]

    /// - Parameter probability: of transactions that name none.
    init(_ policy: DecisionPolicy, probability: Double) {
        self.policy = policy
        self.probability = probability
        engine = FeatureEngine(spec: FeatureSpec(name: "policy", features: policy.windows))
        without = Dictionary(
            uniqueKeysWithValues: policy.rules.filter { $0.mode == .live }.map { rule in
                let rest = policy.rules.filter { $0.id != rule.id }
                return (rule.id, DecisionPolicy(bands: policy.bands, rules: rest))
            })
    }

    /// What becomes of a record's transactions. Outcomes and labels go into the windows and give no line.
    mutating func take(_ record: SampleFile.Record, of sample: SampleFile) throws -> [PolicyTrialLine] {
        let own = try ownProbability(record, sample)
        var lines: [PolicyTrialLine] = []
        for part in record.parts {
            let result: PolicyTrialLine.Result
            if let transaction = part.transaction {
                // An agent drops what it knows already.
                if known.updateValue(transaction, forKey: transaction.id) != nil { continue }
                result = decide(transaction, own ?? probability)
            } else if let rejection = part.rejection {
                rejected += 1
                result = .rejected(rejection)
            } else {
                learn(part)
                continue
            }
            lines.append(PolicyTrialLine(file: sample.path, line: record.line, index: part.index, result: result))
        }
        return lines
    }

    /// Takes what tells of a fraud into the windows.
    private mutating func learn(_ part: RecordPart) {
        var verdict = part.verdict
        if let outcome = part.outcome, outcome.tellsFraud {
            verdict = Verdict(transaction: outcome.transaction, fraud: true)
        }
        guard let verdict, let transaction = known[verdict.transaction] else { return }
        engine.confirm(transaction, fraud: verdict.fraud)
    }

    private mutating func decide(_ transaction: Transaction, _ probability: Double) -> PolicyTrialLine.Result {
        let values = zip(policy.windows.map(\.name), engine.observe(transaction))
        let facts = PolicyFacts(
            transaction: transaction, probability: probability, windows: Dictionary(uniqueKeysWithValues: values))
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
    var summary: String {
        let total = decided.values.reduce(0, +)
        var out = "\(total) transactions, \(rejected) rejected\n\n" + column("", 12, left: true)
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
