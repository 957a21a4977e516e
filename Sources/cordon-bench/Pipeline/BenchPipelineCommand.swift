import ArgumentParser
import LocalConsortium
import LocalStore
import Model
import PipelineFiles
import Plots
import Stages
import Terminal

/// `cordon-bench pipeline`: the whole pipeline from transaction to decision, beside the protocol alone and beside the same
/// pipeline in the clear.
struct BenchPipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Measure the whole pipeline, transaction to decision, and the same one in the clear.",
        discussion: """
            On this machine, one after the other: the protocol alone; three members' agents, the embedded log and three \
            parties over mutual TLS, each its own process; and the same agents, log and batches with one worker that has \
            the model and the features in the clear, as the baseline.

            Each pipeline is fed as fast as decisions come back, then at a steady rate (a latency counts from the moment a \
            transaction was due until its decision is visible to a reader of the decisions), one transaction at a time, \
            and, the secure one, at several rates. Nothing is reported, and the exit is 1, where a decision's score differs from the clear \
            model's on offline features, where a transaction was lost, rejected or decided twice, or where the generator \
            was late itself. The exit is 3 where --compare finds a slow-down.
            """)

    @Flag(help: "Shorter spans and one rate: under a minute, for a first look.")
    var quick = false

    @Flag(help: "The secure pipeline alone.")
    var secureOnly = false

    @Flag(help: "Give members the calibration's steps of scores, not the scores. The pipeline in the clear has scores.")
    var steps = false

    @Option(
        help: ArgumentHelp(
            "Measure the secure pipeline in turns with one that differs in this, and nothing else.",
            valueName: PipelineVariant.allCases.map(\.rawValue).joined(separator: "|")))
    var beside: PipelineVariant?

    @Option(help: "Runs of each, with --beside.")
    var turns = 3

    @Option(help: "Seconds as fast as decisions come back. (default: 60, with --quick 5)")
    var seconds: Double?

    @Option(help: "Transactions a second that are due, where latency is measured.")
    var rate = 2500

    @Option(help: "Seconds at that rate. (default: 30, with --quick 4)")
    var openSeconds: Double?

    @Option(
        help: ArgumentHelp(
            "Rates of the latency curve; those over 90 % of what the pipeline can do, or that the generator can't make, are left out. (default: 500,1000,2000,3000,4000,5000, with --quick none)",
            valueName: "list")
    )
    var rates: String?

    @Option(help: "Seconds at each of them.")
    var curveSeconds = 10.0

    @OptionGroup var options: PipelineOptions

    @Option(help: ArgumentHelp("Where everything goes; keys and model are used again.", valueName: "dir"))
    var dir = "cordon-bench"

    @Option(help: ArgumentHelp("Draw latency against load (SVG).", valueName: "file"))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Hold the ratios against those of a stored result; exit 3 where one fell by more than 10 %.",
            valueName: "file"))
    var compare: String?

    @Option(
        help: ArgumentHelp(
            "Count allocations a transaction, too, in a short run of the secure pipeline with this library loaded.",
            valueName: "so"))
    var allocationCounter: String?

    func validate() throws {
        guard compare == nil || !secureOnly else {
            throw ValidationError("`--compare` needs the clear pipeline, so not `--secure-only`")
        }
        guard turns > 0 else { throw ValidationError("`--turns` is 1 or more") }
        try options.check(rate: rate, seconds: [seconds ?? 1, openSeconds ?? 1, curveSeconds])
        _ = try curve
    }

    private var curve: [Int] {
        get throws {
            guard let rates else { return quick ? [] : [500, 1000, 2000, 3000, 4000, 5000] }
            let list = rates.split(separator: ",").map { Int($0) ?? 0 }
            guard list.allSatisfy({ (1...1_000_000).contains($0) }) else {
                throw ValidationError("`--rates \(rates)` is not a list such as 500,1000")
            }
            return list.sorted()
        }
    }

    func run() throws {
        let stop = StopFlag.onSignals()
        let stored = try compare.map { try StoredRatios(file: $0) }
        let plan = PipelinePlan(
            seconds: seconds ?? (quick ? 5 : 60), window: options.window, rate: rate,
            openSeconds: openSeconds ?? (quick ? 4 : 30), curve: try curve, curveSeconds: curveSeconds,
            singles: quick ? 30 : 50, durability: options.durability, mostLate: options.lateMs)
        let folder = DemoFolder(path: dir)
        let spec = try readFeatureSpec(file: options.pipelines + "/features/card.yaml")
        let data = try DemoData.simulated(
            seed: options.seed, customers: options.customers, testDays: options.days(prepared(plan)))
        let model = try DemoModel(data: data, spec: spec, folder: folder)
        let load = try PipelineLoad(data, model)
        let bench = PipelineBench(
            folder: folder, pipelines: options.pipelines, data: data, model: model.model, spec: spec, load: load,
            plan: plan,
            rounded: steps)
        if let beside {
            say(try bench.compare(beside, runs: turns, stop: stop).text)
            return
        }
        var figures = PipelineFigures(
            secure: try bench.run(.secure, stop: stop), window: options.window, durability: options.durability.rawValue)
        if !secureOnly {
            let alone = try measureProtocol(model.model.forest, seconds: quick ? 3 : 10)
            figures.add(clear: try bench.run(.clear, stop: stop), alone)
        }
        if let allocationCounter {
            let counter = try AllocationCounter(object: allocationCounter, folder: dir + "/allocations")
            let allocations = try bench.allocations(counter, stop: stop)
            figures.pipeline.agent.allocations_per_tx = allocations.agent
            figures.pipeline.party?.allocations_per_tx = allocations.party
        }
        say(figures.table)
        if let json = options.json { try writeFile(try figures.json, to: json) }
        if let svg { try writeFile(Array(LatencyPicture(pipeline: figures.pipeline).svg.utf8), to: svg) }
        let slowdowns = stored?.slowdowns(figures) ?? []
        for slowdown in slowdowns { say(slowdown) }
        if !slowdowns.isEmpty { throw ExitCode(3) }
    }

    /// Transactions that are prepared: more than 18,000 a second are not to be expected of one machine for long (a closed loop
    /// ends early where they are used up).
    private func prepared(_ plan: PipelinePlan) -> Int {
        plan.reserve + Int((plan.seconds + 1) * (secureOnly ? 10_000 : 18_000))
    }
}
