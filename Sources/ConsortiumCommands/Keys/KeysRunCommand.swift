import ArgumentParser
import CommandOptions
import EventLogs
import Manifests
import Records
import Roles
import Stages
import Terminal

struct KeysRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Rotate keys by a schedule, and take further what is under way.",
        discussion: """
            Begins a rotation whenever the schedule (`--cron`, UTC) has come round since the last order, and takes it to its end, as \
            `cordon keys rotate` does. Without `--cron` it begins none, and takes further what others order. It may be ended and begun again \
            at any moment: what is next follows from the log.
            """)

    @Option(
        help: ArgumentHelp(
            "When to rotate, in cron's form: \"0 3 1 * *\" is the first of each month at 3:00 UTC.", valueName: "form"))
    var cron: String?

    @OptionGroup var rotation: RotationOptions
    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        let form = try cron.map { text in
            guard let form = CronForm(text) else { throw Failure("`--cron \(text)` is not of cron's five fields") }
            return form
        }
        let conductor = rotation.conductor
        let stop = StopFlag.onSignals()
        try who.conducting(log.open()) { coordinator in
            let schedule = form.map { KeySchedule(cron: $0, began: coordinator.now) }
            var shown = coordinator.history.standing
            func tell(_ words: String) { say("\(EventTime(seconds: coordinator.now).rfc3339)  \(words)") }
            while !stop.isSet {
                do {
                    let step = try coordinator.advance(conductor) { history in
                        schedule?.isDue(history, at: coordinator.now) ?? false
                    }
                    if let words = step.words { tell(words) }
                    let standing = coordinator.history.standing
                    if standing != shown {
                        tell(EpochStory(coordinator.history).progress(conductor, now: coordinator.now))
                    }
                    shown = standing
                    for (offset, reason) in coordinator.takeRefused() {
                        tell("record \(offset) counts for nothing: \(reason)")
                    }
                    if step.isDoing { continue }
                } catch let failure as LogError where failure.mayRetry {
                    tell("\(failure)")
                } catch let refusal as ConsortiumRefusal {
                    tell("\(refusal)")
                }
                _ = try? coordinator.wait(.seconds(1))
            }
        }
    }
}
