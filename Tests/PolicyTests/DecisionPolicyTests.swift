import Policy
import Records
import Support
import Testing

/// A rule that matches transactions of a customer.
private func rule(
    _ id: String, _ effect: PolicyRule.Effect, customer: String = "c1", mode: PolicyRule.Mode = .live
) -> PolicyRule {
    PolicyRule(
        id: id, mode: mode, reason: "because of \(id)", condition: .text(.customer, ValueSet(texts: [customer])),
        effect: effect)
}

private func policy(_ rules: [PolicyRule]) throws -> DecisionPolicy {
    DecisionPolicy(bands: try ScoreBands(challenge: 0.2, review: 0.4, decline: 0.8), rules: rules)
}

private func facts(_ probability: Double) -> PolicyFacts {
    PolicyFacts(transaction: payment("p", seconds: 0), probability: probability)
}

@Suite("A policy's rules")
struct DecisionPolicyTests {
    @Test(
        "raise and set the score's band: a rule that declines wins, then the first that sets, then the most severe",
        arguments: [
            ([], 0.5, Band.review),
            ([.atLeast(.challenge)], 0.1, .challenge), ([.atLeast(.challenge)], 0.5, .review),
            ([.atLeast(.challenge), .atLeast(.review)], 0.1, .review),
            ([.atLeast(.review), .atLeast(.challenge)], 0.1, .review),
            ([.set(.approve)], 0.5, .approve), ([.set(.approve)], 0.9, .approve), ([.set(.challenge)], 0.9, .challenge),
            ([.set(.review)], 0.1, .review), ([.set(.approve), .set(.review)], 0.5, .approve),
            ([.set(.review), .set(.approve)], 0.1, .review), ([.atLeast(.review), .set(.approve)], 0.1, .approve),
            ([.set(.approve), .atLeast(.review)], 0.9, .approve), ([.atLeast(.decline)], 0.1, .decline),
            ([.set(.decline)], 0.1, .decline), ([.set(.approve), .set(.decline)], 0.1, .decline),
            ([.set(.approve), .atLeast(.decline)], 0.1, .decline),
            ([.atLeast(.decline), .set(.approve)], 0.9, .decline),
        ] as [([PolicyRule.Effect], Double, Band)])
    func precedence(effects: [PolicyRule.Effect], probability: Double, band: Band) throws {
        let rules = effects.enumerated().map { rule("r\($0.offset)", $0.element) }
        // Rules that don't match count for nothing, wherever they stand.
        let others = [rule("x", .set(.decline), customer: "c2"), rule("y", .set(.approve), customer: "c2")]
        for rules in [rules, others + rules, rules + others] {
            let outcome = try policy(rules).decide(facts(probability))
            #expect(outcome.band == band)
            #expect(try outcome.scoreBand == policy([]).decide(facts(probability)).band)
            #expect(outcome.rules.map(\.id) == effects.indices.map { "r\($0)" })
            #expect(outcome.shadow.isEmpty)
        }
    }

    @Test("in shadow say what would have been decided with each alone, in its place among the live ones")
    func shadow() throws {
        let rules = [
            rule("a", .set(.approve), mode: .shadow), rule("b", .set(.challenge)),
            rule("c", .set(.approve), mode: .shadow), rule("d", .atLeast(.decline), mode: .shadow),
            rule("e", .atLeast(.review), customer: "c2", mode: .shadow),
        ]
        let outcome = try policy(rules).decide(facts(0.5))
        #expect(outcome.scoreBand == .review && outcome.band == .challenge)
        #expect(outcome.rules.map(\.id) == ["b"])
        #expect(outcome.shadow.map(\.rule.id) == ["a", "c", "d"])
        #expect(outcome.shadow.map(\.band) == [.approve, .challenge, .decline])
    }

    @Test("in shadow never change what is decided, whatever they are", arguments: 1...20 as ClosedRange<UInt64>)
    func shadowChangesNothing(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        for _ in 0..<100 {
            let rules = (0..<Int.random(in: 0...8, using: &generator)).map { index in
                let band = Band.allCases.randomElement(using: &generator)!
                return rule(
                    "r\(index)", Bool.random(using: &generator) ? .set(band) : .atLeast(band),
                    customer: Bool.random(using: &generator) ? "c1" : "c2",
                    mode: Bool.random(using: &generator) ? .live : .shadow)
            }
            let facts = facts(Double.random(in: 0...1, using: &generator))
            let outcome = try policy(rules).decide(facts)
            let live = try policy(rules.filter { $0.mode == .live }).decide(facts)
            #expect(outcome.band == live.band && outcome.rules == live.rules)
            // And what each would have done is what it does once it is live.
            for match in outcome.shadow {
                let promoted = rules.map { rule in
                    var rule = rule
                    if rule.id == match.rule.id { rule.mode = .live }
                    return rule
                }
                #expect(try policy(promoted).decide(facts).band == match.band)
            }
        }
    }

    @Test("are moot after an earlier one on the same transactions where they can change nothing")
    func moot() {
        let bands = Band.allCases
        let effects = bands.map { PolicyRule.Effect.set($0) } + bands.map { .atLeast($0) }
        for first in effects {
            for second in effects {
                let (a, b) = (rule("a", first), rule("b", second))
                let changes = [0.1, 0.3, 0.5, 0.9].contains { probability in
                    (try? policy([a, b]).decide(facts(probability)).band)
                        != (try? policy([a]).decide(facts(probability)).band)
                }
                // Whatever is called moot changes nothing; the converse need not hold.
                if b.isMoot(after: a) { #expect(!changes, "\(first) \(second)") }
                if a.effect.band != .decline, b.effect.band == .decline { #expect(!b.isMoot(after: a)) }
            }
        }
        #expect(rule("b", .set(.review)).isMoot(after: rule("a", .set(.approve))))
        #expect(rule("b", .atLeast(.challenge)).isMoot(after: rule("a", .atLeast(.review))))
    }
}
