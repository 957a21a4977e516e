import ArgumentParser
import CommandOptions
import Manifests
import Roles
import Terminal

struct SyncRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Bring back the model that the one in force replaced.",
        discussion:
            "One record, as a promotion; all three parties still have their shares of it. The history keeps the reason."
    )

    @Argument(help: "Why, in a sentence for the history.")
    var reason: String

    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        try who.coordinating(log.open()) { coordinator in
            let work = SyncWork(
                coordinator, try SyncRuleOptions.parse([]).planner(), isStopping: { false })
            let decision = try work.rollback(reason: reason)
            let version = try coordinator.manifest(decision.model)?.version ?? "\(decision.model)"
            say("\(version) is in force again from the next record on (decision \(decision.sequence))")
        }
    }
}
