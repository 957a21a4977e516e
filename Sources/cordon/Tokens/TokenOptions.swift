import ArgumentParser
import Tokens

/// How fast members may have identifiers turned into tokens.
struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Identifiers a second that a member may have turned into tokens: the bound on how many it can try.",
            valueName: "rate"))
    var tokenRate = Int(RateLimit.standard.elementsPerSecond)

    @Option(help: ArgumentHelp("Identifiers at once, after a rest; 1024 at least.", valueName: "number"))
    var tokenBurst = Int(RateLimit.standard.burst)

    @Option(
        help: ArgumentHelp(
            "Which attempt at the first token key this is, the same at all three parties: one more after a failed one.",
            valueName: "number"))
    var tokenAttempt = 1

    func validate() throws {
        guard (1...1_000_000_000).contains(tokenRate), (1024...1_000_000_000).contains(tokenBurst) else {
            throw ValidationError("`--token-rate` is 1 to 10^9, `--token-burst` 1024 to 10^9")
        }
        guard (1...1000).contains(tokenAttempt) else { throw ValidationError("`--token-attempt` is 1 to 1000") }
    }

    var limit: RateLimit { RateLimit(elementsPerSecond: tokenRate, burst: tokenBurst) }
}
