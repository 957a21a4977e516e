import Configuration
import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Model
import Records
import ThreeParty

/// A consortium on one machine: keys, topics, the dealt model, the members' history, and one process a role.
struct DemoConsortium {
    let folder: DemoFolder
    let pipelines: String
    let roster: Roster
    let log: any EventLog
    private let durability: LogDurability

    init(
        folder: DemoFolder, pipelines: String, members: [MemberID], durability: LogDurability = .power
    ) throws {
        self.folder = folder
        self.pipelines = pipelines
        self.durability = durability
        roster = try Self.roster(folder, pipelines, members)
        try? FileManager.default.removeItem(atPath: folder.run)
        for part in ["log", "state", "metrics", "logs"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder.run + "/" + part, withIntermediateDirectories: true)
            } catch { throw Failure("the folder \(folder.run)/\(part) can't be made") }
        }
        log = try SQLiteEventLog(directory: folder.log, clock: SystemClock(), durability: durability)
        try log.create(readTopics(file: pipelines + "/topics.yaml", members: roster.members.map(\.id)))
    }

    /// The folder's keys with addresses that are free now; made where there are none for these members.
    private static func roster(_ folder: DemoFolder, _ pipelines: String, _ members: [MemberID]) throws -> Roster {
        let keys = folder.keys
        let ports = try freePorts(3)
        var roster: Roster
        if FileManager.default.fileExists(atPath: keys.rosterFile) {
            roster = try Roster(file: keys.rosterFile)
            guard Set(roster.members.map(\.id)) == Set(members) else {
                throw Failure("the keys in \(keys.directory) are for other members; name another folder with --dir")
            }
        } else {
            let progress = Progress("making keys")
            var plan = try ConsortiumPlan(file: pipelines + "/consortium.yaml")
            plan.members = members
            roster = try keys.make(plan)
            progress.done("3 parties, \(members.count) members, a coordinator, in \(keys.directory)")
        }
        for party in PartyID.allCases {
            roster.parties[party]?.host = "127.0.0.1"
            roster.parties[party]?.port = ports[party.rawValue]
        }
        try writeFile(Array(roster.yaml.utf8), to: keys.rosterFile)
        return roster
    }

    /// Fills the agents' windows with what came before the test days.
    func backfill(_ data: DemoData, spec: FeatureSpec) throws {
        let progress = Progress("filling windows")
        var count = 0
        for member in data.members {
            let state = try AgentState(
                spec: spec, hasher: try windowHasher(FileKeystore(directory: folder.keys.folder(member))),
                transactions: TopicPartition(Topics.transactions(member)),
                store: SQLiteStateStore(
                    path: agentState(folder.agent(member), TopicPartition(Topics.transactions(member)))))
            let history = data.history(member, reach: FeatureEngine(spec: spec).retention)
            try state.backfill(history)
            count += history.count
            progress.show("\(member)")
        }
        progress.done("\(count) earlier transactions")
    }

    /// Starts three parties and an agent a member; each logs to its own file.
    func start(_ binary: String, counter: AllocationCounter? = nil) throws -> DemoProcesses {
        let processes = DemoProcesses(counter: counter)
        for party in PartyID.allCases {
            try processes.start(
                party.name, binary,
                [
                    "score", "--party", party.name, "--keys", folder.keys.folder(party), "--authority",
                    folder.keys.authorityFile, "--state", folder.state(party.name),
                ] + shared(party.name), logFile: folder.logFile(party.name))
        }
        try startAgents(["ingest"], binary, processes)
        return processes
    }

    /// Starts an agent a member.
    ///
    /// - Parameter command: what is run with an agent's options.
    func startAgents(_ command: [String], _ binary: String, _ processes: DemoProcesses) throws {
        for member in roster.members.map(\.id) {
            try processes.start(
                member.name, binary,
                command + [
                    "--member", member.name, "--keys", folder.keys.folder(member), "--state", folder.agent(member),
                    "--instance", "agent-1", "--bins", folder.bins, "--mapping", pipelines + "/mappings/canonical.yaml",
                    "--rates", pipelines + "/rates.yaml", "--policy", pipelines + "/policies/default.yaml",
                    "--validation", pipelines + "/validation-replays.yaml",
                ] + shared(member.name), logFile: folder.logFile(member.name))
        }
    }

    /// The options that every role's process takes.
    func shared(_ role: String) -> [String] {
        [
            "--log", "sqlite:\(folder.log)?durability=\(durability)", "--roster", folder.keys.rosterFile, "--metrics",
            folder.metrics(role),
            "--stop-on-eof",
        ]
    }

    /// Waits until the parties are linked and the agents run, which their metrics say.
    func awaitReady(_ processes: DemoProcesses, stop: StopFlag) throws {
        let progress = Progress("starting \(3 + roster.members.count) processes")
        try wait(for: processes, stop) {
            PartyID.allCases.allSatisfy {
                MetricsReading(file: folder.metrics($0.name)).sum("cordon_cell_peers_connected") == 2
            } && areAgentsRunning
        }
        progress.done("three parties linked by mutual TLS, \(roster.members.count) agents")
    }

    var areAgentsRunning: Bool {
        roster.members.allSatisfy { FileManager.default.fileExists(atPath: folder.metrics($0.id.name)) }
    }

    func wait(for processes: DemoProcesses, _ stop: StopFlag, until ready: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !ready(), !stop.isSet {
            Thread.sleep(forTimeInterval: 0.05)
            try processes.check()
            guard ContinuousClock.now < deadline else {
                throw Failure("the processes are not ready after a minute; their own words are in \(folder.run)/logs")
            }
        }
    }
}
