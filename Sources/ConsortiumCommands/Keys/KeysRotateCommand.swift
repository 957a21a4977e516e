import ArgumentParser
import CommandOptions
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Take the consortium to the next epoch of keys.",
        discussion: """
            Orders it on consortium.agreement. The parties (`cordon score`, all three) make fresh keys and offer them; the coordinator fixes \
            what the offers come to; the parties refresh their shares and say that they are ready; the coordinator puts the epoch in force by a \
            record of consortium.sealed, and after a grace closes the one before, whose keys all roles erase. Scoring goes on meanwhile.

            What is under way is taken further, by this command or by `cordon keys run`, whoever began it. An attempt that has stood still for \
            `--patience` seconds gives way to the next. With `--wait` it exits with 1 where the epoch is not in force and the one before closed \
            in time, and names whom it waits for; the keys in force stay.
            """)

    @OptionGroup var rotation: RotationOptions

    @Option(
        help: ArgumentHelp(
            "Wait so long for the epoch before to be closed. (default: not at all)", valueName: "seconds"))
    var wait: Int?

    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard (1...86_400).contains(wait ?? 1) else { throw ValidationError("`--wait` is 1 to 86400 seconds") }
    }

    func run() throws {
        let conductor = rotation.conductor
        let stop = StopFlag.onSignals()
        try who.conducting(log.open()) { coordinator in
            let target = coordinator.history.target
            let clock = SystemClock()
            let isDone = try coordinator.rotate(
                conductor, until: wait.map { clock.now + .seconds($0) }, isStopping: { stop.isSet }
            ) { history, step in
                if let words = step.words { say(words) }
                if case .wait = step { say(EpochStory(history).progress(conductor, now: coordinator.now)) }
            }
            guard !isDone else {
                say(
                    "in force: keys of epoch \(target) (\(coordinator.history.active.digest)); the epoch before is closed"
                )
                return
            }
            guard wait != nil else {
                say("`cordon keys run`, or this command with `--wait`, takes it further")
                return
            }
            say("not done: \(coordinator.history.standing)")
            throw ExitCode(1)
        }
    }
}

/// How keys are rotated.
struct RotationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds from the activation of an epoch until the one before is closed: what is under way may still come.",
            valueName: "seconds"))
    var grace = 60

    @Option(
        help: ArgumentHelp(
            "Seconds after which an attempt that stands still gives way to the next.", valueName: "seconds"))
    var patience = 600

    @Option(
        help: ArgumentHelp(
            "What sessions and models are sealed by: x25519 or x-wing. (default: as in force; never a weaker one)",
            valueName: "suite"))
    var suite: String?

    @Flag(inversion: .prefixedNo, help: "Refresh the parties' shares of models.") var refreshModels = true
    @Flag(inversion: .prefixedNo, help: "Refresh the parties' shares of counts.") var refreshCounts = true

    func validate() throws {
        guard (0...31_536_000).contains(grace), (1...31_536_000).contains(patience) else {
            throw ValidationError("`--grace` is 0 to 31536000 seconds, `--patience` 1 to 31536000")
        }
        guard suite == nil || found != nil else { throw ValidationError("`--suite` is x25519 or x-wing") }
    }

    private var found: KEMSuite? { KEMSuite.allCases.first { $0.description.lowercased() == suite } }

    var conductor: EpochConductor {
        EpochConductor(
            patience: Int64(patience), grace: Int64(grace), suite: found, refreshesModels: refreshModels,
            refreshesCounts: refreshCounts)
    }
}

extension EpochConductor.Step {
    /// What the coordinator has done; nil where it waits.
    var words: String? {
        switch self {
        case .order(let order): "ordered: keys of epoch \(order.epoch), attempt \(order.attempt)"
        case .manifest(let manifest): "[2/6] keys fixed: epoch \(manifest.epoch) is \(manifest.keys)"
        case .place(.activation, let keys, _): "[4/6] in force: epoch \(keys.number)"
        case .place(.closing, let keys, _): "[6/6] closed: epoch \(keys.number)"
        case .wait: nil
        }
    }
}
