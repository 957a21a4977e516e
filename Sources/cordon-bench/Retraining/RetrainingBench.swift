import Evaluation
import EventLogs
import Foundation
import LocalConsortium
import LocalStore
import Manifests
import Model
import Records
import Roles
import Stages
import Terminal

/// What a run goes through.
struct RetrainingPlan {
    /// Transactions a second of the open loop.
    var rate: Int
    /// Of each span that has no end of its own.
    var seconds: Double
    /// Of the open loop as a whole, at most.
    var mostSeconds: Double
    /// Transactions on their way at once, of the closed loops.
    var window: Int
    /// That are trained on.
    var rows: Int
    /// That are validated, in so many windows.
    var shadowRows: Int
    var windows: Int
    var durability: LogDurability
    /// Milliseconds that the generator may be late by (p99).
    var mostLate: Double

    /// Seconds around a decision to switch: before it is written, and after.
    static let around = (before: 0.1, after: 1.0)
    /// More than a pipeline with the consortium's counts does in a second on one machine.
    private static let mostRate = 7_000

    /// Transactions of the closed loop while training runs, and of the one without.
    var loaded: Int { Int(seconds + 2) * Self.mostRate }
    /// Transactions of the run as a whole.
    ///
    /// - Parameter unlabelled: the newest ones, whose labels have not come.
    func transactions(unlabelled: Int) -> Int {
        rows + unlabelled + Int(mostSeconds * Double(rate)) + 2 * loaded
    }
}

/// Retraining under load: the secure pipeline with counts and kept rows, whose parties train, validate and switch meanwhile.
struct RetrainingBench {
    let folder: DemoFolder
    let pipelines: String
    let data: DemoData
    let model: ClearModel
    let spec: FeatureSpec
    let load: PipelineLoad
    /// The newest transactions whose labels have not come, at most.
    let unlabelled: Int
    let plan: RetrainingPlan

    func run(stop: StopFlag) throws -> RetrainingFigures {
        let consortium = try DemoConsortium(
            folder: folder, pipelines: pipelines, members: data.members, durability: plan.durability)
        let first = try deal(
            model, roster: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        try consortium.backfill(data, spec: spec)
        let processes = try consortium.start(
            cordonProgram(), data, model.binned, stop: stop, partyOptions: ["--rows", "90"])
        defer { processes.stop() }
        let (measured, sent) = try withPrecedence { try measure(consortium, processes, stop) }
        processes.stop()
        let counts = try check(consortium, sent: sent, first: first, trained: measured.manifest)
        // Kept where something went wrong, to be looked into.
        try? FileManager.default.removeItem(atPath: folder.run)
        return figures(measured, compared: sent, counts)
    }

    /// A span of the open loop.
    private struct Span {
        var begin: UInt64
        var end: UInt64
        /// Decisions that came in it, and what each process used.
        var answered: Int
        var usage: [String: ProcessUsage]

        var seconds: Double { Double(end - begin) / 1e9 }

        /// Microseconds of a party's processor time a decision.
        var partyTime: Double {
            let seconds = PartyID.allCases.reduce(0) { $0 + (usage[$1.name]?.processorSeconds ?? 0) }
            return seconds * 1e6 / Double(3 * max(answered, 1))
        }
    }

    /// What the spans of the open loop came to.
    private struct Spans {
        var before: Span
        var training: Span
        var validation: Span
        var promotion: Span
        var promoted: Span
        var rollback: Span
        /// Rows that challenger and champion were scored on.
        var validated: Int
        var version: SyncVersion
        var manifest: ModelManifest
    }

    private struct Measured {
        var spans: Spans
        var manifest: ModelManifest { spans.manifest }
        var latency: (Span) -> (BenchLogCommand.Figures.Latency, transactions: Int)
        var lateP99: Double
        var throughput: RetrainingFigures.Throughput
        var peakMegabytes: Double
    }

    // MARK: Measuring

    private func measure(
        _ consortium: DemoConsortium, _ processes: DemoProcesses, _ stop: StopFlag
    ) throws -> (Measured, sent: Int) {
        let watch = PipelineWatch(log: consortium.log, members: data.members, load: load)
        let pipeline = RunningPipeline(
            "secure", log: consortium.log, load: load, watch: watch, processes: processes, counter: nil, stop: stop)
        let measured = try watch.watching(stop: stop) { try measure(consortium, pipeline) }
        try watch.answers.checkOnce(sent: pipeline.sent)
        return (measured, pipeline.sent)
    }

    private func measure(_ consortium: DemoConsortium, _ pipeline: RunningPipeline) throws -> Measured {
        let begin = try consortium.log.end(of: TopicPartition(Topics.sealed))
        try pipeline.fill(transactions: plan.rows + unlabelled, window: plan.window)
        let orders = try RetrainingOrders(
            consortium, windows: plan.windows, check: { try pipeline.check() })
        let task = try orders.task("retrained", on: begin..<begin + Int64(plan.rows), model.binned)
        var spans: Spans?
        let steady = try pipeline.open(rate: plan.rate, mostSeconds: plan.mostSeconds, mostLate: plan.mostLate) {
            spans = try self.spans(pipeline, orders, task)
        }
        guard let spans else { throw Failure("the open loop did not run") }
        let alone = try pipeline.closed(seconds: plan.seconds, window: plan.window, reserve: plan.loaded)
        let throughput = try throughput(pipeline, orders, try orders.again(task, as: "retrained-again"), alone)
        return Measured(
            spans: spans,
            latency: { span in
                let due = steady.due.filter { (span.begin..<span.end).contains($0.time) }
                return (pipeline.latency(due[...]), due.count)
            }, lateP99: steady.lateP99, throughput: throughput,
            peakMegabytes: try PartyID.allCases.compactMap { try pipeline.usage()[$0.name]?.peakMegabytes }.max() ?? 0)
    }

    /// The way of a version, while transactions come at a steady rate.
    private func spans(
        _ pipeline: RunningPipeline, _ orders: RetrainingOrders, _ task: TrainTask
    ) throws -> Spans {
        func wait(_ seconds: Double) throws {
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                try pipeline.check()
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        func span<R>(_ body: () throws -> R) throws -> (Span, R) {
            let (begin, answered, usage) = (BenchStamp.now, pipeline.answered, try pipeline.usage())
            let result = try body()
            let used = try pipeline.usage().merging(usage) { $0.since($1) }
            return (
                Span(begin: begin, end: BenchStamp.now, answered: pipeline.answered - answered, usage: used), result
            )
        }
        func around(_ decision: () throws -> Void) throws -> Span {
            try span {
                try wait(RetrainingPlan.around.before)
                try decision()
                try wait(RetrainingPlan.around.after)
            }.0
        }
        // The first transactions come after some without any.
        try wait(1)
        let (before, _) = try span { try wait(plan.seconds) }
        let (training, version) = try span { try orders.train(task) }
        let begin = task.window.range.upperBound
        let rows = begin..<begin + Int64(plan.shadowRows)
        let labels = Progress("labels of \(plan.shadowRows) later transactions")
        while pipeline.answered < plan.rows + plan.shadowRows + unlabelled { try wait(0.1) }
        labels.done("have come")
        let (validation, validated) = try span { try orders.validate(version, on: rows) }
        let manifest = try orders.seal(version)
        try wait(1)
        let promotion = try around { try orders.promote(version) }
        let (promoted, _) = try span { try wait(plan.seconds / 2) }
        let rollback = try around { try orders.rollback() }
        return Spans(
            before: before, training: training, validation: validation, promotion: promotion, promoted: promoted,
            rollback: rollback, validated: validated, version: version, manifest: manifest)
    }

    /// As fast as decisions come back, from when all parties have accepted a training until it is done, or the time is over.
    private func throughput(
        _ pipeline: RunningPipeline, _ orders: RetrainingOrders, _ task: TrainTask, _ alone: RunningPipeline.Closed
    ) throws -> RetrainingFigures.Throughput {
        let (start, order) = (ContinuousClock.now, try orders.begin(task))
        var job = try orders.job(order)
        var begin: (groups: Int, at: ContinuousClock.Instant)?
        var looked = start
        /// Looks at the log ten times a second: each look is work of this process.
        func look() throws {
            guard ContinuousClock.now - looked > .milliseconds(100) else { return }
            looked = .now
            job = try orders.job(order)
        }
        let during = try pipeline.closed(
            "while training runs", window: plan.window, reserve: 0,
            isBegun: {
                try look()
                if job.mayHaveOpened { begin = (RetrainingOrders.groups(job), .now) }
                return begin != nil
            },
            isOver: {
                try look()
                return !job.isOpen || begin.map { .now - $0.at > .seconds(plan.seconds) } ?? false
            })
        let groups = job.isOpen ? RetrainingOrders.groups(job) : task.groups
        try orders.finish(order)
        let rates = [alone, during].map { Double($0.transactions) / $0.seconds }
        return RetrainingFigures.Throughput(
            alone: rates[0], during_training: rates[1], ratio: rates[1] / rates[0], alone_s: alone.seconds,
            during_training_s: during.seconds, groups: groups - (begin?.groups ?? 0), groups_of: task.groups,
            training_s: (.now - start) / .seconds(1))
    }

    // MARK: Checking

    /// Holds each decision against the model that was in force at its place, in the clear.
    private func check(
        _ consortium: DemoConsortium, sent: Int, first: Digest32, trained: ModelManifest
    ) throws -> ForceCheck.Counts {
        let opened = try ClearModel(
            version: trained.version, binned: model.binned, forest: openedForest(trained, folder.keys),
            calibration: model.calibration)
        let rows = computeFeatures(data.transactions, spec, progress: Progress.init) { data.test.contains($0) }
        return try ForceCheck(log: consortium.log, roster: consortium.roster, load: load)
            .run(sent: sent, models: [first: model, trained.digest: opened], rows: rows)
    }

    private func figures(
        _ measured: Measured, compared: Int, _ counts: ForceCheck.Counts
    ) -> RetrainingFigures {
        let spans = measured.spans
        func figures(_ span: Span) -> RetrainingFigures.Span {
            let (latency, transactions) = measured.latency(span)
            return RetrainingFigures.Span(
                seconds: span.seconds, transactions: transactions, latency_ms: latency,
                party_cpu_us_per_tx: span.partyTime)
        }
        let before = figures(spans.before)
        let (promotion, rollback) = (figures(spans.promotion), figures(spans.rollback))
        func added(_ span: RetrainingFigures.Span) -> RetrainingFigures.Switch {
            RetrainingFigures.Switch(
                added_p99_ms: span.latency_ms.p99 - before.latency_ms.p99,
                added_max_ms: span.latency_ms.max - before.latency_ms.max)
        }
        // What validating took, set against as many transactions as rows.
        let more = (spans.validation.partyTime - spans.before.partyTime) * Double(spans.validation.answered)
        let shadowed = spans.before.partyTime + more / Double(max(spans.validated, 1))
        return RetrainingFigures(
            log_durability: plan.durability.rawValue, rate: plan.rate, window: plan.window,
            generator_late_ms_p99: measured.lateP99, before: before, training: figures(spans.training),
            validation: figures(spans.validation), promotion: promotion, promoted: figures(spans.promoted),
            rollback: rollback, promotion_added: added(promotion), rollback_added: added(rollback),
            tx_per_s: measured.throughput,
            shadow: RetrainingFigures.Shadow(
                rows: spans.validated, windows: plan.windows, party_cpu_us_per_tx: spans.before.partyTime,
                party_cpu_us_per_tx_in_shadow: shadowed, ratio: shadowed / max(spans.before.partyTime, .ulpOfOne)),
            trained_rows: spans.version.trained.rows, trained_frauds: spans.version.trained.frauds,
            compared: compared, by_first_model: counts[model.version] ?? 0,
            by_trained_model: counts[spans.manifest.version] ?? 0, peak_party_mb: measured.peakMegabytes)
    }
}
