import ArgumentParser
import LocalConsortium
import Model

/// A model that a command makes: what it reads, what it is called, and where it goes.
struct NewModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The features.", valueName: "file"))
    var features = "pipelines/features/card.yaml"

    @Option(
        name: .customLong("model-version"),
        help: ArgumentHelp("The model's name in every decision.", valueName: "name"))
    var version = "1"

    @Option(help: ArgumentHelp("Where model.json and bins.json go.", valueName: "dir"))
    var out: String

    /// Writes a model into its folder, and says so.
    func write(_ model: ClearModel) throws {
        try writeModel(model, to: out)
        print("model \(model.version): \(model.forest.trees.count) trees, \(model.binned.bits) bits, in \(out)")
    }
}
