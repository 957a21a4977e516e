import ArgumentParser
import Model
import Records
import Terminal
import ThreeParty

/// What is trained by `cordon-bench training`.
struct TrainingShape: ParsableArguments {
    @Option(help: "Rows that take part.") var rows = 6_600
    @Option(help: "Thermometer bits of a row.") var bits = 590
    @Option(help: "Trees, a whole number of groups.") var trees = 100
    @Option(help: "Trees that grow at once.") var group = 4
    @Option(help: "Candidates of a condition.") var candidates = 32
    @Option(help: "Bits of residuals and leaves after the point.") var fraction = 11
    @Option(help: "Bits of a condition's weights; one less gives twice as many rows room.") var weightBits = 4
    @Flag(help: "Fit a scorecard to the forest, too.") var card = false

    func validate() throws {
        guard (1..<1 << 24).contains(rows), (1...16_384).contains(bits) else {
            throw ValidationError("rows are 1 to 16,777,215, and thermometer bits 1 to 16,384")
        }
    }

    /// The same as another process's arguments.
    var arguments: [String] {
        [
            "--rows", "\(rows)", "--bits", "\(bits)", "--trees", "\(trees)", "--group", "\(group)", "--candidates",
            "\(candidates)", "--fraction", "\(fraction)", "--weight-bits", "\(weightBits)",
        ] + (card ? ["--card"] : [])
    }

    func bench() throws -> TrainingBench {
        try TrainingBench(
            rows: rows, bits: bits,
            rule: TrainingRule(
                trees: trees, group: group, candidates: candidates, fraction: fraction, weightBits: weightBits),
            card: card, seed: 1)
    }
}

/// `cordon-bench training`: training on shares, three processes over mutual TLS.
struct BenchTrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Measure training on shares: three processes over mutual TLS.",
        discussion: """
            Invented rows, shared among three parties. The forest that their shares add up to is held against the reference \
            trainer's on the same rows in the clear: where one condition or leaf differs, nothing is reported.
            """)

    @OptionGroup var shape: TrainingShape
    @OptionGroup var options: PartyOptions

    func run() throws {
        let parties = try options.reports(of: "training-party", shape.arguments) { try shape.bench().threads() }
        let bench = try shape.bench()
        let begin = ContinuousClock.now
        let forest = try bench.trainer.train(bench.columns)
        let clear = (ContinuousClock.now - begin) / .seconds(1)
        guard try bench.opened(parties).trees == forest.trees else {
            throw Failure("the forest that the shares add up to is another than the reference trainer's")
        }
        guard bench.hasCard(parties, of: forest) else {
            throw Failure("the scorecard that the shares add up to is another than the reference trainer's")
        }
        let depth = bench.plan.rule.depth
        let figures = PartyFigures(
            parties.map(\.use), rows: shape.rows, bits: shape.bits, trees: shape.trees, clearSeconds: clear)
        say(
            """
            \(decimals(figures.seconds, 2)) s: \(shape.rows) rows of \(shape.bits) bits, \(shape.trees) trees of depth \(depth), \
            \(shape.group) at once, \(shape.candidates) candidates; three \
            \(options.parties)
            \(figures.costs)
            all \(forest.trees.count * depth) conditions and \(forest.trees.count << depth) leaves\
            \(bench.plan.card.map { " and \($0.bins) points" } ?? "") equal the reference trainer's, which took \(decimals(clear, 2)) s in the clear
            """)
        if let json = options.json { try writeFigures(figures, to: json) }
    }
}
