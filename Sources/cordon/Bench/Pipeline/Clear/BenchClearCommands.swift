import ArgumentParser
import Configuration
import Logging
import Model
import SecureScoring
import Telemetry

/// A member's agent of the baseline.
struct BenchClearAgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-agent", abstract: "INSECURE: an agent of `cordon bench pipeline` that seals nothing.",
        shouldDisplay: false)

    @OptionGroup var agent: IngestCommand

    func run() throws {
        try agent.process.logger("cordon.INSECURE").warning("INSECURE: features and scores are written in the clear")
        try agent.run(as: ClearForm())
    }
}

/// The baseline's worker.
struct BenchClearWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-worker", abstract: "INSECURE: scores in the clear for `cordon bench pipeline`.",
        shouldDisplay: false)

    @Option var model: String
    @Option var roster: String
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        try process.logger("cordon.INSECURE").warning("INSECURE: the model and all features are read in the clear")
        let log = try self.log.open()
        let metrics = Metrics()
        let model = try ClearModel(json: readFile(model))
        let coordinator = try Roster(file: roster).coordinator
        var stages = Stages()
        stages.add("worker") {
            let worker = try ClearWorker(
                log: log, model: model, coordinator: coordinator, limits: BatchLimits(), metrics: metrics)
            try worker.run(until: { stop.isSet })
        }
        if let path = process.metrics {
            let file = MetricsFile(path: path, metrics: metrics, log: log) {}
            stages.add("metrics") { file.run(until: stop) }
        }
        try stages.run(stop: stop)
    }
}
