import ArgumentParser
import Configuration
import Foundation
import Records
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Invent a consortium's transactions, with frauds.",
        discussion: """
            A seeded world of banks, customers and terminals with habits, and the fraud handbook's three scenarios: amounts \
            over a limit, compromised terminals, compromised cards. Writes DIR/DAY.csv (what banks see) and DIR/truth.csv \
            (which transactions are frauds, and by which scenario). `cordon replay` sends them into the log.
            """)

    @Option(help: "Seed: the same seed gives the same world.")
    var seed: UInt64 = 1

    @Option(help: "Customers of all banks together.")
    var customers = 5000

    @Option(help: "Terminals, which all banks share.")
    var terminals = 10_000

    @Option(help: "Days.")
    var days = 60

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var start = "2026-01-01"

    @Option(help: ArgumentHelp("Where files go; must be new or empty.", valueName: "dir"))
    var out: String

    func run() throws {
        guard let startDay = EventTime(rfc3339: start) else { throw Failure("`--start \(start)` is not a date") }
        if let present = try? FileManager.default.contentsOfDirectory(atPath: out), !present.isEmpty {
            throw Failure("\(out) is not empty; name a new folder")
        }
        let options: SimulationOptions
        do {
            options = try SimulationOptions(
                seed: seed, customers: customers, terminals: terminals, days: days, startDay: startDay,
                members: SimulationOptions.Member.threeBanks)
        } catch { throw Failure("customers and terminals are 1 to 10,000,000, days 1 to 36,500") }
        let progress = Progress("simulating")
        let transactions = TransactionGenerator(options: options).transactions()
        var truth = "id,fraud,scenario\n"
        for (number, day) in Dictionary(grouping: transactions, by: \.transaction.time.dayNumber).sorted(by: {
            $0.key < $1.key
        }) {
            var text = "id,member,time,customer,terminal,amount\n"
            for labelled in day {
                let t = labelled.transaction
                text += "\(t.id),\(labelled.member),\(t.time.rfc3339),\(t.customer),\(t.terminal),\(t.amount.decimal)\n"
                if labelled.fraud { truth += "\(t.id),1,\(labelled.scenario)\n" }
            }
            let name = EventTime(seconds: Int64(number) * EventTime.day).rfc3339.prefix(10)
            try writeFile(Array(text.utf8), to: "\(out)/\(name).csv")
            progress.show("\(name)")
        }
        try writeFile(Array(truth.utf8), to: out + "/truth.csv")
        progress.done("\(transactions.count) transactions, \(transactions.count { $0.fraud }) frauds, in \(out)")
    }
}
