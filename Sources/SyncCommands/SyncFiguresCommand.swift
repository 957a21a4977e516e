import ArgumentParser
import Evaluation
import Manifests
import Roles
import Terminal

struct SyncFiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures", abstract: "Show a member what a version is worth on its own transactions.",
        discussion: """
            In a validation each party seals its share of a member's own score histograms to that member, who alone can add them up. This shows \
            the version beside the model that it was held against, on the member's transactions of all windows, with intervals that hold 95 % \
            (a bootstrap of transactions, as if each stood alone). It tells nobody anything: that is `cordon sync verdict`.

            Exit 1 where there is nothing to show, or where the parties' shares don't fit what they opened of all members.
            """)

    @OptionGroup var who: MemberSyncOptions

    @Option(help: ArgumentHelp("Alerts that the risk team looks at, of a thousand transactions.", valueName: "number"))
    var budget = 5.0

    @OptionGroup var rule: MemberRuleOptions

    @Flag(help: "The figures as JSON.") var json = false

    func run() throws {
        guard let budget = AlertBudget(perThousand: self.budget) else {
            throw Failure("`--budget` is above 0 and at most 1000")
        }
        let rule = try rule.rule()
        let (sync, version) = try who.open()
        let validation = try sync.validation(of: version)
        let champion = try sync.champion(of: validation)
        let figures = OwnFigures(
            member: sync.member, versions: (champion?.version ?? "the model before", version.task.version),
            comparison: validation.comparison, calibrations: (champion?.calibration, validation.calibration),
            budget: budget, rule: rule)
        if json {
            say(String(decoding: encodeJSON(figures.form).dropLast(), as: UTF8.self))
        } else {
            for line in figures.lines { say(line) }
        }
    }
}
