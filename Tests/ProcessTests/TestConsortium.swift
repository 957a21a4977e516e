import EventLogs
import Foundation
import KafkaLog
import LocalConsortium
import LocalStore
import Policy
import Records
import Stages
import Support
import Testing

/// A consortium of real processes, set up by the commands that an operator would use.
final class TestConsortium {
    let folder: TemporaryFolder
    let log: any EventLog
    let logURL: String
    /// Seconds; Kafka's brokers take no less than 6.
    private let sessionTimeout: String
    private(set) var processes: [String: Program] = [:]
    /// Files of members that have a policy of their own; to be set before they start.
    var policies: [String: String] = [:]
    static let members = ["bank-a", "bank-b", "bank-c"]
    static let parties = ["party-0", "party-1", "party-2"]

    /// - Parameter kafka: the bootstrap servers of a broker without topics of these members yet; nil for the embedded log.
    init(kafka: String? = nil) throws {
        folder = try TemporaryFolder()
        sessionTimeout = kafka == nil ? "2" : "6"
        if let kafka {
            logURL = "kafka:" + kafka
            log = try KafkaEventLog(properties: ["bootstrap.servers": kafka])
        } else {
            logURL = "sqlite:" + folder.path("log")
            log = try SQLiteEventLog(directory: folder.path("log"), clock: SystemClock())
        }
        var plan = "consortium: test\nepoch: 1\nparties:\n"
        for (party, port) in zip(Self.parties, try freePorts(3)) {
            plan += "  - { name: \(party), host: 127.0.0.1, port: \(port) }\n"
        }
        // Their transactions are of a simulated time.
        plan += "members: [bank-a, bank-b, bank-c]\nevent_time: unlimited\n"
        let file = try folder.write(plan, to: "consortium.yaml")
        try command("keys", "init", "--consortium", file, "--out", folder.path("keys"))
        try command("topics", "create", "--roster", roster, "--log", logURL)
        try command(
            "simulate", "--world", "handbook", "--customers", "150", "--terminals", "40", "--days", "20", "--seed", "5",
            "--out", folder.path("data"))
        try command(
            "model", "train", "--data", folder.path("data"), "--train", "2026-01-10..2026-01-16", "--out",
            folder.path("model"))
        try command(
            "model", "deal", "--model", folder.path("model/model.json"), "--roster", roster, "--keys",
            folder.path("keys/coordinator"), "--log", logURL)
    }

    deinit { for program in processes.values { program.kill() } }

    var roster: String { folder.path("keys/roster.yaml") }
    func command(_ arguments: String...) throws {
        let (exit, said) = try Program.run(arguments, in: folder.url)
        try #require(exit == 0, "\(arguments.joined(separator: " ")): \(said)")
    }

    /// Starts a process under its name, or again.
    ///
    /// - Parameter name: a party, a member, or `member/instance` for another agent of a member; an instance that begins with
    ///   `new` has no name that stays, so that its partitions are free as soon as it leaves.
    /// - Parameter options: further options of its command.
    func start(_ name: String, _ options: String...) throws { try start(name, options) }

    func start(_ name: String, _ options: [String]) throws {
        processes[name] = try program(name, log: logURL, options)
    }

    /// A party's or an agent's process, on a log.
    ///
    /// - Parameters:
    ///   - agent: the agent's command, and the program that has it.
    ///   - state: the folder of what it keeps.
    func program(
        _ name: String, log: String, _ options: [String] = [], agent: String = "ingest",
        of binary: URL = Program.binary, state: String = "state"
    ) throws -> Program {
        let parts = name.split(separator: "/").map(String.init)
        let instance = parts.count > 1 ? parts[1] : "agent-1"
        let policy = policies[parts[0]].map { ["--policy", $0] } ?? []
        let own =
            Self.parties.contains(name)
            ? [
                "score", "--party", name, "--authority", folder.path("keys/ca.pem"), "--state",
                folder.path("\(state)/\(name).sqlite"),
            ]
            : [agent] + [
                "--member", parts[0], "--state", folder.path("\(state)/\(parts[0])"), "--session-timeout",
                sessionTimeout, "--bins", folder.path("model/bins.json"), "--validation",
                "pipelines/validation-replays.yaml",
            ] + (instance.hasPrefix("new") ? [] : ["--instance", instance])
        return try Program(
            own + policy + options + [
                "--roster", roster, "--keys", folder.path("keys/\(parts[0])"), "--log", log, "--stop-on-eof",
            ], of: binary,
            output: folder.url.appendingPathComponent(name.replacing("/", with: "-") + ".log"))
    }

    /// The coordinator's command that takes a rotation of keys to its end, the one that is under way or a new one.
    func rotation() throws -> Program {
        try Program(
            [
                "keys", "rotate", "--roster", roster, "--keys", folder.path("keys/coordinator"), "--log", logURL,
                "--grace", "2", "--patience", "10", "--wait", "120",
            ], output: folder.url.appendingPathComponent("coordinator.log"))
    }

    func startAll() throws {
        for name in Self.parties + Self.members { try start(name) }
    }

    /// Asks every process to stop; returns their exit codes.
    func stopAll() -> [String: Int32] {
        for program in processes.values { program.terminate() }
        return processes.mapValues { $0.wait() }
    }

    func records(_ topic: String) throws -> [LogRecord] {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        var out: [LogRecord] = []
        while case let more = try reader.available(limit: 1000), !more.isEmpty { out += more }
        return out
    }

    func decisions(_ member: String) throws -> [CloudEvent] {
        try records("\(member).decisions").map { try #require(CloudEvent(json: $0.value ?? [])) }
    }

    func send(_ text: String, to member: String) throws {
        try log.append([NewRecord(TopicPartition("\(member).transactions"), value: Array(text.utf8))])
    }
}
