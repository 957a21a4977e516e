import ArgumentParser
import Evaluation
import Manifests
import Roles
import Terminal

struct SyncVerdictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict", abstract: "Tell the consortium, as a member, whether a version does worse for it.",
        discussion: """
            Signs one bit by the member's own key: worse, or no worse. It is on the newest validation of the version, and is said once for \
            each. Whoever reads consortium.sync sees it, and a version that does worse for a member without saying by how much is not promoted. \
            Without `--worse` or `--no-worse` the member's own transactions decide by a rule (`cordon sync figures` shows them), and where \
            frauds are few nothing is said.

            With `--tell` it says, too, by how much average precision falls, with its interval: the version may then still be promoted, where \
            that is no more than the consortium's rule lets a member lose.

            Exit 1 where nothing was said.
            """)

    @OptionGroup var who: MemberSyncOptions

    @Flag(inversion: .prefixedNo, help: "What the member says, whatever the rule makes of its transactions.")
    var worse: Bool?

    @Flag(help: "Tell the average precision lost, and its interval, to everybody.") var tell = false

    @OptionGroup var rule: MemberRuleOptions

    func run() throws {
        let rule = try rule.rule()
        let (sync, version) = try who.open()
        // A member without a transaction in the windows may have its say all the same.
        guard let order = version.validations.last else { throw MemberSyncError.notValidated(version.task.version) }
        let validation = try worse == nil || tell ? sync.validation(of: version) : nil
        var isWorse = worse
        if isWorse == nil, let validation {
            let opinion = rule.judge(validation.comparison)
            say("rule: \(opinion)")
            switch opinion {
            case .few: break
            case .noWorse: isWorse = false
            case .worse: isWorse = true
            }
        }
        guard let isWorse else {
            say("nothing was said: `--worse` or `--no-worse` says it all the same")
            throw ExitCode(1)
        }
        var figures: [SyncFigure] = []
        if tell {
            guard let loss = validation?.loss(confidence: rule.confidence) else {
                throw Failure("there is no fraud among the member's transactions: no figure can be told")
            }
            figures = [loss]
        }
        try sync.say(isWorse: isWorse, telling: figures, on: order)
        say("\(sync.member) says of \(version.task.version): \(isWorse ? "worse" : "no worse")")
        for figure in figures {
            say(
                "and tells: \(figure.name) \(decimals(figure.value, 4)) (\(decimals(figure.low, 4)) to "
                    + "\(decimals(figure.high, 4)))")
        }
    }
}
