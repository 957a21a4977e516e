import ArgumentParser
import LocalConsortium
import Model
import PipelineFiles
import Records
import Stages
import Terminal

/// `cordon-bench retraining`: the pipeline while its parties train, validate, and switch models.
struct BenchRetrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retraining",
        abstract: "Measure the pipeline while its parties train on shares, validate, promote and roll back.",
        discussion: """
            Three members' agents, the embedded log and three parties over mutual TLS that count for the consortium and keep rows, each \
            its own process, with the coordinator in this one. First what is trained on comes, with its labels. Then transactions are \
            due at a steady rate, while a model is trained on shares, held against the one in force on later transactions (the \
            challenger in shadow: live rows scored by both, off the hot path), promoted, and rolled back. At last they come as fast as \
            decisions come back: alone, and while another such training runs.

            Members know what became of a transaction after a day, and not after a week as in the other benches, so that there are labelled \
            rows after seconds. Nothing is reported, and the exit is 1, where a transaction has no decision or two, was scored by another \
            model than was in force at its place in the log, or has another score than that model in the clear; and where the generator \
            was late itself.
            """)

    @Option(help: "Transactions a second that are due, where latency is measured.")
    var rate = 1000

    @Option(help: "Seconds of each span that has no end of its own.")
    var seconds = 10.0

    @Option(help: "Seconds at the steady rate as a whole, at most.")
    var mostSeconds = 90.0

    @Option(help: "Transactions that are trained on.")
    var rows = 20_000

    @Option(help: "Later transactions that challenger and champion are both scored on.")
    var shadowRows = 10_000

    @Option(help: "Windows that they are validated in.")
    var windows = 5

    @OptionGroup var options: PipelineOptions

    @Option(help: ArgumentHelp("Where everything goes; keys and model are used again.", valueName: "dir"))
    var dir = "cordon-bench/retraining"

    func validate() throws {
        try options.check(rate: rate, seconds: [seconds, mostSeconds])
        guard (100...10_000_000).contains(rows), (100...10_000_000).contains(shadowRows), (1...100).contains(windows)
        else { throw ValidationError("`--rows` and `--shadow-rows` are 100 to 10,000,000, `--windows` 1 to 100") }
    }

    /// Days after which members know what became of a transaction.
    private static let labelDays = 1

    func run() throws {
        let stop = StopFlag.onSignals()
        let plan = RetrainingPlan(
            rate: rate, seconds: seconds, mostSeconds: mostSeconds, window: options.window, rows: rows,
            shadowRows: shadowRows,
            windows: windows, durability: options.durability, mostLate: options.lateMs)
        let published = try readFeatureSpec(file: options.pipelines + "/features/card-consortium.yaml")
        let spec = FeatureSpec(
            name: published.name, features: published.features,
            terms: ConsortiumTerms(
                bucket: published.terms.bucket, labelDelay: Int64(Self.labelDays) * EventTime.day))
        // Labels leave a bucket and this delay after a transaction; as much again as a bucket is for their way.
        let daily = 2 * options.customers
        let unlabelled = daily * Int(spec.terms.labelDelay + 2 * spec.terms.bucket) / Int(EventTime.day)
        let folder = DemoFolder(path: dir)
        let data = try DemoData.simulated(
            seed: options.seed, customers: options.customers,
            testDays: options.days(plan.transactions(unlabelled: unlabelled)),
            labelDelayDays: Self.labelDays)
        let model = try DemoModel(data: data, spec: spec, folder: folder)
        let load = try PipelineLoad(data, model, bucket: spec.terms.bucket)
        let bench = RetrainingBench(
            folder: folder, pipelines: options.pipelines, data: data, model: model.model, spec: spec, load: load,
            unlabelled: unlabelled, plan: plan)
        let figures = try bench.run(stop: stop)
        say(figures.table)
        if let json = options.json { try writeFigures(figures, to: json) }
    }
}
