import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine: the log by itself.",
        subcommands: [BenchLogCommand.self, BenchLogReaderCommand.self])
}
