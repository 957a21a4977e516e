import ArgumentParser
import Evaluation
import Foundation
import Model
import Terminal
import Worlds

/// `cordon-bench extract`: how many of its own transactions a member needs to compute the secret model from their scores.
struct BenchExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Compute a model from the scores that a member gets; count the questions.",
        discussion: """
            The attack asks for scores of inputs that a modified agent can make up: one bin a feature, also of those \
            that the parties count. With budgets it says how many days that takes, and what is known after the first. \
            Then only the calibration's steps are told: the same attack, and one that learns a copy from answers to random \
            inputs. The same seed asks the same questions.
            """)

    @Option(help: "A model as `cordon model train` writes it; else a random forest of the handbook model's size.")
    var model: String?

    @Option(help: "Of the random forest, and of the inputs that are tried.")
    var seed: UInt64 = 1

    @Option(help: "Transactions that are scored in a day; may be given several times.")
    var budget: [Int] = [1000, 10_000, 1_000_000]

    @Option(help: "Questions after which the attack gives up where steps are told.")
    var patience = 100_000

    @Option(help: "Steps of the random forest's calibration.")
    var steps = 64

    @Option(help: "Questions that a copy is learnt from where steps are told; may be given several times.")
    var learn: [Int] = [1000, 10_000, 100_000]

    @Option(help: "Trees of that copy.")
    var trees = 400

    private static let fresh = 5000

    func run() throws {
        let target = try target()
        let bits = target.levels.reduce(0, +)
        say("\(target.levels.count) features of \(bits) bits, trees of depth \(target.depth)")
        let (free, right) = attack(target, limit: .max, target.exact)
        say("no limit: \(free.needed) questions, and \(free.queries - free.needed) to be sure of it; \(right)")
        for budget in budget {
            let days = (free.needed + budget - 1) / budget
            let (_, right) = attack(target, limit: budget, target.exact)
            say("budget of \(budget) a day: \(days) days; after the first, \(right)")
        }
        guard !target.thresholds.isEmpty else { return }
        let (coarse, coarseRight) = attack(target, limit: patience, target.rounded)
        let end = coarse.isFinished ? "" : "given up after "
        say("scores rounded to \(target.thresholds.count + 1) steps: \(end)\(coarse.queries) questions; \(coarseRight)")
        for count in learn { say(copy(target, of: count)) }
    }

    /// What a copy that is learnt from random inputs says of inputs that it has not seen.
    private func copy(_ target: ExtractionTarget, of count: Int) -> String {
        var random = SeededRandom(seed: seed, stream: 3)
        func inputs(_ count: Int, _ random: inout SeededRandom) -> [[Int]] {
            (0..<count).map { _ in target.levels.map { Int.random(in: 0...$0, using: &random) } }
        }
        let asked = inputs(count, &random)
        var copy = StepSurrogate(levels: target.levels, depth: target.depth, thresholds: target.thresholds)
        copy.learn(asked, steps: asked.map(target.step), trees: trees)
        var fresh = SeededRandom(seed: seed, stream: 2)
        let told = inputs(Self.fresh, &fresh).map { (copy.step($0), target.step($0)) }
        let usual = Dictionary(grouping: told, by: \.1).values.map(\.count).max() ?? 0
        return
            "a copy of \(count) random inputs: of \(Self.fresh) fresh ones \(told.count { $0 == $1 }) have the right step, "
            + "\(told.count { abs($0 - $1) <= 1 }) one next to it or that; the most frequent one would be right for \(usual)"
    }

    private func target() throws -> ExtractionTarget {
        guard let model else { return try ExtractionTarget(seed: seed, steps: steps) }
        return ExtractionTarget(try ClearModel(json: Array(Data(contentsOf: URL(fileURLWithPath: model)))))
    }

    /// The attack, and what it comes to on inputs that it has not seen.
    private func attack(
        _ target: ExtractionTarget, limit: Int, _ score: @escaping ([Int]) -> Int64
    ) -> (ForestExtraction, String) {
        var random = SeededRandom(seed: seed, stream: 1)
        var extraction = ForestExtraction(levels: target.levels, depth: target.depth, limit: limit, score: score)
        extraction.run(using: &random)
        var fresh = SeededRandom(seed: seed, stream: 2)
        let right = (0..<Self.fresh).count { _ in
            let input = target.levels.map { Int.random(in: 0...$0, using: &fresh) }
            return extraction.predict(input) == score(input)
        }
        return (extraction, "\(right) of \(Self.fresh) fresh inputs predicted exactly")
    }
}
