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
    @Flag(help: "Threads of this process in the place of processes, without sockets or TLS.") var threads = false
    @Option(
        help: ArgumentHelp(
            "The parties' round trip: every byte between them is delayed by half of it.", valueName: "milliseconds"))
    var roundTripMs = 0.0
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    private struct Figures: Encodable {
        var rows: Int
        var bits: Int
        var models: Int
        var trees: Int
        var bins: Int
        var seconds: Double
        var rounds: Int
        var megabytesSentAParty: Double
        var framesAParty: Int
        var processorSecondsAParty: Double
        /// Of the party with the most; none where parties are threads.
        var peakMegabytesAParty: Int?
        var clearSeconds: Double

        init(_ parties: [ValidationBench.Party], _ shape: ValidationShape, clearSeconds: Double) {
            func mean(_ value: (ValidationBench.Party) -> Double) -> Double {
                parties.map(value).reduce(0, +) / Double(parties.count)
            }
            (rows, bits, models, trees, bins) = (shape.rows, shape.bits, shape.models, shape.trees, shape.bins)
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
        let parties: [ValidationBench.Party]
        if threads {
            parties = try shape.bench().threads()
        } else {
            let network = ProtocolNetwork.loopback(roundTrip: .microseconds(Int64(roundTripMs * 1000)))
            parties = try PartyProcesses(command: "validation-party", network: network).reports(shape.arguments)
        }
        let figures = Figures(parties, shape, clearSeconds: try shape.bench().check(parties))
        let memory = figures.peakMegabytesAParty.map { "; at most \($0) MB of memory" } ?? ""
        say(
            """
            \(decimals(figures.seconds, 2)) s: \(shape.rows) rows of \(shape.bits) bits and \(shape.members) members, \
            \(shape.models) models of \(shape.trees) trees of depth \(shape.depth), \(shape.bins) bins; three \
            \(threads ? "parties as threads of one process" : "processes over mutual TLS")
            \(figures.rounds) rounds; \(decimals(figures.megabytesSentAParty, 1)) MB in \(figures.framesAParty) frames and \
            \(decimals(figures.processorSecondsAParty, 2)) s of processor time a party\(memory)
            all \(shape.models * shape.bins) bins of both classes, and each member's own, equal the count in the clear, \
            which took \(decimals(figures.clearSeconds, 2)) s
            """)
        if let json { try writeFigures(figures, to: json) }
    }
}
