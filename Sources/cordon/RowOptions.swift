import ArgumentParser
import SecureScoring

/// How long a party keeps the rows that it scored.
struct RowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what is scored, in shares, to train on it: for so many days. Only where the model reads counts.",
            valueName: "days"))
    var rows: Int?

    @Option(help: ArgumentHelp("Most megabytes of kept rows; the oldest go first.", valueName: "number"))
    var rowsMb = 4096

    func validate() throws {
        guard limits != nil || rows == nil, (1...1_000_000).contains(rowsMb) else {
            throw ValidationError("`--rows` is 1 to 3650 days, `--rows-mb` 1 to 1000000")
        }
    }

    /// Nil where no rows are kept.
    var limits: RowLimits? { rows.flatMap { RowLimits(days: $0, bytes: rowsMb << 20) } }
}
