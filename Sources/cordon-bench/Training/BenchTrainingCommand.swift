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
            "\(candidates)", "--fraction", "\(fraction)",
        ] + (card ? ["--card"] : [])
    }

    func bench() throws -> TrainingBench {
        try TrainingBench(
            rows: rows, bits: bits,
            rule: TrainingRule(trees: trees, group: group, candidates: candidates, fraction: fraction), card: card,
            seed: 1)
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
    @Flag(help: "Threads of this process in the place of processes, without sockets or TLS.") var threads = false
    @Option(
        help: ArgumentHelp(
            "The parties' round trip: every byte between them is delayed by half of it.", valueName: "milliseconds"))
    var roundTripMs = 0.0
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
        /// Of the party with the most; none where parties are threads.
        var peakMegabytesAParty: Int?
        var clearSeconds: Double

        init(_ parties: [TrainingBench.Party], _ shape: TrainingShape, clearSeconds: Double) {
            func mean(_ value: (TrainingBench.Party) -> Double) -> Double {
                parties.map(value).reduce(0, +) / Double(parties.count)
            }
            (rows, bits, trees) = (shape.rows, shape.bits, shape.trees)
            seconds = parties.map(\.seconds).max() ?? 0
            rounds = parties.map(\.rounds).max() ?? 0
            megabytesSentAParty = mean { Double($0.sentBytes) / 1e6 }
            framesAParty = Int(mean { Double($0.frames) })
            processorSecondsAParty = mean(\.processorSeconds)
            peakMegabytesAParty = parties.compactMap(\.peakMegabytes).max()
            self.clearSeconds = clearSeconds
        }
    }

    func validate() throws {
        guard (0...10_000).contains(roundTripMs), !threads || roundTripMs == 0 else {
            throw ValidationError("a round trip is 0 to 10,000 ms, and none between threads")
        }
    }

    func run() throws {
        let parties: [TrainingBench.Party]
        if threads {
            parties = try shape.bench().threads()
        } else {
            let network = ProtocolNetwork.loopback(roundTrip: .microseconds(Int64(roundTripMs * 1000)))
            parties = try PartyProcesses(command: "training-party", network: network).reports(shape.arguments)
        }
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
        let figures = Figures(parties, shape, clearSeconds: clear)
        let memory = figures.peakMegabytesAParty.map { "; at most \($0) MB of memory" } ?? ""
        say(
            """
            \(decimals(figures.seconds, 2)) s: \(shape.rows) rows of \(shape.bits) bits, \(shape.trees) trees of depth \(depth), \
            \(shape.group) at once, \(shape.candidates) candidates; three \
            \(threads ? "parties as threads of one process" : "processes over mutual TLS")
            \(figures.rounds) rounds; \(decimals(figures.megabytesSentAParty, 1)) MB in \(figures.framesAParty) frames and \
            \(decimals(figures.processorSecondsAParty, 2)) s of processor time a party\(memory)
            all \(forest.trees.count * depth) conditions and \(forest.trees.count << depth) leaves\
            \(bench.plan.card.map { " and \($0.bins) points" } ?? "") equal the reference trainer's, which took \(decimals(clear, 2)) s in the clear
            """)
        if let json { try writeFigures(figures, to: json) }
    }
}
