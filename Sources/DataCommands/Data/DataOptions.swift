import ArgumentParser
import LocalConsortium
import PipelineFiles
import Records

/// Labelled transactions as CSV files.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A CSV file, or a folder of them (.csv, .csv.gz).", valueName: "path"))
    var data: String

    @Option(
        help: ArgumentHelp("Which column is what, and whose customer is whose.", valueName: "file"))
    var format = "pipelines/replays/simulated.yaml"

    @Option(
        help: ArgumentHelp("What other currencies are worth, where the data name currencies.", valueName: "file"))
    var rates = "pipelines/rates.yaml"

    func load(lastDay: Int) throws -> [LabelledTransaction] {
        try loadTransactions(data, source: readReplay(file: format, rates: rates), lastDay: lastDay)
    }
}
