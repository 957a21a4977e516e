import ArgumentParser

/// A risk team's desk.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "A risk team's desk: the queue of alerts, who works on what, verdicts (docs/DESK.md).",
        subcommands: [
            AlertsServeCommand.self, AlertsTailCommand.self, AlertsUserCommand.self, AlertsKeyCommand.self,
            AlertsWebhookCommand.self, AlertsTrialCommand.self, AlertsReportCommand.self,
        ])
}
