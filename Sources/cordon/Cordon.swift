import ArgumentParser
import ConsortiumCommands
import DataCommands
import DeskCommands
import Roles
import Secrets
import SyncCommands

@main
struct Cordon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon",
        abstract:
            "Event-driven anti-fraud pipeline: one fraud model over a consortium, scored by three parties that see nothing.",
        version: programVersion,
        groupedSubcommands: [
            CommandGroup(name: "Try it", subcommands: [DemoCommand.self]),
            CommandGroup(name: "Roles", subcommands: [IngestCommand.self, ScoreCommand.self, AlertsCommand.self]),
            CommandGroup(
                name: "Setting up",
                subcommands: [
                    KeysCommand.self, TopicsCommand.self, FeaturesCommand.self, ModelCommand.self, PolicyCommand.self,
                    TokensCommand.self,
                ]),
            CommandGroup(name: "Agreeing", subcommands: [ConsortiumCommand.self]),
            CommandGroup(name: "Retraining", subcommands: [SyncCommand.self]),
            CommandGroup(
                name: "Watching",
                subcommands: [
                    LagCommand.self, TailCommand.self, AuditCommand.self, ReceiptCommand.self,
                    ReplayDecisionCommand.self,
                ]),
            CommandGroup(
                name: "Data", subcommands: [SimulateCommand.self, ReplayCommand.self, BackfillCommand.self]),
            CommandGroup(name: "Measuring", subcommands: [ReportCommand.self]),
        ])

    static func main() {
        confineProcess()
        main(nil)
    }
}
