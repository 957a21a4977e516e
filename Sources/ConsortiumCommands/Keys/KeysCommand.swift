package import ArgumentParser
import Foundation
import LocalConsortium
import PipelineFiles
import Terminal

package struct KeysCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, keep and rotate the keys of a consortium, and tokens for callers.",
        subcommands: [
            Initialise.self, PartyKeysCommand.self, MemberKeysCommand.self, CoordinatorKeysCommand.self,
            OperatorCommand.self, RosterCommand.self, KeysCheckCommand.self, KeyStatusCommand.self, ProtectCommand.self,
            UnprotectCommand.self, IdentityCommand.self, RewrapCommand.self, KeysRotateCommand.self,
            KeysRunCommand.self,
            KeysHistoryCommand.self, RenewCommand.self, TokenCommand.self,
        ])

    struct Initialise: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make a development set: all roles' keys, a PKI and the roster.",
            discussion: """
                Writes DIR/roster.yaml (public keys, addresses), DIR/ca.pem, and a folder of private keys for every party, \
                every member and the coordinator, readable by their owner only. In production every role makes its own \
                folder on its own machine and only public keys meet in the roster.
                """)

        @Option(help: ArgumentHelp("Who takes part.", valueName: "file"))
        var consortium = "pipelines/consortium.yaml"

        @Option(help: ArgumentHelp("Where keys go; must not hold a roster yet.", valueName: "dir"))
        var out = "cordon-data/keys"

        func run() throws {
            let plan = try ConsortiumPlan(file: consortium)
            guard !FileManager.default.fileExists(atPath: out + "/roster.yaml") else {
                throw Failure(
                    "\(out)/roster.yaml exists: keys are never overwritten; remove the folder or name another")
            }
            let roster = try DevelopmentKeys(directory: out).make(plan)
            print("keys of 3 parties, \(roster.members.count) members and the coordinator are in \(out)")
        }
    }

    package init() {}
}
