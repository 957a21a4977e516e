package import ArgumentParser
import Foundation
import PipelineFiles
import Records
import Stages
import Terminal
import Worlds

package struct SimulateCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Invent a consortium's transactions, with frauds of named typologies.",
        discussion: """
            A seeded world: customers of several banks with habits, merchants, paydays and seasons, card payments, transfers \
            and cash-outs, and frauds among them. What kind of world, which banks, and how often each typology happens is \
            said by a file under pipelines/worlds; docs/SIMULATION.md explains it.

            With --out DIR it writes what banks see, DIR/DAY.csv (or DIR/MEMBER/DAY.jsonl, DIR/MEMBER/DAY-N.xml), and \
            DIR/truth.csv, which transactions are frauds, of which typology and incident. With --send it plays the banks' \
            core systems: transactions go into the members' topics as they happen, and labels once they are due.

              cordon simulate --out data --report page.html   # files, and a page
              cordon simulate --world handbook --out data     # the handbook's world
              cordon simulate --customers 12000 --out data    # a million transactions
              cordon simulate --send --speed 3600x            # an hour a second
              cordon simulate --send --speed 500/s            # 500 records a second
            """)

    @OptionGroup(title: "The world") var world: WorldOptions

    @Option(help: ArgumentHelp("Where files go; must be new or empty.", valueName: "dir"))
    var out: String?

    @Option(
        help: """
            Of the files: csv, jsonl (the canonical record) or iso20022 (pacs.008, transfers only; cards and cash have no such \
            message).
            """)
    var format = OutputFormat.csv

    @Option(
        help: ArgumentHelp("Write a page with pictures of volumes, amounts and typologies.", valueName: "file.html"))
    var report: String?

    @Flag(help: "Send everything into the members' topics.")
    var send = false

    @Option(help: Pace.help)
    var speed = Pace.unbounded

    @Option(help: ArgumentHelp("Days after which a fraud is confirmed, with --send.", valueName: "days"))
    var labelDelay = 7

    @OptionGroup(title: "The log, with --send") var log: LogOptions

    package func validate() throws {
        guard out != nil || report != nil || send else {
            throw ValidationError("say what becomes of it: `--out DIR`, `--report FILE` or `--send`")
        }
        guard (0...365).contains(labelDelay) else { throw ValidationError("`--label-delay` is 0 to 365") }
    }

    package func run() throws {
        if let out, let present = try? FileManager.default.contentsOfDirectory(atPath: out), !present.isEmpty {
            throw Failure("\(out) is not empty; name a new folder")
        }
        var feed = send ? EventFeed(log: try log.open(), pace: speed, stop: StopFlag.onSignals()) : nil
        let start = ContinuousClock.now
        let file = try world.read()
        let made = file.generate(threads: WorldOptions.threads)
        try feed?.check(made.members)
        if out != nil || report != nil {
            let statistics = try write(made, start)
            let page = WorldReport(statistics, title: "A simulated consortium, seed \(file.seed)")
            say(page.summary)
            if let report {
                try writeFile(Array(page.html.utf8), to: report)
                say("the pictures are in \(report)")
            }
        }
        try feed?.send(made, labelDelayDays: labelDelay)
    }

    /// Writes files, and counts.
    private func write(_ made: any SimulatedWorld, _ start: ContinuousClock.Instant) throws -> WorldStatistics {
        let progress = Progress("simulating")
        let writer = WorldWriter(directory: out, format: format)
        var statistics = WorldStatistics()
        var truth = TruthText.header
        var left = 0
        let step = 2 * WorldOptions.threads
        for first in stride(from: 0, to: made.dayCount, by: step) {
            let days = inParallel(min(step, made.dayCount - first), threads: WorldOptions.threads) { index in
                Result { try writer.write(made, day: first + index) }
            }
            for day in days {
                let day = try day.get()
                statistics.add(day.statistics)
                truth += day.truth
                left += day.left
            }
            progress.show("\(min(first + step, made.dayCount)) of \(made.dayCount) days")
        }
        if let out { try writeFile(Array(truth.utf8), to: out + "/truth.csv") }
        let seconds = decimals((ContinuousClock.now - start) / .seconds(1), 1)
        let place = out.map { " in \($0)" } ?? ""
        progress.done(
            "\(made.count) transactions, \(statistics.frauds) frauds\(place); \(seconds) s with the world's making")
        if left > 0 { say("\(left) card payments and cash-outs have no message of ISO 20022 and are in no file") }
        return statistics
    }

    package init() {}
}

extension OutputFormat: ExpressibleByArgument {}
