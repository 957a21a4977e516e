import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine: the log, the formats, an agent's scores.",
        subcommands: [
            BenchLogCommand.self, BenchLogReaderCommand.self, BenchFormatsCommand.self, BenchScoreCommand.self,
        ])
}
