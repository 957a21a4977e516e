import ArgumentParser
import Configuration
import Foundation
import Records
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Invent a consortium's transactions, with frauds.",
        discussion:
            "A seeded world; writes DIR/DAY.csv (what banks see) and DIR/truth.csv (which transactions are frauds, of which typology and incident)."
    )

    @OptionGroup var world: WorldOptions

    @Option(help: ArgumentHelp("Where files go; must be new or empty.", valueName: "dir"))
    var out: String

    @Option(help: "csv, jsonl or iso20022.")
    var format: OutputFormat = .csv

    func run() throws {
        if let present = try? FileManager.default.contentsOfDirectory(atPath: out), !present.isEmpty {
            throw Failure("\(out) is not empty; name a new folder")
        }
        let progress = Progress("simulating")
        let made = try world.generate()
        progress.show("\(made.count)")
        var truth = TruthText.header
        var frauds = 0
        let threads = ProcessInfo.processInfo.activeProcessorCount
        for start in stride(from: 0, to: made.dayCount, by: threads * 2) {
            let end = min(made.dayCount, start + threads * 2)
            let days = inParallel(end - start, threads: threads) {
                [out, format] index -> Result<(String, Int), any Error> in
                Result {
                    let day = start + index
                    let transactions = made.transactions(day: day)
                    let labelled = transactions.map(\.labelled)
                    let name = EventTime(seconds: Int64(made.firstDay + day) * EventTime.day).rfc3339.prefix(10)
                    for file in format.files(of: labelled, day: String(name)) {
                        try writeFile(file.bytes, to: "\(out)/\(file.path)")
                    }
                    return (TruthText.lines(transactions), labelled.count { $0.fraud })
                }
            }
            for day in days {
                let (lines, count) = try day.get()
                truth += lines
                frauds += count
            }
            progress.show("day \(end)")
        }
        try writeFile(Array(truth.utf8), to: out + "/truth.csv")
        progress.done("\(made.count) transactions, \(frauds) frauds, in \(out)")
    }
}

extension OutputFormat: ExpressibleByArgument {}
