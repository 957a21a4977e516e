import Evaluation
import Model
import Records
import Synchronization
import Testing

/// What a command would show: every line begun, its states and its end.
private final class ShownProgress: Sendable {
    let lines = Mutex<[String]>([])

    private struct Line: ProgressDisplay {
        let shown: ShownProgress
        let name: String

        func show(_ state: @autoclosure () -> String) {
            let state = state()
            shown.lines.withLock { $0.append("\(name) … \(state)") }
        }
        func done(_ result: String) { shown.lines.withLock { $0.append("\(name): \(result)") } }
    }

    var factory: ProgressFactory { { Line(shown: self, name: $0) } }
    var all: [String] { lines.withLock { $0 } }
}

@Suite("Training and scoring in the clear, for studies")
struct ModelTrainingTests {
    private let spec = FeatureSpec(
        name: "s", features: [Feature(name: "amount", kind: .amount), Feature(name: "night", kind: .night)])

    /// Ten a day over ten days; those of a large amount are frauds.
    private func transactions(frauds: Bool = true) throws -> [LabelledTransaction] {
        var random = SeededNumbers(3)
        let bank = try member("bank")
        return (0..<100).map { index in
            let amount = Int64.random(in: 1...1_000, using: &random)
            return LabelledTransaction(
                member: bank,
                transaction: Transaction(
                    id: "\(index)", time: EventTime(seconds: Int64(index) * EventTime.day / 10),
                    customer: "\(index % 7)",
                    terminal: "t", amount: MinorUnits(amount * 100)),
                fraud: frauds && amount > 700, scenario: 0)
        }
    }

    private func rows(
        _ transactions: [LabelledTransaction], _ shown: ShownProgress = ShownProgress(),
        where wanted: (Int) -> Bool = { _ in true }
    ) -> [FeatureRow] {
        computeFeatures(transactions, spec, progress: shown.factory, where: wanted)
    }

    private func model(
        _ rows: [FeatureRow], _ transactions: [LabelledTransaction], bins: BinnedSpec? = nil, trees: Int = 6,
        _ shown: ShownProgress = ShownProgress()
    ) throws -> ClearModel {
        var options = TrainingOptions()
        (options.trees, options.depth) = (trees, 2)
        return try trainModel(
            version: "v1", spec: spec, bins: bins, by: .gains(options), rows: rows,
            transactions: transactions, progress: shown.factory)
    }

    @Test("features of some days are those of all days, with the others left out")
    func wanted() throws {
        let transactions = try transactions()
        let all = rows(transactions)
        #expect(all.map(\.index) == Array(0..<100))
        for days in [0...0, 3...5, 9...9, 20...30] {
            let some = rows(transactions) { days.contains($0) }
            let expected = all.filter { days.contains(transactions[$0.index].transaction.time.dayNumber) }
            #expect(some.map(\.index) == expected.map(\.index) && some.map(\.values) == expected.map(\.values))
        }
    }

    @Test("each says how far it is, and once what it came to")
    func progress() throws {
        let transactions = try transactions()
        let shown = ShownProgress()
        let rows = rows(transactions, shown) { $0 < 4 }
        #expect(shown.all.last == "computing features: 40 transactions, 2 features each")
        _ = try model(rows, transactions, trees: 3, shown)
        let training = shown.all.filter { $0.hasPrefix("training") }
        let frauds = transactions[..<40].count { $0.fraud }
        #expect(training.dropLast().last == "training … 3 of 3 trees")
        #expect(training.last?.hasPrefix("training: 3 trees of depth 2 on 40 transactions, \(frauds) frauds") == true)
        #expect(shown.all.count { $0.contains(": ") } == 2)
    }

    @Test("without a fraud among the rows there is no model, and the error says why")
    func noFraud() throws {
        let honest = try transactions(frauds: false)
        let mixed = try transactions()
        #expect(throws: TrainingError.noFraud) { try model(rows(honest), honest) }
        #expect(throws: TrainingError.noFraud) { try model([], mixed) }
        let legitimate = rows(mixed).filter { !mixed[$0.index].fraud }
        #expect(throws: TrainingError.noFraud) { try model(legitimate, mixed) }
        #expect("\(TrainingError.noFraud)".contains("no fraud"))
    }

    @Test("a row's outcome is that of its own transaction, in whatever part of them the rows are")
    func outcome() throws {
        let transactions = try transactions()
        let late = rows(transactions) { $0 >= 5 }
        // The same days by themselves: indices begin anew, outcomes go with them.
        let moved = Array(transactions[50...])
        let bins = try BinnedSpec(fitting: spec, to: late.map(\.values))
        let one = try model(late, transactions, bins: bins)
        let other = try model(rows(moved), moved, bins: bins)
        #expect(rows(transactions).allSatisfy { one.score(values: $0.values) == other.score(values: $0.values) })
        // By the outcomes of other rows it is another one.
        let wrong = late.map { row in
            var wrong = row
            wrong.index -= 50
            return wrong
        }
        let third = try model(wrong, transactions, bins: bins)
        #expect(rows(transactions).contains { one.score(values: $0.values) != third.score(values: $0.values) })
    }

    @Test("the bins that are given are the model's; without any they are learnt from the rows")
    func bins() throws {
        let transactions = try transactions()
        let (all, few) = (rows(transactions), rows(transactions) { $0 < 3 })
        let published = try BinnedSpec(fitting: spec, to: all.map(\.values))
        #expect(try model(few, transactions, bins: published).binned.edges == published.edges)
        #expect(try model(all, transactions).binned.edges == published.edges)
        #expect(try model(few, transactions).binned.edges != published.edges)
    }

    @Test("scores are the leaves' sums in whole numbers over their unit, by the row's place, of the given rows alone")
    func scored() throws {
        let transactions = try transactions()
        let all = rows(transactions)
        let model = try model(all, transactions)
        let unit = Double(1 << model.forest.fractionBits)
        let some = all.filter { $0.index % 3 == 1 }
        let scores = scores(of: some, by: model)
        #expect(Set(scores.keys) == Set(some.map(\.index)))
        for row in some { #expect(scores[row.index].map { $0 * unit } == Double(model.score(values: row.values))) }
        // What it was trained on it knows: the highest scores are frauds'.
        let highest = try #require(self.highest(scores))
        #expect(transactions[highest].fraud)
    }

    private func highest(_ scores: [Int: Double]) -> Int? {
        scores.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
