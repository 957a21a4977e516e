import ArgumentParser
import Formats
import Keys
import LocalStore
import Logging
import Model
import PipelineFiles
import Roles
import SecureScoring
import Stages
import Telemetry
import Terminal

/// A member's agent of the baseline, with the options of `cordon ingest` that consortiums start agents with.
struct BenchClearAgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-agent", abstract: "INSECURE: an agent of `cordon-bench pipeline` that seals nothing.",
        shouldDisplay: false)

    @Option var member: String
    @Option var roster: String
    @Option var keys: String
    @Option var state: String
    @Option var instance: String?
    @Option var sessionTimeout = 10
    @Option var bins: String
    @Option var mapping = "pipelines/mappings/canonical.yaml"
    @Option var rates = "pipelines/rates.yaml"
    @Option var policy = "pipelines/policies/default.yaml"
    @Option var validation = "pipelines/validation.yaml"
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        let logger = try process.logger("cordon.INSECURE")
        logger.warning("INSECURE: features and scores are written in the clear")
        let roster = try Roster(file: self.roster)
        var mapping = try readMapping(file: self.mapping)
        mapping.rates = try readRates(file: rates)
        let keystore = FileKeystore(directory: keys)
        try AgentRole(
            member: AgentRole.member(member, of: roster), roster: roster, keystore: keystore,
            spec: readBins(bins), binsFile: bins, mapping: mapping, rules: readValidation(file: validation),
            policy: readPolicy(file: policy), fallback: readFallback(file: policy), bankCode: nil, form: ClearForm(),
            stores: SealedStores(SQLiteStateStores(prefix: state + "/"), keystore), instance: instance,
            sessionTimeout: .seconds(sessionTimeout),
            log: log.open(), logger: logger
        ).run(front: nil, metricsFile: process.metrics, until: stop)
    }
}

/// The baseline's worker.
struct BenchClearWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-worker", abstract: "INSECURE: scores in the clear for `cordon-bench pipeline`.",
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
        let roster = try Roster(file: roster)
        var stages = StageThreads()
        stages.add("worker") {
            let worker = try ClearWorker(
                log: log, model: model, roster: roster, limits: BatchLimits(), metrics: metrics)
            try worker.run(until: { stop.isSet })
        }
        if let path = process.metrics {
            let file = MetricsFile(path: path, metrics: metrics, log: log) {}
            stages.add("metrics") { file.run(until: stop) }
        }
        try stages.run(stop: stop)
    }
}
