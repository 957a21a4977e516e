import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: the log, the formats, the agent, the protocol and tokens, each by itself.",
        subcommands: [
            BenchLogCommand.self, BenchLogReaderCommand.self, BenchFormatsCommand.self, BenchIngestCommand.self,
            BenchStateCommand.self, BenchScoreCommand.self, BenchProtocolCommand.self, BenchGrowthCommand.self,
            BenchMachineCommand.self, BenchPartyCommand.self, BenchTokensCommand.self,
            BenchTokenRequestsCommand.self, BenchCountersCommand.self,
            BenchPipelineCommand.self,
            BenchClearAgentCommand.self,
            BenchClearWorkerCommand.self,
        ])
}
