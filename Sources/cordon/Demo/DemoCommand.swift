import ArgumentParser
import Configuration
import Foundation
import Model
import ModelSync
import Records
import Simulation

/// The main job on one machine, to be watched.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run a whole consortium on this machine and watch it.",
        discussion: """
            Three members and three scoring parties, each its own process, on the embedded log: simulates transactions (or \
            replays CSV files), trains a first model, deals it in shares, scores the stream, and shows it. Ctrl-C stops all \
            of it.
            """)

    @Option(help: ArgumentHelp("Where everything goes; keys, data and model are used again.", valueName: "dir"))
    var dir = "cordon-demo"

    @Option(help: ArgumentHelp("Replay the CSV files of a folder instead of simulating.", valueName: "dir"))
    var replay: String?

    @Option(help: ArgumentHelp("How those files are read.", valueName: "file"))
    var format: String?

    @Option(help: ArgumentHelp("Days to train on, both included (with --replay).", valueName: "from..to"))
    var train: String?

    @Option(help: ArgumentHelp("Days to score, both included (with --replay).", valueName: "from..to"))
    var test: String?

    @Option(help: "Seed of the simulated world.")
    var seed: UInt64 = 1

    @Option(help: "Customers of the simulated world.")
    var customers = 3000

    @Option(help: "Transactions a second; 0 is as fast as decisions come back.")
    var rate = 0.0

    @Option(help: "Most transactions on their way at once.")
    var window = 256

    @Option(help: ArgumentHelp("Write the summary as JSON.", valueName: "file"))
    var summary: String?

    @Option(help: ArgumentHelp("Where topics, features, mappings and policies are.", valueName: "dir"))
    var pipelines = "pipelines"

    func validate() throws {
        if replay != nil {
            guard train != nil, test != nil else {
                throw ValidationError("`--replay` needs `--train FROM..TO` and `--test FROM..TO`")
            }
        } else if train != nil || test != nil || format != nil {
            throw ValidationError("`--train`, `--test` and `--format` go with `--replay`")
        }
        guard rate >= 0, rate.isFinite, window > 0 else {
            throw ValidationError("`--rate` and `--window` are not negative")
        }
    }

    func run() throws {
        let start = ContinuousClock.now
        let folder = DemoFolder(path: dir)
        say("everything goes to \(dir); Ctrl-C stops all of it")
        let stop = StopFlag.onSignals()
        let spec = try readFeatureSpec(file: pipelines + "/features/card.yaml")
        let data = try readData()
        let model = try DemoModel(data: data, spec: spec, folder: folder)
        let consortium = try DemoConsortium(folder: folder, pipelines: pipelines, members: data.members)
        _ = try deal(
            model.model, roster: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        try consortium.backfill(data, spec: spec)
        guard !stop.isSet else { return }

        let run = DemoRun(consortium: consortium, data: data, rate: rate, window: window, faults: replay == nil)
        let outcome = try run.watch(binary: ownProgram(), stop: stop)
        var result = DemoSummary(
            data: data, clear: model.clearScores, state: outcome.state,
            quality: quality(data, outcome.state), sent: outcome.sent)
        result.take(CellCosts(folder: folder, members: data.members))
        result.first_score_s = outcome.state.first.map { ($0 - start) / .seconds(1) }
        result.memory_mb = Double(outcome.peakMemory) / 1_048_576
        result.model = model.model.version
        result.folder = dir
        say(result.text)
        if let summary { try writeFile(result.json, to: summary) }
        guard !outcome.stopped else { throw ExitCode(130) }
        guard result.all.decided_once == result.all.transactions,
            result.all.equal_to_clear == result.all.transactions
        else {
            throw Failure("not every transaction was decided once with the score of the model in the clear")
        }
    }

    private func readData() throws -> DemoData {
        if let replay, let train, let test {
            return try DemoData.replayed(
                replay, format: format ?? pipelines + "/replays/handbook.yaml", train: train, test: test)
        }
        return try DemoData.simulated(seed: seed, customers: customers)
    }

    private func quality(_ data: DemoData, _ state: DemoWatch.State) -> ConsortiumQuality {
        var scores: [Int: Double] = [:]
        for (index, labelled) in data.transactions.enumerated() {
            if let decision = state.decisions[labelled.member]?[labelled.transaction.id] {
                scores[index] = Double(decision.raw)
            }
        }
        return measure(data.transactions, train: data.train, test: data.test, scores: scores)
    }
}
