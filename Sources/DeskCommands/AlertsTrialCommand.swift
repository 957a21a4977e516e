import ArgumentParser
import CommandOptions
import Desk
import DeskFront
import DeskStore
import Foundation
import Roles
import Stages
import Telemetry
import Terminal

/// What a trial of reasons has come to.
struct AlertsTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reasons-trial",
        abstract:
            "Say whether reasons help: time to the verdict and agreement with what came to be known, with and without them.",
        discussion: """
            Of a desk that is served with `--reasons-trial`, which shows them for half of the alerts. Times are from when somebody took an \
            alert first to its first verdict; what came to be known is a later label of the payment. `chance` is how often chance alone \
            makes such a difference.
            """)

    @OptionGroup var member: MemberOption
    @OptionGroup var records: DeskRecordOptions

    @Option(help: ArgumentHelp("Where this report keeps its index, apart from every desk's.", valueName: "file"))
    var index = "cordon-data/desk/trial.sqlite"

    @Option(help: ArgumentHelp("Verdicts of the last so many days.", valueName: "days"))
    var days = 30

    @OptionGroup var log: LogOptions

    func run() throws {
        let member = try member.id()
        let clock = SystemClock()
        let index = try DeskIndex(path: self.index, member: member, readers: 1)
        try DeskProjection(
            index: index, intake: DeskIntake(member: member, mapping: try records.read()), log: try log.open(),
            clock: clock, metrics: Metrics(), told: { _ in }
        ).catchUp()
        let report = ReasonsTrial.report(try index.trial(since: clock.microseconds - Int64(days) * 86_400_000_000))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        say(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}
