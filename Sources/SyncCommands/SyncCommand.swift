package import ArgumentParser
import Evaluation
import Foundation
import Manifests
import Records
import Roles
import Stages
import Terminal

/// Retraining on shares, from the order to the model in force.
package struct SyncCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Retrain the model on shares, prove that it is better, and switch to it.",
        discussion: """
            The three parties train on rows that they keep (`cordon score --rows DAYS`); the model exists in the clear nowhere. The way \
            of a version:

              train      the parties train it and keep it in shares; nothing changes for anybody
              validate   they hold it against the model in force on later transactions, and open score histograms alone; then each \
            seals its own share, and the manifest is put together
              promote    it goes in force where the rule and the approvals hold, for all parties at one record
              rollback   the model that it replaced comes back

            `cordon sync run` does all of it by a schedule. Orders, reports and decisions are signed records of consortium.sync, which \
            `status` and `history` show to whoever can read the log.
            """,
        subcommands: [
            SyncTrainCommand.self, SyncStatusCommand.self, SyncValidateCommand.self, SyncApproveCommand.self,
            SyncPromoteCommand.self, SyncRollbackCommand.self, SyncHistoryCommand.self, SyncRunCommand.self,
            SyncFiguresCommand.self, SyncVerdictCommand.self, SyncRuleCommand.self, SyncCollectCommand.self,
        ])

    package init() {}
}

/// The rules by which versions are promoted and brought back.
struct SyncRuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Windows that a validation is split into: from 5 on their spread says how sure a gain is.",
            valueName: "number"))
    var windows = 5

    @Option(help: ArgumentHelp("Bins of the histograms that are opened: 2 to 1024.", valueName: "number"))
    var bins = 32

    @Option(help: ArgumentHelp("Frauds of a window below which nothing else of it is opened.", valueName: "number"))
    var windowFrauds = 20

    @Option(
        help: ArgumentHelp(
            "Other transactions of a window below which nothing else of it is opened.", valueName: "number"))
    var windowRows = 200

    @Option(help: ArgumentHelp("Promotion: frauds of all windows, at least.", valueName: "number"))
    var leastFrauds = 200

    @Option(help: ArgumentHelp("Promotion: average precision above the champion's, at least.", valueName: "part"))
    var leastGain = 0.002

    @Option(help: ArgumentHelp("Promotion and probation: how sure it is, 0.5 to below 1.", valueName: "part"))
    var confidence = 0.9

    @Option(help: ArgumentHelp("Promotion: average precision that a member may lose.", valueName: "part"))
    var memberLoss = 0.02

    @Option(help: ArgumentHelp("Rollback: average precision below the model before, at least.", valueName: "part"))
    var leastLoss = 0.01

    @Option(help: ArgumentHelp("Seconds that parties have to begin an order in.", valueName: "number"))
    var patience = 3600

    @Option(
        help: ArgumentHelp(
            "Days after which labels have come: newer transactions are not validated on.", valueName: "days"))
    var labelDays = 7.0

    func planner() throws -> SyncPlanner {
        guard (1...100).contains(windows), (2...1024).contains(bins), (1...1_000_000).contains(windowFrauds),
            (1...1_000_000).contains(windowRows), (10...604_800).contains(patience), (0...365).contains(labelDays)
        else {
            throw Failure(
                """
                `--label-days` is 0 to 365, `--windows` 1 to 100, `--bins` 2 to 1024, `--window-frauds` and `--window-rows` 1 to 1000000, `--patience` 10 to \
                604800
                """)
        }
        let promotion: PromotionRule
        let probation: ProbationRule
        do {
            promotion = try PromotionRule(
                leastFrauds: leastFrauds, leastGain: leastGain, confidence: confidence, mostMemberLoss: memberLoss)
            probation = try ProbationRule(leastLoss: leastLoss, confidence: confidence)
        } catch { throw Failure("\(error)") }
        return SyncPlanner(
            SyncSettings(
                promotion: promotion, probation: probation, windows: windows, bins: bins, leastFrauds: windowFrauds,
                leastLegitimate: windowRows, patience: Int64(patience), labelDelay: Int64(labelDays * 86_400)))
    }
}

extension SyncHistory {
    /// The version of this name, or the newest where none is named.
    func version(named name: String?) throws -> SyncVersion {
        guard let name else {
            guard let newest = versions.last else {
                throw Failure("no version was trained yet: run `cordon sync train`")
            }
            return newest
        }
        guard let version = versions.last(where: { $0.task.version == name }) else {
            throw Failure("no version \(name) was trained: `cordon sync status` lists what there is")
        }
        return version
    }
}
