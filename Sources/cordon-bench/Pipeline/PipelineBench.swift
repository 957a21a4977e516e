import EventLogs
import Foundation
import Keys
import LocalConsortium
import LocalStore
import Model
import Records
import Roles
import Stages
import Terminal

/// What a run of a pipeline goes through.
struct PipelinePlan {
    /// Of the closed loop.
    var seconds: Double
    var window: Int
    /// Of the open loop.
    var rate: Int
    var openSeconds: Double
    var curve: [Int]
    var curveSeconds: Double
    /// Transactions sent one at a time.
    var singles: Int
    /// Of the log.
    var durability: LogDurability
    /// Milliseconds that the generator may be late by (p99).
    var mostLate: Double

    /// Transactions that the open loops and the single ones take.
    var reserve: Int {
        singles + Int(Double(rate) * openSeconds) + curve.reduce(0) { $0 + Int(Double($1) * curveSeconds) }
    }
}

/// One pipeline over the same load: secure, or in the clear as the baseline.
struct PipelineBench {
    enum Kind: String { case secure, clear }

    private static let worker = "clear-worker"

    var folder: DemoFolder
    let pipelines: String
    let data: DemoData
    let model: ClearModel
    let spec: FeatureSpec
    let load: PipelineLoad
    var plan: PipelinePlan
    /// Whether the secure pipeline gives members the calibration's steps of scores.
    var rounded = false
    /// What the secure pipeline differs in; nil where it is the one that members have.
    var variant: PipelineVariant?
    /// Where allocations are counted, which takes time of the processes.
    var counter: AllocationCounter?

    struct Outcome {
        var figures: PipelineFigures.Pipeline
        var costs: CellCosts
        /// Of a record on `consortium.sealed`, key and headers included.
        var recordBytes: Double
        var compared: Int
        /// Of a member's announcement of sessions.
        var announcementBytes: Double
    }

    func run(_ kind: Kind, stop: StopFlag) throws -> Outcome {
        let consortium = try DemoConsortium(
            folder: folder, pipelines: pipelines, members: data.members, durability: plan.durability,
            roundsScores: rounded, suite: variant?.suite ?? .xWing)
        _ = try deal(model, roster: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        try consortium.backfill(data, spec: spec)
        let processes = try start(kind, consortium, stop)
        defer { processes.stop() }
        let (figures, sent) = try withPrecedence { try measure(kind, consortium.log, processes, stop) }
        processes.stop()
        let outcome = Outcome(
            figures: figures, costs: CellCosts(folder: folder, members: data.members),
            recordBytes: try recordBytes(consortium.log), compared: sent,
            announcementBytes: try announcementBytes(consortium.log))
        // Kept where something went wrong, to be looked into.
        try? FileManager.default.removeItem(atPath: folder.run)
        return outcome
    }

    /// The secure pipeline and a variant of it in turns, so many runs of each as fast as decisions come back.
    func compare(_ variant: PipelineVariant, runs: Int, stop: StopFlag) throws -> VariantComparison {
        var comparison = VariantComparison(variant: variant)
        var usual = self
        (usual.plan.openSeconds, usual.plan.singles, usual.plan.curve) = (1, 1, [])
        usual.plan.rate = min(plan.rate, 500)
        var varied = usual
        varied.variant = variant
        if variant == .classicalKeys {
            varied.folder = DemoFolder(path: folder.path + "/\(variant.rawValue)")
            let (model, copy) = (folder.path + "/model", varied.folder.path + "/model")
            try FileManager.default.createDirectory(atPath: varied.folder.path, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: model, toPath: copy)
        }
        for _ in 0..<runs {
            comparison.usual.append(VariantComparison.Run(try usual.run(.secure, stop: stop)))
            comparison.varied.append(VariantComparison.Run(try varied.run(.secure, stop: stop)))
        }
        return comparison
    }

    /// Calls of the allocator a transaction in the secure pipeline, of its agent and of each party, in a short run.
    func allocations(
        _ counter: AllocationCounter, stop: StopFlag
    ) throws -> (agent: Double?, party: Double?) {
        var bench = self
        bench.counter = counter
        (bench.plan.seconds, bench.plan.openSeconds, bench.plan.singles) = (4, 1, 1)
        (bench.plan.rate, bench.plan.curve) = (min(plan.rate, 500), [])
        let figures = try bench.run(.secure, stop: stop).figures
        return (figures.agent.allocations_per_tx, figures.party?.allocations_per_tx)
    }

    /// Feeds and watches a pipeline, and holds what it decided against what it should.
    private func measure(
        _ kind: Kind, _ log: any EventLog, _ processes: DemoProcesses, _ stop: StopFlag
    ) throws -> (figures: PipelineFigures.Pipeline, sent: Int) {
        let watch = PipelineWatch(log: log, members: data.members, load: load)
        let pipeline = RunningPipeline(
            kind.rawValue, log: log, load: load, watch: watch, processes: processes, counter: counter, stop: stop)
        let figures = try watch.watching(stop: stop) { try measure(kind, pipeline, processes) }
        try verify(watch.answers, sent: pipeline.sent, rounded: kind == .secure && rounded)
        return (figures, pipeline.sent)
    }

    private func start(_ kind: Kind, _ consortium: DemoConsortium, _ stop: StopFlag) throws -> DemoProcesses {
        let binary = try cordonProgram()
        switch kind {
        case .secure:
            return try consortium.start(
                binary, data, model.binned, stop: stop, environment: counter?.environment ?? [:],
                party: variant == .withoutEvidence ? (try ownProgram(), "bare-party") : nil)
        case .clear:
            let processes = DemoProcesses()
            try processes.start(
                Self.worker, ownProgram(),
                ["clear-worker", "--model", folder.model] + consortium.shared(Self.worker),
                logFile: folder.logFile(Self.worker))
            try consortium.startAgents(["clear-agent"], ownProgram(), processes)
            let progress = Progress("starting \(1 + data.members.count) processes")
            try consortium.wait(for: processes, stop) {
                consortium.areAgentsRunning && FileManager.default.fileExists(atPath: folder.metrics(Self.worker))
            }
            progress.done("one worker in the clear (INSECURE), \(data.members.count) agents")
            return processes
        }
    }

    private func measure(
        _ kind: Kind, _ pipeline: RunningPipeline, _ processes: DemoProcesses
    ) throws -> PipelineFigures.Pipeline {
        let closed = try pipeline.closed(seconds: plan.seconds, window: plan.window, reserve: plan.reserve)
        let rate = Double(closed.transactions) / closed.seconds
        let open = try pipeline.open(rate: plan.rate, seconds: plan.openSeconds, mostLate: plan.mostLate)
        let single = try pipeline.single(count: plan.singles)
        let curve = kind == .secure ? try curve(pipeline, below: 0.9 * rate) : nil
        let peak = try ProcessUsage.all(processes, counter).mapValues(\.peakMegabytes)
        func role(_ names: [String], each: Int) -> PipelineFigures.Role {
            let used = names.compactMap { closed.usage[$0] }
            func perTransaction(_ seconds: Double) -> Double {
                seconds * 1e6 / Double(closed.transactions * each)
            }
            return PipelineFigures.Role(
                cpu_us_per_tx: perTransaction(used.reduce(0) { $0 + $1.processorSeconds }),
                cpu_step_us_per_tx: perTransaction(used.reduce(0) { $0 + $1.step }),
                stage_step_us_per_tx: perTransaction(ProcessUsage.tick),
                stages: used.reduce(into: [:]) { $0.merge($1.stages, uniquingKeysWith: +) }.mapValues(perTransaction),
                allocations_per_tx: counter.map { _ in
                    used.reduce(0) { $0 + ($1.allocations ?? 0) } / Double(closed.transactions * each)
                },
                peak_mb: names.compactMap { peak[$0] }.max() ?? 0)
        }
        return PipelineFigures.Pipeline(
            tx_per_s: rate, closed_loop_s: closed.seconds, latency_ms: open.latency, latency_rate: plan.rate,
            latency_curve: curve, generator_late_ms_p99: open.lateP99, single_ms: single,
            agent: role(data.members.map(\.name), each: 1),
            party: kind == .secure ? role(PartyID.allCases.map(\.name), each: 3) : nil,
            worker: kind == .clear ? role([Self.worker], each: 1) : nil)
    }

    /// Latency at several rates. A rate that the pipeline hardly keeps up with, or doesn't, has no latency of its own, and one
    /// that the generator can't make has none to report.
    private func curve(_ pipeline: RunningPipeline, below most: Double) throws -> [PipelineFigures.Point] {
        var points: [PipelineFigures.Point] = []
        for rate in plan.curve {
            guard Double(rate) < most else {
                Progress("\(rate) transactions/s").done("left out: over 90 % of what the pipeline can do")
                continue
            }
            let open: RunningPipeline.Open
            do {
                open = try pipeline.open(rate: rate, seconds: plan.curveSeconds, mostLate: plan.mostLate)
            } catch let late as GeneratorLate {
                Progress("\(rate) transactions/s").done("left out: \(late)")
                continue
            }
            let latency = open.latency
            points.append(
                .init(
                    rate: rate, p50: latency.p50, p99: latency.p99, p999: latency.p999, max: latency.max,
                    generator_late_ms_p99: open.lateP99))
        }
        return points
    }

    /// Each transaction that was sent has one decision, with the clear model's score on offline features, or its step.
    private func verify(_ answers: PipelineWatch.Answers, sent: Int, rounded: Bool) throws {
        try answers.checkOnce(sent: sent)
        let different = zip(answers.scores[..<sent], load.scores).count {
            $0 != (rounded ? model.calibration.step($1) : $1)
        }
        guard different == 0 else {
            throw Failure(
                "\(different) of \(sent) scores differ from the clear model's on offline features: nothing is reported")
        }
    }

    private func announcementBytes(_ log: any EventLog) throws -> Double {
        let records = try log.reader(at: [Position(TopicPartition(Topics.sessions), 0)]).available(limit: 1000)
        return records.reduce(0) { $0 + Double($1.value?.count ?? 0) } / Double(max(records.count, 1))
    }

    /// The mean over the first thousands of records.
    private func recordBytes(_ log: any EventLog) throws -> Double {
        let topic = TopicPartition(Topics.sealed)
        // The first record is the model's activation.
        let reader = try log.reader(at: [Position(topic, 1)])
        let records = try reader.available(limit: 10_000)
        let bytes = records.reduce(0) { sum, record in
            sum + (record.key?.count ?? 0) + (record.value?.count ?? 0)
                + record.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        }
        return Double(bytes) / Double(max(records.count, 1))
    }
}
