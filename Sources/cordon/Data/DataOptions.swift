import ArgumentParser
import LocalConsortium
import PipelineFiles
import Records

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
