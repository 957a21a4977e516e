import ArgumentParser
import EventLogs
import Foundation
import Ingest
import LocalConsortium
import LocalStore
import Model
import PipelineFiles
import Records
import Terminal

/// `cordon-bench state`: what an agent's memory and restart cost with millions of customers and known ids.
struct BenchStateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Measure an agent's memory and restart with millions of known ids.",
        discussion: """
            Fills windows and known ids as a history would (customer, terminal and payee of each transaction, over 60 days), \
            then reads the state back as a restart does, in a process of its own.
            """)

    @Option(help: "Customers, and as many terminals and payees as a tenth of them.")
    var customers = 1_000_000

    @Option(help: "Transactions, each with an id that stays known.")
    var known = 10_000_000

    @Option(help: .hidden)
    var read: String?

    func run() throws {
        let topic = TopicPartition("bank-a.transactions")
        let spec = try readFeatureSpec(file: "pipelines/features/payments.yaml")
        if let read { return try restart(read, topic, spec) }
        let folder = benchFolder("state")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let progress = Progress("filling")
        let state = try AgentState(
            spec: spec, hasher: EntityHasher(k0: 1, k1: 2), transactions: topic,
            store: SQLiteStateStore(path: folder + "/state.sqlite", takingOver: true))
        let first: Int64 = 1_767_225_600
        for start in stride(from: 0, to: known, by: 10_000) {
            try state.backfill(
                (start..<min(start + 10_000, known)).map { number in
                    (
                        transaction(number, at: first + Int64(number) * 60 * EventTime.day / Int64(known)),
                        number % 500 == 0
                    )
                })
            progress.show("\(start * 100 / known) %")
        }
        progress.done("\(state.knownIDs) ids known")
        say("filled: \(residentMegabytes()) MB of memory")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try ownProgram())
        process.arguments = ["state", "--read", folder, "--known", "\(known)", "--customers", "\(customers)"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    }

    private func restart(_ folder: String, _ topic: TopicPartition, _ spec: FeatureSpec) throws {
        let start = ContinuousClock.now
        let state = try AgentState(
            spec: spec, hasher: EntityHasher(k0: 1, k1: 2), transactions: topic,
            store: SQLiteStateStore(path: folder + "/state.sqlite", takingOver: true))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard state.knownIDs == known else { throw Failure("\(state.knownIDs) of \(known) ids came back") }
        say(
            "restarted in \(decimals(seconds, 1)) s: \(state.knownIDs) ids, \(residentMegabytes()) MB of memory, "
                + "\(residentMegabytes(peak: true)) MB at most")
    }

    /// A customer of a bank, who comes back to a few terminals and payees.
    private func transaction(_ number: Int, at time: Int64) -> Transaction {
        let customer = number &* 7919 % customers
        let others = max(1, customers / 10)
        var transaction = Transaction(
            id: "transaction-\(number)", time: EventTime(seconds: time), customer: "customer-\(customer)",
            terminal: "terminal-\((customer &+ number % 7) % others)", amount: MinorUnits(Int64(100 + number % 9000)))
        transaction.entities[.payee] = "payee-\((customer &* 31 &+ number % 5) % others)"
        return transaction
    }
}

/// This process's memory, as Linux counts it; 0 where it does not say.
func residentMegabytes(peak: Bool = false) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(peak ? "VmHWM:" : "VmRSS:") }
    return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) / 1024
}
