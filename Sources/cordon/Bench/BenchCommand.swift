import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: the log, the formats, the agent and the protocol, each by itself.",
        subcommands: [
            BenchLogCommand.self, BenchLogReaderCommand.self, BenchFormatsCommand.self, BenchIngestCommand.self,
            BenchStateCommand.self, BenchScoreCommand.self, BenchProtocolCommand.self, BenchGrowthCommand.self,
            BenchMachineCommand.self, BenchPartyCommand.self, BenchPipelineCommand.self, BenchClearAgentCommand.self,
            BenchClearWorkerCommand.self,
        ])
}
