package import ArgumentParser

/// A risk team's desk.
package struct AlertsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "A risk team's desk: the queue of alerts, who works on what, verdicts (docs/DESK.md).",
        subcommands: [
            AlertsServeCommand.self, AlertsTailCommand.self, AlertsUserCommand.self, AlertsKeyCommand.self,
            AlertsWebhookCommand.self, AlertsTrialCommand.self, AlertsReportCommand.self,
        ])

    package init() {}
}
