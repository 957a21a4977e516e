import ArgumentParser
import Terminal
import ThreeParty

/// What is validated by `cordon-bench validation`.
struct ValidationShape: ParsableArguments {
    @Option(help: "Rows of the window.") var rows = 60_000
    @Option(help: "Thermometer bits of a row.") var bits = 324
    @Option(help: "Models on the same rows, 1 or 2.") var models = 2
    @Option(help: "Trees of a model.") var trees = 100
    @Option(help: "Conditions of a tree.") var depth = 4
    @Option(help: "Bins of a histogram.") var bins = 200
    @Option(help: "Members, whose rows come in turn.") var members = 3

    func validate() throws {
        guard (100..<1 << 24).contains(rows), (1...16_384).contains(bits), (1...2).contains(models) else {
            throw ValidationError("rows are 100 to 16,777,215, thermometer bits 1 to 16,384, and models 1 or 2")
        }
        guard (2...1_025).contains(bins), (1...500).contains(members) else {
            throw ValidationError("bins are 2 to 1,025, and members 1 to 500")
        }
    }

    /// The same as another process's arguments.
    var arguments: [String] {
        [
            "--rows", "\(rows)", "--bits", "\(bits)", "--models", "\(models)", "--trees", "\(trees)", "--depth",
            "\(depth)", "--bins", "\(bins)", "--members", "\(members)",
        ]
    }

    func bench() throws -> ValidationBench {
        try ValidationBench(
            rows: rows, bits: bits, trees: trees, depth: depth, models: models, bins: bins, members: members, seed: 1)
    }
}

/// `cordon-bench validation`: models are validated on shares, three processes over mutual TLS.
struct BenchValidationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validation",
        abstract: "Measure the validation of models on shares: three processes over mutual TLS.",
        discussion: """
            Invented rows and random models, shared among three parties. The histograms that they open, and those that each member \
            adds up, are held against a count in the clear: where one bin differs, nothing is reported.
            """)

    @OptionGroup var shape: ValidationShape
    @OptionGroup var options: PartyOptions

    func run() throws {
        let parties = try options.reports(of: "validation-party", shape.arguments) { try shape.bench().threads() }
        var figures = PartyFigures(
            parties.map(\.use), rows: shape.rows, bits: shape.bits, trees: shape.trees,
            clearSeconds: try shape.bench().check(parties))
        (figures.models, figures.bins) = (shape.models, shape.bins)
        say(
            """
            \(decimals(figures.seconds, 2)) s: \(shape.rows) rows of \(shape.bits) bits and \(shape.members) members, \
            \(shape.models) models of \(shape.trees) trees of depth \(shape.depth), \(shape.bins) bins; three \
            \(options.parties)
            \(figures.costs)
            all \(shape.models * shape.bins) bins of both classes, and each member's own, equal the count in the clear, \
            which took \(decimals(figures.clearSeconds, 2)) s
            """)
        if let json = options.json { try writeFigures(figures, to: json) }
    }
}
