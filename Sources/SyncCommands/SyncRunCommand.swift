import ArgumentParser
import CommandOptions
import Evaluation
import EventLogs
import Foundation
import Manifests
import Records
import Roles
import Stages
import Terminal

struct SyncRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Retrain by a schedule: train, validate, seal, and promote by the rule.",
        discussion: """
            Trains when the schedule says so (`--cron`, UTC), when so many labels have come since the last training (`--labels`), when \
            scores or features have changed (`--drift`), or by several of these. With `--drift` the parties look at the model in force after \
            every `--validate-after` records, and open histograms of its scores and of each feature. \
            Each version is validated once enough later transactions have labels, sealed, and promoted where the rule and the approvals \
            hold, once members have had the time to say what it is worth to them (`--grace`); a promoted one is looked at again on the windows that follow, and the model before comes back where it does worse by the \
            rule. What comes to nothing is said, and tried again by the schedule; the model in force stays.
            """)

    @Option(
        help: ArgumentHelp("When to train, in cron's form: \"0 3 * * 1\" is Mondays at 3:00 UTC.", valueName: "form"))
    var cron: String?

    @Option(help: ArgumentHelp("Train after so many more label records.", valueName: "number"))
    var labels: Int64?

    @Flag(help: "Train when scores or features have changed.") var drift = false

    @Option(
        help: ArgumentHelp("With --drift: the population stability index from which on to train.", valueName: "index"))
    var driftIndex = 0.25

    @Option(
        help: ArgumentHelp(
            "Seconds behind a sealing in which members say whether a version is worse for them, before it is promoted; less where all have.",
            valueName: "number"))
    var grace: Int64 = 3600

    @Option(help: ArgumentHelp("Validate once there are so many records behind the training.", valueName: "number"))
    var validateAfter: Int64 = 20_000

    @Flag(help: "Decide nothing: leave promotions and rollbacks to people.") var byHand = false
    @OptionGroup var training: SyncTrainingOptions
    @OptionGroup var rules: SyncRuleOptions
    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        guard cron != nil || labels != nil || drift else {
            throw Failure("`--cron`, `--labels`, `--drift` or several of them say when to train")
        }
        let rule: DriftRule?
        do { rule = drift ? try DriftRule(alert: min(0.1, driftIndex), trigger: driftIndex) : nil } catch {
            throw Failure("`--drift-index` is above 0")
        }
        guard (0...31_536_000).contains(grace) else { throw Failure("`--grace` is 0 to 31536000 seconds") }
        let form = try cron.map { text in
            guard let form = CronForm(text) else { throw Failure("`--cron \(text)` is not of cron's five fields") }
            return form
        }
        guard labels.map({ $0 > 0 }) ?? true, validateAfter > 0, training.version == nil else {
            throw Failure("`--labels` and `--validate-after` are above 0, and versions of a schedule name themselves")
        }
        let stop = StopFlag.onSignals()
        try who.coordinating(log.open()) { coordinator in
            let work = SyncWork(coordinator, try rules.planner(), isStopping: { stop.isSet })
            let schedule = SyncSchedule(
                cron: form, labels: labels, validateAfter: validateAfter, decides: !byHand, drift: rule, grace: grace)
            var state = SyncSchedule.State(now: coordinator.now, labels: try schedule.labelEnd(coordinator.log))
            _ = try coordinator.resume()
            while !stop.isSet {
                do {
                    if let words = try schedule.step(work, &state, task: { try training.task(coordinator) }) {
                        say("\(EventTime(seconds: coordinator.now).rfc3339)  \(words)")
                    }
                } catch let failure as LogError where failure.mayRetry {
                    say("\(failure)")
                } catch  where !(error is LogError) {
                    // What was tried is tried again when it is due again.
                    say("\(EventTime(seconds: coordinator.now).rfc3339)  \(error)")
                }
                _ = try? coordinator.wait(.seconds(1))
            }
        }
    }
}
