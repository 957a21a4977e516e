import Policy
import Records
import Support
import Testing

/// Random conditions of which the truth is known, held against the least and greatest of three values (Kleene).
@Suite("Conditions in conditions")
struct ConditionLogicTests {
    /// 0 is false, 1 unknown, 2 true.
    private func leaf(_ value: Int) -> Condition {
        switch value {
        case 0: .text(.customer, ValueSet(texts: ["somebody else"]))
        case 1: .text(.entity(.card), ValueSet(texts: ["x"]))
        default: .text(.customer, ValueSet(texts: ["c1"]))
        }
    }

    private func condition(_ random: inout SplitMix64, depth: Int) -> (Condition, Int) {
        let kind = depth == 0 ? 0 : Int.random(in: 0...3, using: &random)
        if kind == 0 {
            let value = Int.random(in: 0...2, using: &random)
            return (leaf(value), value)
        }
        if kind == 1 {
            let (condition, value) = condition(&random, depth: depth - 1)
            return (.not(condition), 2 - value)
        }
        let parts = (0..<Int.random(in: 0...4, using: &random)).map { _ in condition(&random, depth: depth - 1) }
        return kind == 2
            ? (.all(parts.map(\.0)), parts.map(\.1).min() ?? 2) : (.any(parts.map(\.0)), parts.map(\.1).max() ?? 0)
    }

    private let facts = PolicyFacts(transaction: payment("p", seconds: 0), probability: 0.5)

    @Test("hold as logic of three values says, however deep they are", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SplitMix64(seed)
        var seen: Set<Int> = []
        for _ in 0..<100 {
            let (condition, value) = condition(&random, depth: 5)
            #expect(condition.holds(facts) == [false, nil, true][value])
            seen.insert(value)
            let rule = PolicyRule(id: "r", mode: .live, reason: "", condition: condition, effect: .set(.review))
            #expect(rule.matches(facts) == (value == 2))
        }
        #expect(seen == [0, 1, 2])
    }

    @Test("of nothing: all of no conditions hold, and none of any")
    func empty() {
        #expect(Condition.all([]).holds(facts) == true && Condition.any([]).holds(facts) == false)
        #expect(Condition.not(.all([])).holds(facts) == false && Condition.not(.any([])).holds(facts) == true)
    }

    @Test("do not depend on their order", arguments: 1...10 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed)
        let parts = (0..<6).map { _ in condition(&random, depth: 2).0 }
        for _ in 0..<10 {
            let shuffled = parts.shuffled(using: &random)
            #expect(Condition.all(shuffled).holds(facts) == Condition.all(parts).holds(facts))
            #expect(Condition.any(shuffled).holds(facts) == Condition.any(parts).holds(facts))
        }
    }

    @Test("turn into each other by negation (De Morgan)", arguments: 1...10 as ClosedRange<UInt64>)
    func negation(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<50 {
            let parts = (0..<3).map { _ in condition(&random, depth: 2).0 }
            let negated = parts.map { Condition.not($0) }
            #expect(Condition.not(.all(parts)).holds(facts) == Condition.any(negated).holds(facts))
            #expect(Condition.not(.any(parts)).holds(facts) == Condition.all(negated).holds(facts))
        }
    }

    @Test("a window is known where it was computed, whatever it came to", arguments: [0, -1, 1e18, 0.5])
    func windows(value: Double) throws {
        let limits = try #require(Limits(lower: .inclusive(value), upper: .inclusive(value)))
        var facts = facts
        #expect(Condition.window("w", limits).holds(facts) == nil)
        facts.windows = ["w": value, "v": value + 1]
        #expect(Condition.window("w", limits).holds(facts) == true)
        #expect(Condition.window("v", limits).holds(facts) == (value + 1 == value))
        #expect(Condition.window("W", limits).holds(facts) == nil)
    }

    @Test("an address is unknown where the transaction has none, or one that is none")
    func addresses() {
        var networks = NetworkSet()
        let isTaken = networks.insert("192.0.2.0/24")
        #expect(isTaken)
        var facts = facts
        for (address, holds) in [
            ("192.0.2.9", true), ("192.0.3.9", false), ("::ffff:192.0.2.9", true), ("2001:db8::1", false), ("", nil),
            ("192.0.2.9/32", nil), ("unknown", nil),
        ] as [(String, Bool?)] {
            facts.transaction.entities[.ip] = address
            #expect(Condition.address(networks).holds(facts) == holds, "\(address)")
            #expect(Condition.not(.address(networks)).holds(facts) == holds.map { !$0 })
        }
    }
}
