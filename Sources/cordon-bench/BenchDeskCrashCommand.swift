import ArgumentParser
import Desk
import DeskFront
import EventLogs
import Formats
import Foundation
import LocalConsortium
import LocalStore
import Policy
import Records
import Secrets
import Stages
import Terminal
import Worlds

/// A desk that is killed again and again while alerts arrive and people work: nothing that anybody was told is lost.
struct BenchDeskCrashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk-crash",
        abstract: "Kill a desk's process at random moments under load, and look for what is lost.",
        discussion: """
            `cordon alerts serve` runs as a process of its own, is killed (SIGKILL) at a random moment from its start on, and started \
            again. People with keys claim, judge, note, open again and put into cases all the while, and ask again under the same id \
            where no answer came. At the end the log, the killed desk's index and an index that is made anew from the log are held \
            against each other and against all answers. Ends with 1 where something is lost or there twice.
            """)

    @Option(help: "How often the desk is killed.")
    var kills = 60

    @Option(help: "Of the moments and of what people do.")
    var seed: UInt64 = 1

    @Option(help: "The longest life of a desk, in milliseconds.")
    var life = 2000

    @Option(help: "People who work at it.")
    var people = 8

    @Option(help: "Alerts a second.")
    var rate = 50

    @Option(
        help: ArgumentHelp(
            "Where log and desk are made; emptied before, and removed where nothing is lost.", valueName: "dir"))
    var dir = "bench-desk-crash"

    func validate() throws {
        guard kills > 0, life > 0, people > 0, rate > 0 else { throw ValidationError("all numbers are above 0") }
    }

    func run() throws {
        try? FileManager.default.removeItem(atPath: dir)
        let crash = try DeskCrash(dir: dir, program: cordonProgram())
        let names = (0..<people).map { "worker-\($0)" }
        let keys = try crash.keys(of: names)
        let (stop, feed) = (StopFlag(), BenchAlertFeed(log: crash.log, rate: rate))
        let workers = names.enumerated().map { place, name in
            BenchDeskWorker(
                name: name, key: keys[place], port: crash.port,
                random: SeededRandom(seed: seed, stream: UInt64(place + 1)))
        }
        var stages = StageThreads()
        stages.add("alerts") { try feed.run(until: stop) }
        for worker in workers { stages.add(worker.name) { worker.run(until: stop) } }
        var random = SeededRandom(seed: seed)
        var desk = try crash.start()
        let running = stages.start(stop: stop)
        let progress = Progress("killing the desk")
        for number in 1...kills {
            Thread.sleep(forTimeInterval: Double(Int.random(in: 0...life, using: &random)) / 1000)
            crash.kill(desk)
            desk = try crash.start()
            progress.show("\(number) of \(kills) times")
        }
        // The last desk answers what is still asked, and gives the labels that it owes.
        while workers.contains(where: { !$0.isAnswered }) {
            guard desk.isRunning else { throw Failure("the desk does not run: \(crash.said)") }
            Thread.sleep(forTimeInterval: 0.05)
        }
        stop.stop()
        try running.wait()
        progress.done("\(kills) times")
        let check = try DeskCrashCheck(log: crash.log, answers: workers.flatMap(\.answers), alerts: feed.count)
        try check.waitForLabels()
        crash.kill(desk)
        say(check.summary)
        say(
            "the desk was killed \(kills) times (seed \(seed)); people had no answer \(workers.map(\.unanswered).reduce(0, +)) times, "
                + "and asked again")
        let faults = try check.faults(index: crash.index, fresh: dir + "/fresh.sqlite")
        for fault in faults.prefix(20) { say("  " + fault) }
        guard faults.isEmpty else { throw Failure("\(faults.count) things are lost, or there twice") }
        say("nothing is lost, and nothing is there twice")
        try? FileManager.default.removeItem(atPath: dir)
    }
}

/// The desk as a process, and what it works on.
private final class DeskCrash {
    let log: SQLiteEventLog
    let port: Int
    var index: String { dir + "/desk.sqlite" }
    private let dir: String
    private let program: String

    init(dir: String, program: String) throws {
        self.dir = dir
        self.program = program
        log = try BenchDesk.log(dir)
        port = try BenchSocket.freePort()
    }

    /// Keys of people, as `cordon alerts key` makes them.
    func keys(of names: [String]) throws -> [String] {
        let texts = names.map { _ in DeskKey.text(random: randomBytes(32)) }
        let until = EventTime(seconds: SystemClock().microseconds / 1_000_000 + 86_400)
        let lines = zip(names, texts).map { name, text in
            DeskKeys.line(
                DeskKey(actor: Actor(.service, name)!, deeds: [.look, .work, .reopen], until: until),
                hash: DeskKey.hash(text), scope: nil)
        }
        let file = dir + "/keys.txt"
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data((lines.joined(separator: "\n") + "\n").utf8),
                attributes: [.posixPermissions: 0o600])
        else { throw Failure("the keys can't be written") }
        return texts
    }

    func start() throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "alerts", "serve", "--member", "\(BenchDesk.member)", "--log", "sqlite:" + dir + "/log", "--index", index,
            "--api-keys",
            dir + "/keys.txt", "--http", "127.0.0.1:\(port)", "--api-rate", "0",
        ]
        let said = dir + "/desk.log"
        if !FileManager.default.fileExists(atPath: said) {
            _ = FileManager.default.createFile(atPath: said, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: said))
        try file.seekToEnd()
        process.standardOutput = file
        process.standardError = file
        try process.run()
        return process
    }

    /// The last that the desk said.
    var said: String { String(((try? String(contentsOfFile: dir + "/desk.log", encoding: .utf8)) ?? "").suffix(300)) }

    func kill(_ process: Process) {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
