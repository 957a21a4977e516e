import ArgumentParser
import LocalConsortium
import Model
import PipelineFiles
import Stages
import Terminal

/// `cordon-bench rotation`: the pipeline while keys are rotated, and while its processes are killed meanwhile.
struct BenchRotationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation",
        abstract: "Measure the pipeline while its keys are rotated, also with processes killed at random moments.",
        discussion: """
            Three members' agents, the embedded log, three parties over mutual TLS and the coordinator's `cordon keys rotate`, each its own \
            process. Transactions are due at a steady rate: alone; while keys are rotated; through many rotations in a row while processes end by \
            kill -9 at random moments and start again, of the coordinator's process, too; and with the same kills without a rotation. At \
            last transactions come as fast as decisions come back: alone, and while keys are rotated; each ends early where the prepared ones are used up.

            Nothing is reported, and the exit is 1, where a transaction has no decision or two, was rejected for anything but a closed \
            epoch of keys (its agent seals it again), or has another score than the model in the clear; where a rotation does not come to \
            its end; and where the generator was late itself.
            """)

    @Option(help: "Rotations in a row in which processes are killed.")
    var rotations = 20

    @Option(help: "Rotations without kills, before those.")
    var undisturbed = 3

    @Option(help: "Seconds from the activation of an epoch until the one before is closed.")
    var grace = 3

    @Option(help: "Transactions a second that are due, where latency is measured.")
    var rate = 500

    @Option(help: "Seconds of each span that has no end of its own.")
    var seconds = 60.0

    @Option(help: "Seconds at the steady rate as a whole, at most.")
    var mostSeconds = 600.0

    @OptionGroup var options: PipelineOptions

    @Option(help: ArgumentHelp("Where everything goes; the model is used again, keys are made anew.", valueName: "dir"))
    var dir = "cordon-bench/rotation"

    func validate() throws {
        try options.check(rate: rate, seconds: [seconds, mostSeconds])
        guard (0...1000).contains(rotations), (1...1000).contains(undisturbed), (0...600).contains(grace) else {
            throw ValidationError(
                "`--rotations` is 0 to 1,000, `--undisturbed` 1 to 1,000, `--grace` 0 to 600 seconds")
        }
    }

    func run() throws {
        let stop = StopFlag.onSignals()
        let plan = RotationPlan(
            rotations: rotations, undisturbed: undisturbed, grace: grace, rate: rate, seconds: seconds,
            mostSeconds: mostSeconds, window: options.window, durability: options.durability, mostLate: options.lateMs,
            seed: options.seed)
        let folder = DemoFolder(path: dir)
        let spec = try readFeatureSpec(file: options.pipelines + "/features/card.yaml")
        let data = try DemoData.simulated(
            seed: options.seed, customers: options.customers, testDays: options.days(plan.transactions))
        let model = try DemoModel(data: data, spec: spec, folder: folder)
        let load = try PipelineLoad(data, model)
        let figures = try RotationBench(
            folder: folder, pipelines: options.pipelines, data: data, model: model.model, spec: spec, load: load,
            plan: plan
        ).run(stop: stop)
        say(figures.table)
        if let json = options.json { try writeFigures(figures, to: json) }
    }
}
