import ArgumentParser
import CommandOptions
import Evaluation
import Manifests
import Roles
import Stages
import Terminal

struct SyncValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Hold a version against the model in force on later transactions.",
        discussion: """
            The three parties score the rows that they keep by both models, on shares, and open how many legitimate transactions and \
            frauds score within which range, over all members together; each member alone opens its own. Then, unless `--only-look` \
            says otherwise, each party seals its share of the version to itself, and its manifest is put on the log: it is ready to be \
            promoted, and scores nothing yet. Run again on later windows, it watches a version beside the model in force.
            """)

    @Option(name: .customLong("model-version"), help: ArgumentHelp("Which. (default: the newest)", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "From this offset of consortium.sealed on. (default: what was not looked at yet)", valueName: "offset"))
    var from: Int64?

    @Option(help: ArgumentHelp("Before this one. (default: what is decided)", valueName: "offset"))
    var until: Int64?

    @Flag(help: "Don't seal the version.") var onlyLook = false
    @OptionGroup var rules: SyncRuleOptions
    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        let stop = StopFlag.onSignals()
        try who.coordinating(log.open()) { coordinator in
            let work = SyncWork(coordinator, try rules.planner(), isStopping: { stop.isSet })
            let version = try coordinator.history.version(named: name)
            guard let inForce = try coordinator.modelInForce(), let champion = try coordinator.manifest(inForce) else {
                throw Failure("no model is in force")
            }
            let figures = try validate(version, against: champion, work)
            for line in figures.lines(version.task.version, champion.version) { say(line) }
            guard !onlyLook else { return }
            let sealing = SyncProgress("sealing \(version.task.version)")
            let sealed = try work.seal(version) { sealing.show($0) }
            sealing.done("each party's share is sealed to it")
            say("rule: \(work.planner.judge(sealed, in: coordinator.history).reason)")
            if let model = sealed.sealed?.model { say("model \(sealed.task.version) (\(model)) is on the log") }
        }
    }

    private func validate(
        _ version: SyncVersion, against champion: ModelManifest, _ work: SyncWork
    ) throws -> SyncFigures {
        guard (from == nil) == (until == nil) else { throw Failure("`--from` and `--until` go together") }
        if let from, let until, from >= until { throw Failure("`--from` is below `--until`") }
        let range = from.flatMap { from in until.map { from..<$0 } }
        var progress: SyncProgress?
        var current = 0
        let figures = try work.validate(version, against: champion, on: range) { job, window, count in
            if window != current {
                progress?.done("opened")
                progress = SyncProgress("validating \(version.task.version), window \(window) of \(count)")
                current = window
            }
            progress?.show(job)
        }
        progress?.done("opened")
        return figures
    }
}
