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
struct RotationPlan {
    /// With processes killed, and before that without.
    var rotations: Int
    var undisturbed: Int
    /// Seconds from an activation to the closing of the epoch before.
    var grace: Int
    /// Transactions a second of the open loop.
    var rate: Int
    /// Of each span that has no end of its own.
    var seconds: Double
    /// Of the open loop as a whole, at most.
    var mostSeconds: Double
    /// Transactions on their way at once, of the closed loops.
    var window: Int
    var durability: LogDurability
    /// Milliseconds that the generator may be late by (p99).
    var mostLate: Double
    /// Of what is killed when.
    var seed: UInt64

    /// Transactions that are prepared for a second of a closed loop, which ends early where it has used them up.
    private static let mostRate = 6_000

    /// Transactions of one closed loop.
    var closed: Int { Int(seconds + 2) * Self.mostRate }
    /// Transactions of the run as a whole.
    var transactions: Int { Int(mostSeconds * Double(rate)) + 2 * closed }
}

/// Rotations under load: the secure pipeline, whose keys are rotated and whose processes are killed meanwhile.
struct RotationBench {
    let folder: DemoFolder
    let pipelines: String
    let data: DemoData
    let model: ClearModel
    let spec: FeatureSpec
    let load: PipelineLoad
    let plan: RotationPlan

    func run(stop: StopFlag) throws -> RotationFigures {
        // Those of an earlier run are of epochs that its log alone knows.
        try? FileManager.default.removeItem(atPath: folder.keys.directory)
        let consortium = try DemoConsortium(
            folder: folder, pipelines: pipelines, members: data.members, durability: plan.durability)
        _ = try deal(model, roster: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        try consortium.backfill(data, spec: spec)
        let processes = try consortium.start(cordonProgram(), data, model.binned, stop: stop)
        defer { processes.stop() }
        let figures = try withPrecedence { try measure(consortium, processes, stop) }
        processes.stop()
        // Kept where something went wrong, to be looked into.
        try? FileManager.default.removeItem(atPath: folder.run)
        return figures
    }

    /// A span of the open loop.
    private struct Span {
        var begin: UInt64
        var end: UInt64
        var seconds: Double { Double(end - begin) / 1e9 }
    }

    private func measure(
        _ consortium: DemoConsortium, _ processes: DemoProcesses, _ stop: StopFlag
    ) throws -> RotationFigures {
        let watch = PipelineWatch(log: consortium.log, members: data.members, load: load)
        let pipeline = RunningPipeline(
            "secure", log: consortium.log, load: load, watch: watch, processes: processes, counter: nil, stop: stop)
        // What comes behind a closing is sealed again after a minute.
        pipeline.patience = .seconds(150)
        var figures = try watch.watching(stop: stop) { try measure(consortium, processes, pipeline) }
        let answers = watch.answers
        try answers.checkOnce(sent: pipeline.sent)
        let different = zip(answers.scores[..<pipeline.sent], load.scores).count { $0 != $1 }
        guard different == 0 else {
            throw Failure("\(different) of \(pipeline.sent) scores differ from the clear model's: nothing is reported")
        }
        (figures.compared, figures.sealed_again) = (pipeline.sent, answers.late)
        return figures
    }

    private func measure(
        _ consortium: DemoConsortium, _ processes: DemoProcesses, _ pipeline: RunningPipeline
    ) throws -> RotationFigures {
        var orders = RotationOrders(consortium, grace: plan.grace, seed: plan.seed, pipeline: pipeline)
        func span(_ body: () throws -> Void) throws -> Span {
            let begin = BenchStamp.now
            try body()
            return Span(begin: begin, end: BenchStamp.now)
        }
        var spans: (before: Span, rotated: Span, disturbed: Span, killed: Span)?
        let steady = try pipeline.open(rate: plan.rate, mostSeconds: plan.mostSeconds, mostLate: plan.mostLate) {
            // The first transactions come after some without any.
            try orders.wait(1)
            let before = try span { try orders.wait(plan.seconds) }
            let rotated = try span { for _ in 0..<plan.undisturbed { try orders.rotate() } }
            var disturbances: [RotationOrders.Disturbance] = []
            let killed = try span {
                for _ in 0..<plan.rotations { disturbances.append(try orders.rotate(killing: processes)) }
            }
            let disturbed = try span {
                for disturbance in disturbances { try orders.repeatKills(of: disturbance, processes) }
            }
            spans = (before, rotated, disturbed, killed)
        }
        guard let spans else { throw Failure("the open loop did not run") }
        func figures(_ span: Span) -> RotationFigures.Span {
            let due = steady.due.filter { (span.begin..<span.end).contains($0.time) }
            return .init(seconds: span.seconds, transactions: due.count, latency_ms: pipeline.latency(due[...]))
        }
        let alone = try pipeline.closed(seconds: plan.seconds, window: plan.window, reserve: plan.closed)
        var end: ContinuousClock.Instant?
        let during = try pipeline.closed(
            "while keys are rotated", window: plan.window, reserve: 0,
            isBegun: {
                if end == nil {
                    try orders.begin()
                    end = .now + .seconds(plan.seconds)
                }
                return true
            },
            isOver: { try orders.isDone() && end.map { .now >= $0 } ?? false })
        try orders.finish()
        let (before, rotated) = (figures(spans.before), figures(spans.rotated))
        let (disturbed, killed) = (figures(spans.disturbed), figures(spans.killed))
        let rates = [alone, during].map { Double($0.transactions) / $0.seconds }
        return RotationFigures(
            log_durability: plan.durability.rawValue, rate: plan.rate, window: plan.window, grace_s: plan.grace,
            generator_late_ms_p99: steady.lateP99, before: before, rotated: rotated, killed: killed,
            disturbed: disturbed, added_p99_ms: rotated.latency_ms.p99 - before.latency_ms.p99,
            added_p99_killed_ms: killed.latency_ms.p99 - disturbed.latency_ms.p99, undisturbed: plan.undisturbed,
            rotations: plan.rotations, kills: kills(orders.kills, steady.due, pipeline, rotated: spans.killed.end),
            epoch: try orders.epoch().number,
            tx_per_s: .init(
                alone: rates[0], during_rotation: rates[1], ratio: rates[1] / rates[0], seconds: during.seconds))
    }

    /// What each kill cost: the slowest of the transactions that were due from a tenth of a second before it to the next one.
    ///
    /// - Parameter rotated: until when keys were rotated.
    private func kills(
        _ kills: [RotationOrders.Kill], _ due: [OpenLoop.Transaction], _ pipeline: RunningPipeline, rotated: UInt64
    ) -> [RotationFigures.Kills] {
        struct Kind: Hashable, Comparable {
            var role: String
            var inRotation: Bool

            static func < (a: Self, b: Self) -> Bool { (a.role, a.inRotation ? 0 : 1) < (b.role, b.inRotation ? 0 : 1) }
        }
        let ends = kills.dropFirst().map(\.time) + [.max]
        let costs = zip(kills, ends).map { kill, end in
            let span = due.filter { ($0.time + 100_000_000 > kill.time) && $0.time + 100_000_000 < end }
            return (
                kind: Kind(role: kill.role, inRotation: kill.time < rotated),
                slowest: span.isEmpty ? 0 : pipeline.latency(span[...]).max
            )
        }
        return Dictionary(grouping: costs, by: \.kind).sorted { $0.key < $1.key }.map { kind, costs in
            let slowest = costs.map(\.slowest).sorted()
            return .init(
                role: kind.role, in_rotation: kind.inRotation, kills: slowest.count,
                median_ms: percentile(slowest, 0.5) ?? 0, most_ms: slowest.last ?? 0)
        }
    }
}
