import ArgumentParser
import Manifests
import PipelineFiles
import Roles
import Terminal

struct KeysHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Tell of all epochs of keys, and what is waited for.",
        discussion: "Reads the log alone, and needs no key. Records that count for nothing are listed with the reason.")

    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Flag(help: "As JSON, with all public keys.") var json = false
    @OptionGroup var log: LogOptions

    func run() throws {
        let coordinator = try KeyCoordinator(Roster(file: rosterFile), keystore: nil, log: log.open())
        let story = EpochStory(coordinator.history)
        guard !json else {
            print(String(decoding: try story.json(), as: UTF8.self), terminator: "")
            return
        }
        for line in story.lines { print(line) }
        for (offset, reason) in coordinator.takeRefused() { print("record \(offset) counts for nothing: \(reason)") }
    }
}
