import ArgumentParser
import Foundation
import Keys
import LocalConsortium
import LocalStore
import Logging
import PipelineFiles
import Records
import Roles
import Stages
import Synchronization
import Telemetry
import Terminal
import TokenService
import Tokens

/// `cordon-bench token-requests`: identifiers that members have made into tokens over the log, and look up again.
struct BenchTokenRequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token-requests",
        abstract: "Measure tokens over the log: three parties, each a process, and members that ask.",
        discussion: """
            Each member is a thread of this process with the agent's own client and cache: it asks for tokens of identifiers \
            that nobody has asked for, then for the same ones again, which are in its cache. First one member alone, then \
            all at once. Exit 1 where a token that is looked up is not the one that was made.
            """)

    @Option(help: "Seconds of asking, for each number of members.")
    var seconds = 10.0

    @Option(help: "Identifiers that a member asks for at once.")
    var slice = 1024

    @Option(
        help: ArgumentHelp(
            "What the log survives: the end of any process, as a Kafka broker's does by default, or a power cut."))
    var durability = LogDurability.process

    @Option(help: ArgumentHelp("Where topics are.", valueName: "dir"))
    var pipelines = "pipelines"

    private static let members = ["bank-a", "bank-b", "bank-c"].compactMap { MemberID($0) }

    func validate() throws {
        guard seconds > 0, seconds <= 3600, (1...100_000).contains(slice) else {
            throw ValidationError("`--seconds` is more than none and at most 3600, `--slice` 1 to 100,000")
        }
    }

    func run() throws {
        let stop = StopFlag.onSignals()
        let folder = benchFolder("token-requests")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let consortium = try DemoConsortium(
            folder: DemoFolder(path: folder), pipelines: pipelines, members: Self.members, durability: durability)
        let processes = DemoProcesses()
        defer { processes.stop() }
        // The rate is for whoever guesses; here it is the machine's.
        let limits = ["--token-rate", "1000000", "--token-burst", "1000000"]
        try consortium.startParties(cordonProgram(), processes, options: limits)
        for members in [1, Self.members.count] {
            try measure(Array(Self.members.prefix(members)), consortium, processes, stop)
        }
    }

    private struct Figures {
        var made = 0
        var making = 0.0
        var found = 0
        var finding = 0.0
    }

    private func measure(
        _ members: [MemberID], _ consortium: DemoConsortium, _ processes: DemoProcesses, _ stop: StopFlag
    ) throws {
        let figures = Mutex<[Figures]>([])
        let run = members.count
        var stages = StageThreads()
        for member in members {
            stages.add("\(member)") {
                let one = try ask(member, "run \(run)", consortium, stop)
                figures.withLock { $0.append(one) }
            }
        }
        try stages.run(stop: stop)
        try processes.check()
        let all = figures.withLock { $0 }
        guard !stop.isSet, all.count == members.count else { throw Failure("stopped") }
        let rates = all.map { Double($0.made) / $0.making }.sorted()
        let lookups = all.map { $0.finding / Double(max($0.found, 1)) * 1e6 }
        print(
            "\(members.count) member\(members.count == 1 ? "" : "s at once"): "
                + "\(rates.map { "\(Int($0))" }.joined(separator: ", ")) new identifiers/s a member; "
                + "looked up again: \(String(format: "%.2f", lookups.max() ?? 0)) µs each at most")
    }

    private func ask(
        _ member: MemberID, _ run: String, _ consortium: DemoConsortium, _ stop: StopFlag
    ) throws -> Figures {
        guard let entry = consortium.roster.members.first(where: { $0.id == member }) else {
            throw Failure("the roster does not name \(member)")
        }
        let keystore = FileKeystore(directory: consortium.folder.keys.folder(member))
        let logger = Logger(label: "cordon.bench") { _ in SwiftLogNoOpLogHandler() }
        let source = try MemberTokens(
            member, roster: consortium.roster, keystore: keystore,
            sessions: try openSessions(entry, consortium.roster, keystore, consortium.log, logger),
            log: consortium.log,
            state: SQLiteStateStore(path: "\(consortium.folder.agent(member))/tokens.sqlite", takingOver: true),
            metrics: Metrics(), logger: logger)
        // When there is a key.
        guard try tokens(source, identifiers(member, run, -1..<0), until: stop) != nil else {
            throw Failure("stopped before there was a token key")
        }
        var figures = Figures()
        let begin = ContinuousClock.now
        while .now - begin < .seconds(seconds), !stop.isSet {
            let asked = try identifiers(member, run, figures.made..<figures.made + slice)
            let asking = ContinuousClock.now
            guard let made = try tokens(source, asked, until: stop) else { break }
            let looking = ContinuousClock.now
            guard try tokens(source, asked, until: stop)?.tokens == made.tokens else {
                throw Failure("a token that was looked up is not the one that was made")
            }
            figures.making += (looking - asking) / .seconds(1)
            figures.finding += (ContinuousClock.now - looking) / .seconds(1)
            figures.made += slice
            figures.found += slice
        }
        return figures
    }

    /// Waits for tokens; nil if stopped before they arrived.
    private func tokens(
        _ source: MemberTokens, _ identifiers: [Identifier], until stop: StopFlag
    ) throws -> EpochTokens? {
        while !stop.isSet {
            let end = SystemClock().now + StageThread.patience
            if let tokens = try source.tokens(for: identifiers, until: end) { return tokens }
        }
        return nil
    }

    private func identifiers(_ member: MemberID, _ run: String, _ numbers: Range<Int>) throws -> [Identifier] {
        try numbers.map { try IdentifierRules().identifier(.terminal, "\(member) \(run) terminal \($0)") }
    }
}
