import ArgumentParser

/// What a member's records are read by, beside their mapping.
package struct RecordRuleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What other currencies are worth in the consortium's.", valueName: "file"))
    package var rates = "pipelines/rates.yaml"

    @Option(help: ArgumentHelp("What transactions must be, beyond their form.", valueName: "file"))
    package var validation = "pipelines/validation.yaml"

    package init() {}
}
