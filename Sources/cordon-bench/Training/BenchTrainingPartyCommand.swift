import ArgumentParser
import Stages

/// A party of `cordon-bench training`: trains, and reports as a line of JSON.
struct BenchTrainingPartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training-party", abstract: "A party of `cordon-bench training`.", shouldDisplay: false)

    @OptionGroup var arguments: PartyArguments
    @OptionGroup var shape: TrainingShape

    func run() throws {
        keepFreedMemory()
        // Before the links: the first message waits for no party's rows.
        let bench = try shape.bench()
        try arguments.report { try bench.train(over: $0, keys: $1, in: .process) }
    }
}
