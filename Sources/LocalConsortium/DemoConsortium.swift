package import EventLogs
import Foundation
import Ingest
package import Keys
package import LocalStore
import Logging
package import Model
package import PipelineFiles
package import Records
import Roles
import SecureScoring
package import Stages
import Synchronization
import Telemetry
import Terminal
import Tokens

/// A consortium on one machine: keys, topics, the dealt model, the members' history, and one process a role.
package struct DemoConsortium {
    package let folder: DemoFolder
    package let pipelines: String
    package let roster: Roster
    package let log: any EventLog
    private let durability: LogDurability

    /// - Parameters:
    ///   - roundsScores: whether members get the calibration's steps of scores, whatever `consortium.yaml` says.
    ///   - reasons: what is opened of reasons; nil for what `consortium.yaml` says.
    ///   - suite: of keys that are made.
    package init(
        folder: DemoFolder, pipelines: String, members: [MemberID], durability: LogDurability = .power,
        roundsScores: Bool = false, reasons: ReasonLimits? = nil, suite: KEMSuite = .xWing
    ) throws {
        self.folder = folder
        self.pipelines = pipelines
        self.durability = durability
        roster = try Self.roster(folder, pipelines, members, roundsScores, reasons, suite)
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
    private static func roster(
        _ folder: DemoFolder, _ pipelines: String, _ members: [MemberID], _ roundsScores: Bool,
        _ reasons: ReasonLimits?, _ suite: KEMSuite
    ) throws -> Roster {
        var plan = try ConsortiumPlan(file: pipelines + "/consortium.yaml")
        let keys = folder.keys
        let ports = try freePorts(3)
        var roster: Roster
        if FileManager.default.fileExists(atPath: keys.rosterFile) {
            roster = try Roster(file: keys.rosterFile)
            guard Set(roster.members.map(\.id)) == Set(members) else {
                throw Failure("the keys in \(keys.directory) are for other members; name another folder with --dir")
            }
            guard roster.members.allSatisfy({ $0.hpke.suite == suite }) else {
                throw Failure("the keys in \(keys.directory) are not of \(suite); name another folder with --dir")
            }
        } else {
            let progress = Progress("making keys")
            plan.members = members
            roster = try keys.make(plan, suite: suite)
            progress.done("3 parties, \(members.count) members, a coordinator, in \(keys.directory)")
        }
        roster.countLimit = plan.countLimit
        roster.historyLimit = plan.historyLimit
        roster.roundsScores = roundsScores || plan.roundsScores
        let opened = plan.openings
        roster.openings = OpeningLimits(
            histograms: opened.histograms, windows: opened.windows, days: opened.days, apart: opened.apart,
            featureRows: opened.featureRows, reasons: reasons ?? opened.reasons)
        for party in PartyID.allCases {
            roster.cell.move(party, to: "127.0.0.1", port: ports[party.rawValue])
        }
        try writeFile(Array(roster.yaml.utf8), to: keys.rosterFile)
        return roster
    }

    /// Fills the agents' windows with what came before the test days.
    package func backfill(_ data: DemoData, spec: FeatureSpec) throws {
        let progress = Progress("filling windows")
        var count = 0
        for member in data.members {
            let state = try AgentState(
                spec: spec, hasher: try windowHasher(FileKeystore(directory: folder.keys.folder(member))),
                transactions: TopicPartition(Topics.transactions(member)),
                store: stores(of: member).open(agentState(TopicPartition(Topics.transactions(member)))))
            let history = data.history(member, reach: reach(of: spec))
            try state.backfill(history, through: data.begin)
            count += history.count
            progress.show("\(member)")
        }
        progress.done("\(count) earlier transactions")
    }

    private func stores(of member: MemberID) throws -> SealedStores {
        try SealedStores(
            SQLiteStateStores(prefix: folder.agent(member) + "/"),
            FileKeystore(directory: folder.keys.folder(member)))
    }

    private func reach(of spec: FeatureSpec) -> Int64 { max(FeatureEngine(spec: spec.own).retention, spec.labelSpan) }

    /// Starts three parties, tells them the members' history where they count, and starts an agent a member; each process logs
    /// to its own file.
    package func start(
        _ binary: String, _ data: DemoData, _ bins: BinnedSpec, stop: StopFlag, environment: [String: String] = [:],
        partyOptions: [String] = [], party: (binary: String, command: String)? = nil
    ) throws -> DemoProcesses {
        let processes = DemoProcesses(environment: environment)
        do {
            try startParties(
                party?.binary ?? binary, processes, command: party?.command ?? "score", options: partyOptions)
            if let counts = bins.counts { try tellHistory(data, bins, counts, processes, stop) }
            try startAgents(["ingest"], binary, processes)
            try awaitReady(processes, stop: stop)
        } catch {
            processes.stop()
            throw error
        }
        return processes
    }

    /// - Parameters:
    ///   - command: what is run with a party's options.
    ///   - options: of every party, beside the roster's and the log's.
    package func startParties(
        _ binary: String, _ processes: DemoProcesses, command: String = "score", options: [String] = []
    ) throws {
        for party in PartyID.allCases {
            try processes.start(
                party.name, binary,
                [
                    command, "--party", party.name, "--keys", folder.keys.folder(party), "--authority",
                    folder.keys.authorityFile, "--state", folder.state(party.name),
                ] + options + shared(party.name), logFile: folder.logFile(party.name))
        }
    }

    /// Every member tells the parties of its events from before the test days, all at once, as `cordon backfill` does; returns when
    /// they are counted.
    private func tellHistory(
        _ data: DemoData, _ bins: BinnedSpec, _ counts: CountFeatures, _ processes: DemoProcesses, _ stop: StopFlag
    ) throws {
        let progress = Progress("history for the parties' counts")
        let logger = Logger(label: "cordon.history") { _ in SwiftLogNoOpLogHandler() }
        let sent = Mutex<[MemberID: (sent: Int, of: Int)]>([:])
        var stages = StageThreads()
        for member in roster.members {
            let history = data.history(member.id, reach: max(counts.reach, bins.spec.labelSpan))
            stages.add("history-\(member.id)") {
                let keystore = FileKeystore(directory: folder.keys.folder(member.id))
                let sessions = try openSessions(member, roster, keystore, log, logger)
                let tokens = AgentTokens(
                    member: member, roster: roster, keystore: keystore, spec: bins, sessions: sessions,
                    rules: IdentifierRules(), log: log, metrics: Metrics(), logger: logger)
                let topic = TopicPartition(Topics.transactions(member.id))
                let stores = try stores(of: member.id)
                guard let feed = try tokens.feed(stores.open(tokenState(topic), takingOver: true)) else { return }
                let sender = HistorySender(
                    spec: bins, hasher: try windowHasher(keystore), feed: feed, log: log, clock: SystemClock())
                _ = try sender.send(history, through: data.begin, until: { stop.isSet }) { done, all in
                    sent.withLock { $0[member.id] = (done, all) }
                }
            }
        }
        let running = stages.start(stop: stop)
        while !stop.isSet {
            Thread.sleep(forTimeInterval: 0.05)
            try processes.check()
            let parts = sent.withLock { Array($0.values) }
            // A member's sender says first how many events windows can still hold.
            guard parts.count == roster.members.count else { continue }
            let (done, all) = parts.reduce((0, 0)) { ($0.0 + $1.sent, $0.1 + $1.of) }
            let counted = Int(MetricsReading(file: folder.metrics(CellBackend.leader.name)).sum(.eventsCounted))
            progress.show("\(done) of \(all) events told, \(counted) counted")
            if done == all, counted >= all { break }
        }
        try running.wait()
        progress.done("tokens of \(data.members.count) members' events, counted by the parties")
    }

    /// Starts an agent a member.
    ///
    /// - Parameter command: what is run with an agent's options.
    package func startAgents(_ command: [String], _ binary: String, _ processes: DemoProcesses) throws {
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

    /// Starts a member's desk, which anybody on this machine may enter by a link, once.
    ///
    /// - Returns: what it says of its address and the link; nothing where the demo is stopped before.
    package func startDesk(of member: MemberID, _ binary: String, _ processes: DemoProcesses, stop: StopFlag) throws
        -> String
    {
        let logFile = folder.logFile("\(member)-desk")
        try processes.start(
            "\(member)-desk", binary,
            [
                "alerts", "serve", "--member", member.name, "--index", folder.state("\(member)-desk"), "--mapping",
                pipelines + "/mappings/canonical.yaml", "--rates", pipelines + "/rates.yaml", "--http", "127.0.0.1:0",
                "--link", "--bins", folder.bins, "--policy", pipelines + "/policies/default.yaml",
            ] + common("\(member)-desk"), logFile: logFile)
        var lines: [Substring] = []
        try wait(for: processes, stop) {
            let text = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
            // Whole lines alone: the last one may still be on its way.
            lines = Array(text.split(separator: "\n", omittingEmptySubsequences: false).dropLast())
            return lines.contains { $0.contains("/link/") }
        }
        return lines.filter { $0.contains("http://") }.joined(separator: "\n")
    }

    /// The options that every process takes that reads the roster.
    package func shared(_ role: String) -> [String] { ["--roster", folder.keys.rosterFile] + common(role) }

    /// The log, as processes take it.
    package var logURL: String { "sqlite:\(folder.log)?durability=\(durability)" }

    private func common(_ role: String) -> [String] {
        [
            "--log", logURL, "--metrics", folder.metrics(role),
            "--stop-on-eof",
        ]
    }

    /// Waits until the parties are linked and the agents run, which their metrics say.
    package func awaitReady(_ processes: DemoProcesses, stop: StopFlag) throws {
        let progress = Progress("starting \(3 + roster.members.count) processes")
        try wait(for: processes, stop) {
            PartyID.allCases.allSatisfy {
                MetricsReading(file: folder.metrics($0.name)).sum(.cellPeersConnected) == 2
            } && areAgentsRunning
        }
        progress.done("three parties linked by mutual TLS, \(roster.members.count) agents")
    }

    /// Whether the agents have taken in all that is in their members' topics.
    package func haveAgentsTaken() throws -> Bool {
        try roster.members.map(\.id).allSatisfy { member in
            let topic = TopicPartition(Topics.transactions(member))
            return try log.committed(topic, group: IngestPipeline.group(member)) ?? 0 >= log.end(of: topic)
        }
    }

    package var areAgentsRunning: Bool {
        roster.members.allSatisfy { FileManager.default.fileExists(atPath: folder.metrics($0.id.name)) }
    }

    package func wait(for processes: DemoProcesses, _ stop: StopFlag, until ready: () -> Bool) throws {
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
