import Foundation
import LocalConsortium
import Manifests
import Records
import Roles
import Terminal
import Worlds

/// The coordinator's part of the bench: rotates keys by the command that an operator would use, one rotation after the other, and
/// kills processes at random moments where it is told to.
struct RotationOrders {
    private let consortium: DemoConsortium
    private let grace: Int
    private let pipeline: RunningPipeline
    private var random: SeededRandom
    private var command: Process?
    /// Who was ended by kill -9, and when.
    private(set) var kills: [Kill] = []

    struct Kill {
        var role: String
        /// By the clock that transactions are due by.
        var time: UInt64
    }

    /// What was killed when during a rotation, from its begin on, and how long it took.
    struct Disturbance {
        var kills: [(role: String, after: Duration)] = []
        var length: Duration
    }

    /// Seconds within which a rotation is to be done.
    private static let limit = 120

    init(_ consortium: DemoConsortium, grace: Int, seed: UInt64, pipeline: RunningPipeline) {
        self.consortium = consortium
        self.grace = grace
        self.pipeline = pipeline
        random = SeededRandom(seed: seed)
    }

    func wait(_ seconds: Double) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            try pipeline.check()
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// The newest epoch whose keys are in force.
    func epoch() throws -> KeyEpoch { try EpochBook(consortium.roster, log: consortium.log).history.active.number }

    /// Rotates keys once, until the epoch before is closed.
    ///
    /// - Parameter processes: of which one or two are killed meanwhile, or the coordinator's.
    /// - Returns: what was killed, and how long it took.
    @discardableResult
    mutating func rotate(killing processes: DemoProcesses? = nil) throws -> Disturbance {
        let target = try epoch().next
        let progress = Progress("rotating to epoch \(target)")
        let start = ContinuousClock.now
        var moments = processes == nil ? [] : moments(from: start)
        var done = Disturbance(length: .zero)
        try begin()
        while try !isDone() || !moments.isEmpty {
            try wait(0.02)
            if let processes, let moment = moments.first, moment <= .now {
                moments.removeFirst()
                let roles = processes.identifiers.keys.sorted() + [Self.coordinator]
                let role = roles[Int.random(in: roles.indices, using: &random)]
                done.kills.append((role, .now - start))
                try kill(role, processes)
            }
        }
        // The command was killed when all was done, and did nothing more.
        guard try epoch() >= target else { throw Failure("epoch \(target) of keys is not in force") }
        done.length = .now - start
        progress.done("\(decimals(done.length / .seconds(1), 1)) s")
        return done
    }

    /// Kills the same processes at the same moments as in a rotation, without one. The coordinator's runs in rotations alone.
    mutating func repeatKills(of disturbance: Disturbance, _ processes: DemoProcesses) throws {
        let start = ContinuousClock.now
        for (role, after) in disturbance.kills {
            while .now < start + after { try wait(0.02) }
            try kill(role, processes)
        }
        while .now < start + disturbance.length { try wait(0.02) }
    }

    /// The moments, one or two, at which processes are killed in a rotation.
    private mutating func moments(from start: ContinuousClock.Instant) -> [ContinuousClock.Instant] {
        let count = Int.random(in: 1...2, using: &random)
        return (0..<count).map { _ in start + .milliseconds(Int.random(in: 0..<length, using: &random)) }.sorted()
    }

    /// Milliseconds that a rotation takes, about.
    private var length: Int { 3000 + grace * 1000 }

    /// Begins a rotation, or goes on with one.
    mutating func begin() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try cordonProgram())
        process.arguments = [
            "keys", "rotate", "--roster", consortium.folder.keys.rosterFile, "--keys",
            consortium.folder.keys.directory + "/coordinator", "--log", consortium.logURL, "--grace", "\(grace)",
            "--patience", "10", "--wait", "\(Self.limit)",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        DemoProcesses.giveWay(process.processIdentifier)
        command = process
    }

    /// Whether the rotation that was begun last is at its end; throws where that failed.
    func isDone() throws -> Bool {
        guard let command else { return true }
        guard !command.isRunning else { return false }
        guard command.terminationStatus == 0 else {
            throw Failure("a rotation was not done within \(Self.limit) seconds: \(try epoch()) is in force")
        }
        return true
    }

    mutating func finish() throws {
        while try !isDone() { try wait(0.05) }
        command = nil
    }

    private static let coordinator = "coordinator"

    /// Ends a process by kill -9, and starts it again at once.
    private mutating func kill(_ role: String, _ processes: DemoProcesses) throws {
        kills.append(Kill(role: role, time: BenchStamp.now))
        guard role == Self.coordinator else { return try processes.kill(role) }
        guard let command, command.isRunning else { return }
        Foundation.kill(command.processIdentifier, SIGKILL)
        command.waitUntilExit()
        try begin()
    }
}
