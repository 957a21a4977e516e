import ArgumentParser
package import Formats
import PipelineFiles

/// How the member's records are read.
package struct DeskRecordOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How the member's records are read.", valueName: "file"))
    var mapping = "pipelines/mappings/canonical.yaml"

    @Option(help: ArgumentHelp("Rates of currencies.", valueName: "file"))
    var rates = "pipelines/rates.yaml"

    package init() {}

    package func read() throws -> Mapping {
        var found = try readMapping(file: mapping)
        found.rates = try readRates(file: rates)
        return found
    }
}
