import ArgumentParser

/// What a member's records are read by, beside their mapping.
struct RecordRuleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What other currencies are worth in the consortium's.", valueName: "file"))
    var rates = "pipelines/rates.yaml"

    @Option(help: ArgumentHelp("What transactions must be, beyond their form.", valueName: "file"))
    var validation = "pipelines/validation.yaml"
}
