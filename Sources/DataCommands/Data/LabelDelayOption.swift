import ArgumentParser

/// When a fraud comes to be known.
struct LabelDelayOption: ParsableArguments {
    @Option(help: ArgumentHelp("Days after which a fraud is confirmed.", valueName: "days"))
    var labelDelay = 7

    func validate() throws {
        guard (0...365).contains(labelDelay) else { throw ValidationError("`--label-delay` is 0 to 365") }
    }
}
