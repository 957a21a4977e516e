import ArgumentParser
import Secrets

@main
struct CordonBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon-bench",
        abstract:
            "Measure Cordon on this machine: the log, the formats, the agent, the protocol, tokens, the whole pipeline, the desk.",
        version: "0.1.0",
        subcommands: [
            BenchLogCommand.self, BenchLogReaderCommand.self, BenchFormatsCommand.self, BenchIngestCommand.self,
            BenchStateCommand.self, BenchScoreCommand.self, BenchProtocolCommand.self, BenchGrowthCommand.self,
            BenchMachineCommand.self, BenchPartyCommand.self, BenchTokensCommand.self,
            BenchTokenRequestsCommand.self, BenchCountersCommand.self, BenchRefreshCommand.self,
            BenchPipelineCommand.self, BenchRetrainingCommand.self, BenchRotationCommand.self, BenchExtractCommand.self,
            BenchTrainingCommand.self, BenchTrainingPartyCommand.self, BenchAuditCommand.self,
            BenchValidationCommand.self, BenchReasonsCommand.self, BenchValidationPartyCommand.self,
            BenchDeskCommand.self, BenchDeskCrashCommand.self, BenchBacktestCommand.self, BenchFeedsCommand.self,
            BenchClearAgentCommand.self, BenchClearWorkerCommand.self, BenchBarePartyCommand.self,
        ])

    static func main() {
        confineProcess()
        main(nil)
    }
}
