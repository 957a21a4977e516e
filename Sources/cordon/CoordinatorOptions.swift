import ArgumentParser
import Keys
import PipelineFiles

/// The coordinator of a consortium, for what it signs.
struct CoordinatorOptions: ParsableArguments {
    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("The coordinator's private key.", valueName: "dir"))
    var keys = "cordon-data/keys/coordinator"

    func roster() throws -> Roster { try Roster(file: rosterFile) }

    var keystore: FileKeystore { FileKeystore(directory: keys) }
}
