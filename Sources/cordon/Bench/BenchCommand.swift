import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine: the log and the formats, each by itself.",
        subcommands: [BenchLogCommand.self, BenchLogReaderCommand.self, BenchFormatsCommand.self])
}
