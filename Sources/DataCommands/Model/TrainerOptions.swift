import ArgumentParser
import Model
import Records

/// Which trainer in the clear grows a forest.
struct TrainerOptions: ParsableArguments {
    enum Rule: String, CaseIterable, ExpressibleByArgument { case gains, shares }

    @Option(
        help: ArgumentHelp(
            """
            How conditions are chosen. gains: by exact gains, among all thermometer bits. shares: by the rule that three \
            parties can follow on shares, among bits that a coin draws.
            """))
    var rule = Rule.gains

    @Option(help: ArgumentHelp("What `--rule shares` draws by; one seed gives one model.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "With `--rule shares`: bits of a condition's weights; one less gives twice as many rows and frauds room.",
            valueName: "number"))
    var weightBits = TrainingRule.standard.weightBits

    func validate() throws {
        guard (0...8).contains(weightBits) else { throw ValidationError("`--weight-bits` is 0 to 8") }
    }

    var method: TrainingMethod {
        get throws {
            switch rule {
            case .gains: .gains(TrainingOptions())
            case .shares: .shares(try TrainingRule(weightBits: weightBits), TrainingCoin(seed: seed))
            }
        }
    }
}
