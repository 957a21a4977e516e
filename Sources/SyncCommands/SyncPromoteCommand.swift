import ArgumentParser
import CommandOptions
import Manifests
import Roles
import Terminal

struct SyncPromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Put a version in force, where the rule and the approvals hold.",
        discussion: """
            All three parties switch at the same record: every transaction before it is scored by the model before, every one behind \
            it by the new one. The decision, its reason and its figures are signed and stay in the history. Where the roster asks for \
            operators' approvals (`cordon sync approve`), parties and history refuse a promotion without them; nothing forces that.
            """)

    @Option(name: .customLong("model-version"), help: ArgumentHelp("Which. (default: the newest)", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Promote it whatever the rule says, for this reason, which the history keeps.", valueName: "reason"))
    var force: String?

    @OptionGroup var rules: SyncRuleOptions
    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        try who.coordinating(log.open()) { coordinator in
            let work = SyncWork(coordinator, try rules.planner(), isStopping: { false })
            let version = try coordinator.history.version(named: name)
            let decision = try work.promote(version, force: force)
            say(
                "\(version.task.version) is in force from the next record on (decision \(decision.sequence)): \(decision.reason)"
            )
        }
    }
}
