import ArgumentParser
import Evaluation
import Foundation
import LocalConsortium
import LocalStore
import Model
import PipelineFiles
import Records
import Roles
import Stages
import Terminal
import Worlds

/// The main job on one machine, to be watched.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run a whole consortium on this machine and watch it.",
        discussion: """
            Three members and three scoring parties, each its own process, on the embedded log: simulates transactions (or \
            replays CSV files), trains a first model, deals it in shares, scores the stream, and shows it. The model reads \
            what all members together know of a terminal, which none of them and no party sees. Ctrl-C stops all of it.
            """)

    @Option(help: ArgumentHelp("Where everything goes; keys, data and model are used again.", valueName: "dir"))
    var dir = "cordon-demo"

    @Option(help: ArgumentHelp("Replay the CSV files of a folder instead of simulating.", valueName: "dir"))
    var replay: String?

    @Option(help: ArgumentHelp("How those files are read.", valueName: "file"))
    var format: String?

    @Option(help: ArgumentHelp("Days to train on, both included (with --replay).", valueName: "from..to"))
    var train: String?

    @Option(help: ArgumentHelp("Days to score, both included (with --replay).", valueName: "from..to"))
    var test: String?

    @Option(help: "Seed of the simulated world.")
    var seed: UInt64 = 1

    @Option(help: "Customers of the simulated world.")
    var customers = 3000

    @Option(help: "Transactions a second; 0 is as fast as decisions come back.")
    var rate = 0.0

    @Option(help: "Most transactions on their way at once.")
    var window = 256

    @Option(
        help: ArgumentHelp(
            """
            What the log survives: a power cut, where every append waits for this machine's disk, or the end of any process, as \
            a Kafka broker's does by default.
            """))
    var durability = LogDurability.power

    @Flag(help: "Every bank by itself: its own windows, its own model. (default: a consortium)")
    var alone = false

    @Flag(help: "Say what every bank would have stopped alone, and what it stops in the consortium.")
    var compare = false

    @Option(
        help: ArgumentHelp(
            "With --compare: alerts a risk team looks at, of a thousand transactions.", valueName: "number"))
    var budget = 5.0

    @Flag(help: "Have the token key rotated while transactions are scored.")
    var rotate = false

    @Flag(
        help: """
            Have the parties train a challenger on shares while transactions flow, hold it against the first model, and promote it \
            where it is better. Simulates 17 days, so that labels come; from the first of them on thieves take smaller amounts than \
            those that the first model was trained on.
            """)
    var retrain = false

    @Option(
        help: ArgumentHelp(
            """
            With --retrain and --replay: days to train the challenger on, of those that are scored; it is held against the first model on \
            the days behind, from when their labels are known.
            """, valueName: "from..to"))
    var retrainOn: String?

    @Flag(
        inversion: .prefixedNo,
        help: """
            Serve the first member's desk (docs/DESK.md), and print a link that signs in once. A simulated analyst judges some of its \
            alerts, all others are the visitor's. (default: --desk, but not with --alone)
            """)
    var desk: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "With a desk: stay when everything is decided, until Ctrl-C. (default: --stay on a terminal)")
    var stay: Bool?

    @Flag(help: "Give members the calibration's steps of scores, not the scores.")
    var steps = false

    @Option(help: ArgumentHelp("Write the summary as JSON.", valueName: "file"))
    var summary: String?

    @Option(help: ArgumentHelp("Where topics, features, mappings and policies are.", valueName: "dir"))
    var pipelines = "pipelines"

    func validate() throws {
        if replay != nil {
            guard train != nil, test != nil else {
                throw ValidationError("`--replay` needs `--train FROM..TO` and `--test FROM..TO`")
            }
        } else if train != nil || test != nil || format != nil {
            throw ValidationError("`--train`, `--test` and `--format` go with `--replay`")
        }
        guard !(alone && compare) else {
            throw ValidationError("`--compare` compares the consortium with every bank alone: leave `--alone` out")
        }
        guard !(alone && rotate) else {
            throw ValidationError("`--rotate` is for a consortium, whose features need tokens: leave `--alone` out")
        }
        guard !(alone && retrain) else {
            throw ValidationError("`--retrain` is for a consortium: leave `--alone` out")
        }
        guard (retrain && replay != nil) == (retrainOn != nil) else {
            throw ValidationError("`--retrain-on FROM..TO` goes with `--retrain` and `--replay`, which need it")
        }
        guard !(alone && desk == true) else {
            throw ValidationError("`--desk` is for a consortium: leave `--alone` out")
        }
        guard hasDesk || stay != true else { throw ValidationError("`--stay` is for who visits the desk") }
        guard rate >= 0, rate.isFinite, window > 0 else {
            throw ValidationError("`--rate` and `--window` are not negative")
        }
    }

    private var hasDesk: Bool { desk ?? !alone }

    func run() throws {
        let start = ContinuousClock.now
        say("everything goes to \(dir); Ctrl-C stops all of it")
        guard let budget = AlertBudget(perThousand: budget) else {
            throw Failure("`--budget` is above 0, at most 1000")
        }
        let data = try readData()
        var summary = alone ? try runAlone(data, start) : try runTogether(data, start)
        if compare, !summary.stopped {
            guard let plan = UpliftPlan(train: data.train, test: data.test) else {
                throw Failure("the test days begin before the training days end")
            }
            let uplift = try UpliftStudy(
                data.transactions, plan, own: features("card-alone"), consortium: .init(test: summary.scores),
                budget: budget, progress: Progress.init
            ).uplift
            summary.uplift = UpliftForm(uplift)
            say(summary.text)
            say("")
            for line in uplift.lines { say(line) }
        } else {
            say(summary.text)
        }
        if let file = self.summary { try writeFile(summary.json, to: file) }
        guard !summary.stopped else { throw ExitCode(130) }
        guard summary.all.decided_once == summary.all.transactions,
            summary.all.equal_to_clear == summary.all.transactions
        else {
            throw Failure("not every transaction was decided once with the score of the model in the clear")
        }
    }

    /// One consortium of all members, with the features that they have in common.
    private func runTogether(
        _ data: DemoData, _ start: ContinuousClock.Instant
    ) throws -> DemoSummary {
        let folder = DemoFolder(path: dir)
        let (model, clear, outcome) = try play(data, features("card-consortium"), folder)
        var summary = DemoSummary(
            data: data, clear: clear, outcome: outcome, quality: quality(data, outcome.state))
        summary.take(CellCosts(folder: folder, members: data.members))
        summary.first_score_s = outcome.state.first.map { ($0 - start) / .seconds(1) }
        summary.model = model.version
        summary.folder = dir
        return summary
    }

    /// Every member by itself, one after the other: its own windows, its own model, three parties that score for it alone.
    private func runAlone(
        _ data: DemoData, _ start: ContinuousClock.Instant
    ) throws -> DemoSummary {
        var clear: [Int: Int64] = [:]
        var whole = DemoRun.Outcome(state: DemoWatch.State(), sent: [:], peakMemory: 0, stopped: false)
        for member in data.members where !whole.stopped {
            say("\n\(member) alone")
            let (_, scores, outcome) = try play(
                data.only(member), features("card-alone"), DemoFolder(path: "\(dir)/alone/\(member)"))
            whole.take(outcome)
            let places = data.transactions.indices.filter { data.transactions[$0].member == member }
            for (place, score) in scores { clear[places[place]] = score }
        }
        var summary = DemoSummary(data: data, clear: clear, outcome: whole, quality: quality(data, whole.state))
        // The members' runs follow each other.
        summary.tx_per_s = nil
        summary.first_score_s = whole.state.first.map { ($0 - start) / .seconds(1) }
        summary.model = "a model a member"
        summary.folder = dir
        return summary
    }

    /// - Returns: the model, what members are to get of its scores, and what they got.
    private func play(
        _ data: DemoData, _ spec: FeatureSpec, _ folder: DemoFolder
    ) throws -> (model: ClearModel, clear: [Int: Int64], outcome: DemoRun.Outcome) {
        // Set by a signal, and at the end of this run.
        let stop = StopFlag.onSignals()
        let days = try retrain ? retrainingDays(data) : nil
        let model = try DemoModel(data: data, spec: spec, folder: folder)
        let consortium = try DemoConsortium(
            folder: folder, pipelines: pipelines, members: data.members, durability: durability, roundsScores: steps,
            // Enough to ask every five seconds, as often as an agent does.
            reasons: hasDesk ? ReasonLimits(daily: 200_000) : nil)
        _ = try deal(
            model.model, roster: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        try consortium.backfill(data, spec: spec)
        guard !stop.isSet else { throw ExitCode(130) }
        let run = DemoRun(
            consortium: consortium, data: data, bins: model.model.binned, rate: rate, window: window,
            faults: replay == nil,
            rotation: rotate ? DemoRotation(folder: folder, consortium: consortium) : nil,
            retraining: days.map { DemoRetraining(consortium: consortium, bins: model.model.binned, days: $0) },
            desk: hasDesk
                ? data.members.first.flatMap {
                    DemoAnalyst(log: consortium.log, member: $0, transactions: data.transactions)
                } : nil,
            stays: hasDesk && stay ?? (isatty(STDOUT_FILENO) == 1))
        let clear = model.clearScores(rounded: consortium.roster.roundsScores)
        return (model.model, clear, try run.watch(binary: cordonProgram(), stop: stop))
    }

    private func retrainingDays(_ data: DemoData) throws -> DemoRetrainingDays {
        guard
            let days = try retrainOn.map({ DemoRetrainingDays(data, trained: try DayRange($0).days) })
                ?? DemoRetrainingDays(data)
        else {
            throw Failure(
                "`--retrain-on` are days of `--test`, behind which it has two label delays of \(data.labelDelayDays) days and a day more"
            )
        }
        return days
    }

    private func features(_ name: String) throws -> FeatureSpec {
        try readFeatureSpec(file: pipelines + "/features/\(name).yaml")
    }

    private func readData() throws -> DemoData {
        if let replay, let train, let test {
            return try DemoData.replayed(
                replay, format: format ?? pipelines + "/replays/handbook.yaml", train: train, test: test)
        }
        return try DemoData.simulated(seed: seed, customers: customers, testDays: retrain ? 17 : 7, changes: retrain)
    }

    private func quality(_ data: DemoData, _ state: DemoWatch.State) -> ConsortiumQuality {
        var scores: [Int: Double] = [:]
        for (index, labelled) in data.transactions.enumerated() {
            if let decision = state.decisions[labelled.member]?[labelled.transaction.id] {
                scores[index] = Double(decision.raw)
            }
        }
        return measure(data.transactions, train: data.train, test: data.test, scores: scores)
    }
}
