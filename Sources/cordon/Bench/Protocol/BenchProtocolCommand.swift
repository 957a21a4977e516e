import ArgumentParser
import Configuration
import Foundation
import Keys
import Records
import ThreeParty

/// `cordon bench protocol`: the scoring protocol alone, three processes over mutual TLS on this machine.
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
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    struct Figures: Codable {
        var transactionsPerSecond: Double
        var batchMilliseconds: BenchLogCommand.Figures.Latency
        var sentBytesPerTransactionAndParty: Double
        var processorMicrosecondsPerTransactionAndParty: Double
        var rounds: Double
        var peakMegabytes: Int
        var equalToClear: Bool
    }

    func validate() throws {
        guard (1...65_536).contains(batch), (1...12).contains(window), seconds > 0 else {
            throw ValidationError(
                "a batch is 1 to 65,536 transactions, a window 1 to 12 batches, and seconds are more than none")
        }
    }

    func run() throws {
        let cell = try BenchCell(bits: bits, trees: trees, depth: depth, batch: batch, seed: 1)
        let folder = benchFolder("protocol")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let reports = try measure(folder)
        guard Set(reports.map(\.batches)).count == 1, let batches = reports.first?.batches, batches > 0 else {
            throw Failure("the parties did not finish the same batches: \(reports.map(\.batches))")
        }
        try compare(reports, cell, batches)
        try report(reports, transactions: batches * batch)
    }

    private func measure(_ folder: String) throws -> [BenchPartyCommand.Report] {
        let ports = try freePorts(3)
        let file = folder + "/consortium.yaml"
        let parties = PartyID.allCases.map { "  - { name: \($0), host: 127.0.0.1, port: \(ports[$0.rawValue]) }\n" }
        try writeFile(
            Array(("consortium: bench\nepoch: 1\nparties:\n" + parties.joined() + "members: [bank-a]\n").utf8), to: file
        )
        _ = try DevelopmentKeys(directory: folder + "/keys").make(ConsortiumPlan(file: file))
        let processes = try PartyID.allCases.map { party in
            let (process, output) = (Process(), Pipe())
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = [
                "bench", "party", "--party", party.name, "--keys", folder + "/keys", "--bits", "\(bits)", "--trees",
                "\(trees)", "--depth", "\(depth)", "--batch", "\(batch)", "--window", "\(window)", "--seconds",
                "\(seconds)",
            ]
            process.standardOutput = output
            try process.run()
            return (process: process, output: output)
        }
        return try processes.map { process, output in
            let said = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failure("a party ended early") }
            return try JSONDecoder().decode(BenchPartyCommand.Report.self, from: said)
        }
    }

    /// Every score of every batch, at once: shares add up to as many times the clear score.
    private func compare(_ reports: [BenchPartyCommand.Report], _ cell: BenchCell, _ batches: Int) throws {
        let mask: UInt64 = cell.shape.ringBits == 16 ? 0xFFFF : 0xFFFF_FFFF
        for (index, score) in cell.scores.enumerated() {
            let opened = reports.reduce(0 as UInt64) { $0 &+ $1.sums[index] } & mask
            guard opened == (UInt64(bitPattern: score) &* UInt64(batches)) & mask else {
                throw Failure("a score differs from the clear model's: nothing is reported")
            }
        }
    }

    private func report(_ reports: [BenchPartyCommand.Report], transactions: Int) throws {
        let leader = reports[PartyID.zero.rawValue]
        func mean(_ value: (BenchPartyCommand.Report) -> Double) -> Double {
            reports.map(value).reduce(0, +) / Double(reports.count * transactions)
        }
        let times = leader.milliseconds
        let figures = Figures(
            transactionsPerSecond: Double(transactions) / leader.seconds,
            batchMilliseconds: .init(
                p50: percentile(times, 0.5) ?? 0, p99: percentile(times, 0.99) ?? 0,
                p999: percentile(times, 0.999) ?? 0,
                max: times.last ?? 0),
            sentBytesPerTransactionAndParty: mean { Double($0.sentBytes) },
            processorMicrosecondsPerTransactionAndParty: mean { $0.processorSeconds * 1_000_000 },
            rounds: Double(leader.rounds) / Double(leader.batches),
            peakMegabytes: reports.map(\.peakMegabytes).max() ?? 0, equalToClear: true)
        say(
            """
            \(Int(figures.transactionsPerSecond)) transactions/s: \(trees) trees of depth \(depth) over \(bits) bits, batches \
            of \(batch), three processes over mutual TLS
            a batch p50 \(decimals(figures.batchMilliseconds.p50, 2)) ms, p99 \(decimals(figures.batchMilliseconds.p99, 2)) ms; \
            \(decimals(figures.rounds, 0)) rounds
            \(Int(figures.sentBytesPerTransactionAndParty)) bytes sent and \
            \(decimals(figures.processorMicrosecondsPerTransactionAndParty, 1)) µs of processor time a transaction and party; at \
            most \(figures.peakMegabytes) MB a party
            all \(transactions) scores equal the clear model's
            """)
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try writeFile(Array(try encoder.encode(figures)), to: json)
    }
}
