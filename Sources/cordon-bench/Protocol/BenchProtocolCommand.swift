import ArgumentParser
import Terminal

/// `cordon-bench protocol`: the scoring protocol alone, three processes over mutual TLS on this machine.
struct BenchProtocolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protocol", abstract: "Measure the scoring protocol alone: three processes over mutual TLS.",
        discussion: """
            Random model and transactions of a shape, some batches under way at once. The three parties' shares of every batch \
            are added up at the end and held against the model in the clear: where one score differs, nothing is reported.
            """)

    @Option(help: "Trees.") var trees = 100
    @Option(help: "Conditions from a tree's root to a leaf.") var depth = 4
    @Option(help: "Thermometer bits a transaction.") var bits = 590
    @Option(help: "Transactions a batch.") var batch = 128
    @Option(help: "Batches under way at once.") var window = 4
    @Option(help: "Seconds.") var seconds = 5.0
    @Option(help: "Steps that scores are rounded to, at most 65; 0 for exact scores.") var steps = 0
    @Option(
        help: ArgumentHelp(
            "The parties' round trip: every byte between them is delayed by half of it.", valueName: "milliseconds"))
    var roundTripMs = 0.0
    @Option(
        help: ArgumentHelp(
            "Run party i in the network namespace NAME-i at 10.77.0.(i+1), as scripts/bench-network.sh makes them.",
            valueName: "name"))
    var namespaces: String?
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    func validate() throws {
        guard (1...65_536).contains(batch), (1...12).contains(window), seconds > 0 else {
            throw ValidationError(
                "a batch is 1 to 65,536 transactions, a window 1 to 12 batches, and seconds are more than none")
        }
        guard steps == 0 || (2...65).contains(steps) else {
            throw ValidationError("scores are rounded to 2 to 65 steps, or to none")
        }
        guard (0...10_000).contains(roundTripMs), namespaces == nil || roundTripMs == 0 else {
            throw ValidationError("a round trip is 0 to 10,000 ms, and none where the namespaces bring their own")
        }
    }

    private var network: ProtocolNetwork {
        namespaces.map { .namespaces($0) } ?? .loopback(roundTrip: .microseconds(Int64(roundTripMs * 1000)))
    }

    func run() throws {
        let shape = ProtocolRun.Shape(trees: trees, depth: depth, bits: bits, batch: batch)
        let figures = try ProtocolRun(
            shape: shape, steps: steps, window: window, seconds: seconds, network: network
        ).figures()
        say(
            """
            \(Int(figures.transactionsPerSecond)) transactions/s: \(trees) trees of depth \(depth) over \(bits) bits, batches \
            of \(batch), three processes over mutual TLS
            a batch p50 \(decimals(figures.batchMilliseconds.p50, 2)) ms, p99 \(decimals(figures.batchMilliseconds.p99, 2)) ms; \
            \(decimals(figures.rounds, 0)) rounds
            \(Int(figures.sentBytesPerTransactionAndParty)) bytes sent and \
            \(decimals(figures.processorMicrosecondsPerTransactionAndParty, 1)) µs of processor time a transaction and party; at \
            most \(figures.peakMegabytes) MB a party
            every score equals the clear model's\(steps == 0 ? "" : ", rounded to \(steps) steps")
            """)
        if let json { try writeFigures(figures, to: json) }
    }
}
