import Evaluation
import Model
import Records
import Testing

@Suite("A study of poisoned labels")
struct PoisoningStudyTests {
    private struct Silent: ProgressDisplay {
        func show(_ state: @autoclosure () -> String) {}
        func done(_ result: String) {}
    }

    private let spec = FeatureSpec(
        name: "s", features: [Feature(name: "amount", kind: .amount), Feature(name: "night", kind: .night)])

    /// Of each hundred payments bank a has 60, b 30 and c 10. Those of a large amount are frauds, mostly.
    private func transactions(frauds: Bool = true) throws -> [LabelledTransaction] {
        var random = SeededNumbers(7)
        let members = try ["a", "b", "c"].map(member)
        return (0..<1_200).map { index in
            let amount = Int64.random(in: 1...1_000, using: &random)
            let fraud = frauds && Int.random(in: 0..<100, using: &random) < (amount > 850 ? 80 : 2)
            let time = EventTime(seconds: Int64(index) * EventTime.day / 100)
            return LabelledTransaction(
                member: members[index % 10 < 6 ? 0 : index % 10 < 9 ? 1 : 2],
                transaction: Transaction(
                    id: "\(index)", time: time, customer: "\(index)", terminal: "t", amount: MinorUnits(amount * 100)),
                fraud: fraud, scenario: 0)
        }
    }

    private func study(_ transactions: [LabelledTransaction]) throws -> PoisoningStudy {
        let rows = computeFeatures(transactions, spec, progress: { _ in Silent() }, where: { _ in true })
        return try PoisoningStudy(
            transactions, train: 0...5, test: 6...11, rows: rows,
            bins: BinnedSpec(fitting: spec, to: rows.map(\.values)), rule: TrainingRule(trees: 20, candidates: 8),
            coin: TrainingCoin(seed: 1), progress: { _ in Silent() })
    }

    @Test("tells of each member's every attack what it costs the others, with and without caps")
    func attacks() throws {
        let transactions = try transactions()
        let outcomes = try study(transactions).outcomes
        #expect(
            outcomes.map(\.attack) == PoisoningStudy.Attack.allCases + PoisoningStudy.Attack.allCases
                + PoisoningStudy.Attack.allCases)
        func outcome(_ name: String, _ attack: PoisoningStudy.Attack) throws -> PoisoningStudy.Outcome {
            let member = try member(name)
            return try #require(outcomes.first { $0.member == member && $0.attack == attack })
        }
        // Bank a has more frauds than half of the others'.
        let all = transactions.prefix(600).count { $0.fraud && $0.member.name == "a" }
        #expect(try outcome("a", .honest).claimed == all && outcome("a", .honest).isOverCap)
        for name in ["b", "c"] {
            let honest = try outcome(name, .honest)
            #expect(!honest.isOverCap && honest.claimed > 0)
            #expect(try #require(honest.uncapped) > 0.6)
            #expect(try outcome(name, .leftOut).claimed == 0 && outcome(name, .hidesFrauds).claimed == 0)
        }
        #expect(try outcome("b", .flipsTwentieth).claimed > outcome("b", .honest).claimed)
        // Of all its rows the opposite: the cap leaves a member out, and the others get what they have without it.
        for name in ["a", "b", "c"] {
            let flipped = try outcome(name, .flipsAll)
            #expect(try flipped.isOverCap && flipped.capped == outcome(name, .leftOut).capped)
        }
        let (flipped, without) = try (outcome("a", .flipsAll), outcome("a", .leftOut))
        #expect(try #require(flipped.uncapped) < #require(without.uncapped) - 0.1)
    }

    @Test("refuses training days without a fraud")
    func noFraud() throws {
        #expect(throws: TrainingError.noFraud) { try study(transactions(frauds: false)) }
    }
}
