import ArgumentParser
import Configuration
import Records
import Simulation

/// Labelled transactions as CSV files.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A folder of CSV files (.csv, .csv.gz).", valueName: "dir"))
    var data: String

    @Option(
        help: ArgumentHelp("Which column is what, and whose customer is whose.", valueName: "file"))
    var format = "pipelines/replays/simulated.yaml"

    func load(lastDay: Int) throws -> [LabelledTransaction] {
        try loadTransactions(data, source: readReplay(file: format), lastDay: lastDay)
    }
}

/// Loads a folder with progress.
func loadTransactions(_ directory: String, source: ReplaySource, lastDay: Int) throws -> [LabelledTransaction] {
    let progress = Progress("reading \(directory)")
    let transactions = try source.load(directory: directory, lastDay: lastDay) { file, count in
        progress.show("\(file), \(count) transactions")
    }
    progress.done("\(transactions.count) transactions")
    return transactions
}
