import ArgumentParser
import Dispatch
import Foundation
import Simulation
import Synchronization

/// Simulated fault schedules of a whole consortium.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon-simulate",
        abstract:
            "Run a whole consortium in one process through schedules of faults, and hold what comes out against the clear model.",
        discussion: """
            Each seed draws a schedule: members' records among crashes, freezes, replacements, partitions handed over, frames lost, \
            delayed, repeated and reordered, logs and disks that fail, clocks that jump, and keys rotated. A schedule fails \
            where a transaction has no decision or two, a score is not the clear model's, a rejection is missing, a position \
            goes back, or a mask is used twice. The first that fails is shrunk, shown, and written to a file.

            Exit status: 0 where no schedule failed (or, with --plant, where one did), 1 otherwise.
            """)

    @Argument(help: "How many schedules.")
    var count = 1000

    @Argument(help: "The first one's seed.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Plant a bug, which is to be found: \(Plant.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "bug"))
    var plant: Plant?

    @Option(
        help: ArgumentHelp("Run the schedule in this file instead, and show what its roles log.", valueName: "file"))
    var replay: String?

    @Flag(help: "Let members join, leave and be expelled, with new keys each time.")
    var members = false

    @Flag(help: "Run the schedule of the first seed alone, and show what its roles log.")
    var logs = false

    @Option(help: "Threads.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: ArgumentHelp("Where the first failing schedule is written.", valueName: "file"))
    var failure = "failing-schedule.json"

    func validate() throws {
        guard count > 0, threads > 0 else { throw ValidationError("'<count>' and '--threads' are at least 1") }
    }

    func run() throws {
        if let replay {
            return try show(JSONDecoder().decode(Schedule.self, from: Data(contentsOf: URL(fileURLWithPath: replay))))
        }
        if logs { return try show(Schedule(seed: seed, changesMembers: members)) }
        let runs = Runs(first: seed, count: count, plant: plant, changesMembers: members)
        let begin = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { _ in runs.work() }
        let (done, failed, error) = runs.results
        if let error { throw error }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        print("\(done) schedules in \(String(format: "%.1f", seconds)) s")
        guard let failed else {
            print(plant.map { "\($0.rawValue) was not found" } ?? "nothing lost, doubled or changed")
            throw plant == nil ? ExitCode.success : ExitCode.failure
        }
        try report(failed)
        throw plant == nil ? ExitCode.failure : ExitCode.success
    }

    private func show(_ schedule: Schedule) throws {
        let findings = try Simulation().run(schedule, plant: plant, log: { print($0) })
        findings.forEach { print($0) }
        if findings.isEmpty { print("nothing lost, doubled or changed") }
        throw findings.isEmpty ? ExitCode.success : ExitCode.failure
    }

    private func report(_ schedule: Schedule) throws {
        let simulation = try Simulation()
        func findings(_ schedule: Schedule) -> [String] { (try? simulation.run(schedule, plant: plant)) ?? [] }
        print("seed \(schedule.seed) fails: \(schedule.operations.count) operations; shrinking")
        findings(schedule).prefix(3).forEach { print("-> \($0)") }
        fflush(nil)
        let small = schedule.shrunk { !findings($0).isEmpty }
        print("\(small.operations.count) operations" + (small.fromNothing ? ", from nothing" : ""))
        small.operations.forEach { print("  \($0)") }
        findings(small).forEach { print("-> \($0)") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(small).write(to: URL(fileURLWithPath: failure))
        print("replay it: cordon-simulate --replay \(failure)" + (plant.map { " --plant \($0.rawValue)" } ?? ""))
    }
}

extension Plant: ExpressibleByArgument {}

/// The schedules of a run, taken by threads one after the other until one fails.
private final class Runs: Sendable {
    private struct State {
        var next: UInt64
        var done = 0
        var failed: Schedule?
        var error: (any Error)?
    }

    private let end: UInt64
    private let plant: Plant?
    private let changesMembers: Bool
    private let state: Mutex<State>

    init(first: UInt64, count: Int, plant: Plant?, changesMembers: Bool) {
        end = first + UInt64(count)
        self.plant = plant
        self.changesMembers = changesMembers
        state = Mutex(State(next: first))
    }

    var results: (done: Int, failed: Schedule?, error: (any Error)?) {
        state.withLock { ($0.done, $0.failed, $0.error) }
    }

    func work() {
        do {
            let simulation = try Simulation()
            while let schedule = next() {
                let findings = try simulation.run(schedule, plant: plant)
                note(schedule, findings)
            }
        } catch {
            state.withLock { $0.error = error }
        }
    }

    private func next() -> Schedule? {
        state.withLock { state in
            guard state.failed == nil, state.error == nil, state.next < end else { return nil }
            defer { state.next += 1 }
            return Schedule(seed: state.next, changesMembers: changesMembers)
        }
    }

    private func note(_ schedule: Schedule, _ findings: [String]) {
        state.withLock { state in
            state.done += 1
            if !findings.isEmpty, schedule.seed < state.failed?.seed ?? .max { state.failed = schedule }
            if state.done % 100 == 0 { FileHandle.standardError.write(Data("\(state.done) schedules\n".utf8)) }
        }
    }
}
