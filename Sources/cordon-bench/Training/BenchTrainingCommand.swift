import ArgumentParser
import Model
import Records
import Terminal

/// `cordon-bench training`: training on shares, three parties as threads of one process.
struct BenchTrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Measure training on shares: three parties as threads of one process.",
        discussion: """
            Invented rows, shared among three threads that hand each other frames, without sockets. The forest that their \
            shares add up to is held against the reference trainer's on the same rows in the clear: where one condition or leaf \
            differs, nothing is reported.
            """)

    @Option(help: "Rows that take part.") var rows = 6_600
    @Option(help: "Thermometer bits of a row.") var bits = 590
    @Option(help: "Trees, a whole number of groups.") var trees = 100
    @Option(help: "Trees that grow at once.") var group = 4
    @Option(help: "Candidates of a condition.") var candidates = 32
    @Option(help: "Bits of residuals and leaves after the point.") var fraction = 11
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    private struct Figures: Encodable {
        var rows: Int
        var bits: Int
        var trees: Int
        var seconds: Double
        var rounds: Int
        var megabytesSentAParty: Double
        var framesAParty: Int
        var processorSecondsAParty: Double
        var clearSeconds: Double
    }

    func validate() throws {
        guard (1..<1 << 24).contains(rows), (1...16_384).contains(bits) else {
            throw ValidationError("rows are 1 to 16,777,215, and thermometer bits 1 to 16,384")
        }
    }

    func run() throws {
        let rule = try TrainingRule(trees: trees, group: group, candidates: candidates, fraction: fraction)
        let bench = try TrainingBench(rows: rows, bits: bits, rule: rule, seed: 1)
        let (parties, seconds) = try bench.run()
        let models = parties.compactMap(\.model)
        guard models.count == 3 else { throw Failure("a party ended without a model") }
        let clock = ContinuousClock()
        let begin = clock.now
        let forest = try bench.trainer.train(bench.columns)
        let clear = (clock.now - begin) / .seconds(1)
        let opened = try bench.opened(models)
        guard opened.trees == forest.trees else {
            throw Failure("the forest that the shares add up to is another than the reference trainer's")
        }
        let figures = Figures(
            rows: rows, bits: bits, trees: trees, seconds: seconds, rounds: parties[0].rounds,
            megabytesSentAParty: Double(parties.reduce(0) { $0 + $1.sentBytes }) / 3e6,
            framesAParty: parties.reduce(0) { $0 + $1.frames } / 3,
            processorSecondsAParty: parties.reduce(0) { $0 + $1.processorSeconds } / 3, clearSeconds: clear)
        say(
            """
            \(decimals(seconds, 2)) s: \(rows) rows of \(bits) bits, \(trees) trees of depth \(rule.depth), \(group) at once, \
            \(candidates) candidates; three parties as threads of one process
            \(figures.rounds) rounds; \(decimals(figures.megabytesSentAParty, 1)) MB in \(figures.framesAParty) frames and \
            \(decimals(figures.processorSecondsAParty, 2)) s of processor time a party
            all \(forest.trees.count * rule.depth) conditions and \(forest.trees.count << rule.depth) leaves equal the \
            reference trainer's, which took \(decimals(clear, 2)) s in the clear
            """)
        if let json { try writeFigures(figures, to: json) }
    }
}
