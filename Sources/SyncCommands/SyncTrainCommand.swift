import ArgumentParser
import CommandOptions
import Manifests
import Model
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

struct SyncTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Have the three parties train a version on rows that they keep.",
        discussion: """
            Orders the training, shows group by group of trees how far it is, and says in the end what is public of it. All labelled rows \
            of the window take part. The parties open the number of frauds and nothing else of them; nobody ever sees the model. \
            Ctrl-C stops looking, not the training. Nothing changes in scoring until `cordon sync promote`.
            """)

    @OptionGroup var training: SyncTrainingOptions
    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    @Option(help: ArgumentHelp("Seconds that parties have to begin in.", valueName: "number"))
    var patience = 3600

    func run() throws {
        let stop = StopFlag.onSignals()
        try who.coordinating(log.open()) { coordinator in
            let planner = try SyncRuleOptions.parse(["--patience", "\(patience)"]).planner()
            let work = SyncWork(coordinator, planner, isStopping: { stop.isSet })
            let task = try training.task(coordinator)
            let progress = SyncProgress("training \(task.version)")
            let version = try work.train(task) { progress.show($0) }
            progress.done("\(version.trained.rows) rows, \(version.trained.frauds) frauds")
            say(version.trainedText)
            say("next: cordon sync validate --model-version \(task.version), once later transactions have labels")
        }
    }
}

/// What a version is trained on, and how.
struct SyncTrainingOptions: ParsableArguments {
    @Option(
        name: .customLong("model-version"),
        help: ArgumentHelp(
            "The version's name in every decision. (default: sync-N, by the order's number)", valueName: "name"))
    var version: String?

    @Option(
        help: ArgumentHelp(
            "The public bins of the model in force, or of the next spec, with frequencies: bins.json.",
            valueName: "file"))
    var bins: String

    @Flag(
        help: """
            Take how often bits are set from the newest rows that the parties opened it of, in place of the bins' frequencies.
            """)
    var openedFrequencies = false

    @Option(help: ArgumentHelp("Train on transactions of so many days before the window's end.", valueName: "days"))
    var days: Int?

    @Option(
        help: ArgumentHelp(
            "Train on offsets of consortium.sealed from here on. (default: the oldest batch)", valueName: "offset"))
    var from: Int64?

    @Option(help: ArgumentHelp("Train on offsets before this one. (default: what is decided)", valueName: "offset"))
    var until: Int64?

    @Option(help: ArgumentHelp("Leave so many of the window's newest days for the validation.", valueName: "days"))
    var leave: Double = 0

    @Option(help: ArgumentHelp("Fewer labelled rows, and nothing is trained.", valueName: "number"))
    var leastRows = 1000

    @Option(help: ArgumentHelp("Fewer frauds, and nothing is trained.", valueName: "number"))
    var leastFrauds = 50

    @Option(help: ArgumentHelp("Trees; a whole number of groups.", valueName: "number"))
    var trees = TrainingRule.standard.trees

    @Option(help: ArgumentHelp("Trees that grow at once.", valueName: "number"))
    var group = TrainingRule.standard.group

    @Option(help: ArgumentHelp("Bits that a condition is chosen among.", valueName: "number"))
    var candidates = TrainingRule.standard.candidates

    @Option(
        help: ArgumentHelp(
            "Bits of a condition's weights: one less gives twice as many rows and frauds room.", valueName: "number"))
    var weightBits = TrainingRule.standard.weightBits

    @Option(help: ArgumentHelp("A member that takes part however many frauds it has. Repeatable.", valueName: "name"))
    var admit: [String] = []

    func task(_ coordinator: SyncCoordinator) throws -> TrainTask {
        let rule: TrainingRule
        do throws(TrainingRule.Invalid) {
            rule = try TrainingRule(trees: trees, group: group, candidates: candidates, weightBits: weightBits)
        } catch { throw Failure("\(error)") }
        var request = TrainRequest(
            bins: try readBins(bins), rule: rule, leastRows: leastRows, leastFrauds: leastFrauds)
        request.version = version
        request.usesOpenedFrequencies = openedFrequencies
        request.window = TrainWindow(from: from, until: until, days: days, leave: leave)
        request.admitted = try admit.map { name in
            guard let member = MemberID(name) else { throw Failure("`--admit \(name)`: the roster has no such member") }
            return member
        }
        do { return try coordinator.training(request) } catch let mistake as SyncMistake {
            throw Failure("this can't be ordered: \(mistake)")
        }
    }
}
