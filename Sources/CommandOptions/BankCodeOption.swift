package import ArgumentParser

/// What a member leaves unsaid of account numbers.
package struct BankCodeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The code of the member's own bank, for account numbers without one, where the parties count accounts or payees.",
            valueName: "code"))
    package var bankCode: String?

    package init() {}
}
