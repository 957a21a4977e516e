import ArgumentParser
import CommandOptions
import Foundation
import LocalStore
import Roles
import Terminal

/// Gives a role another at-rest key.
struct RewrapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrap", abstract: "Change the key under which a role's states are sealed at rest.",
        discussion: """
            Each state's rows are sealed under a key of the state's own, which is in the state, wrapped by the key `at-rest` of the folder. \
            A new `at-rest` wraps it anew; rows stay as they are. The role may run meanwhile. Killed, it is simply run again. A copy of state \
            and key folder from before still opens: it has to be removed by who has it.
            """)

    @Option(help: ArgumentHelp("The role's private keys.", valueName: "dir"))
    var keys: String

    @Option(help: ArgumentHelp("The role's `--state`: an agent's folder, a party's file.", valueName: "path"))
    var state: String

    @Flag(
        name: .customLong("role-is-stopped"),
        help: "The role does not run: rows that an older version sealed are sealed anew, once.")
    var roleIsStopped = false

    @OptionGroup var keystore: KeystoreOptions

    func run() throws {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: state, isDirectory: &isFolder)
        let stores = SQLiteStateStores(
            prefix: isFolder.boolValue && !state.hasSuffix("/") ? state + "/" : state, erasing: true)
        guard isThere, !stores.names().isEmpty else { throw Failure("there is no state at \(state)") }
        try AtRestRotation(stores, keystore.open(keys)).run(states: stores.names, isStopped: roleIsStopped)
        // The old wrapping lies in the journals, too.
        try stores.emptyJournals()
        print("\(stores.names().count) states are sealed under another at-rest key")
    }
}
