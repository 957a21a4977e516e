import ArgumentParser
import Stages

/// A party of `cordon-bench validation`: validates, and reports as a line of JSON.
struct BenchValidationPartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validation-party", abstract: "A party of `cordon-bench validation`.", shouldDisplay: false)

    @OptionGroup var arguments: PartyArguments
    @OptionGroup var shape: ValidationShape

    func run() throws {
        keepFreedMemory()
        // Before the links: the first message waits for no party's rows.
        let bench = try shape.bench()
        try arguments.report { try bench.validate(over: $0, keys: $1, in: .process) }
    }
}
