import Foundation
import Support
import Testing

/// The real program as a child process.
final class Program {
    let process = Process()
    private let input = Pipe()
    private let output: URL
    /// Where this process's words begin in that file.
    private let beginning: UInt64

    /// Where the build put the programs: beside the tests themselves.
    private static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    static let binary = folder.appendingPathComponent("cordon")
    static let bench = folder.appendingPathComponent("cordon-bench")
    /// The package's root, where `pipelines` is.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// - Parameters:
    ///   - folder: where it is started.
    ///   - environment: what its environment has beside the test's own.
    ///   - output: what it says goes to this file's end.
    init(
        _ arguments: [String], of binary: URL = Program.binary, at folder: URL = Program.root,
        environment: [String: String] = [:], output: URL
    ) throws {
        self.output = output
        if !FileManager.default.fileExists(atPath: output.path) {
            guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        // Another process may write there, too: each at the end, whoever wrote last.
        let descriptor = open(output.path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        beginning = try handle.seekToEnd()
        process.executableURL = binary
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
    }

    /// Stops it where it stands, but not while it has a file of the embedded log locked: nobody could write until it goes on.
    func freeze() {
        while true {
            Foundation.kill(process.processIdentifier, SIGSTOP)
            // A thread inside of a system call stops when that is done, which may be one that takes a lock.
            while process.isRunning, !hasStopped { Thread.sleep(forTimeInterval: 0.001) }
            guard hasLockedAFile else { return }
            thaw()
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    /// Whether all its threads have stopped (proc_pid_stat(5)).
    private var hasStopped: Bool {
        let tasks = "/proc/\(process.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.allSatisfy { thread in
            // The state stands behind the name, which is in brackets.
            let stat = (try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)) ?? ""
            let state = stat.split(separator: ")").last?.first { $0 != " " }
            return state.map { "TtZX".contains($0) } ?? true
        }
    }

    /// Whether it holds a write lock (proc_locks(5)), as SQLite does in a transaction that writes.
    private var hasLockedAFile: Bool {
        let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
        return locks.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            guard let kind = fields.firstIndex(of: "WRITE"), kind + 1 < fields.count else { return false }
            return fields[kind + 1] == "\(process.processIdentifier)"
        }
    }

    /// How it ended; nil while it runs. Foundation hears of an end by a descriptor that another test's process, begun at the
    /// same moment, may have inherited, and then only when that one ends too; so the kernel is asked.
    var exitCode: Int32? {
        if !process.isRunning { return process.terminationStatus }
        var info = siginfo_t()
        let options = WEXITED | WNOHANG | WNOWAIT
        guard waitid(P_PID, id_t(process.processIdentifier), &info, options) == 0 else {
            // Foundation has taken its end in the meantime, and is about to say so.
            return errno == ECHILD ? wait() : nil
        }
        return info.si_signo == SIGCHLD ? info._sifields._sigchld.si_status : nil
    }

    /// Lets it go on.
    func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// What it has said so far, on both outputs.
    var said: String {
        String(decoding: ((try? Data(contentsOf: output)) ?? Data()).dropFirst(Int(beginning)), as: UTF8.self)
    }

    func interrupt() { process.interrupt() }
    func terminate() { process.terminate() }
    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for its end and returns the exit code.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Runs a command to its end.
    @discardableResult
    static func run(
        _ arguments: [String], of binary: URL = Program.binary, in folder: URL, at place: URL = Program.root,
        environment: [String: String] = [:]
    ) throws -> (exit: Int32, said: String) {
        let program = try Program(
            arguments, of: binary, at: place, environment: environment,
            output: folder.appendingPathComponent("\(UUID().uuidString).out"))
        let exit = program.wait()
        return (exit, program.said)
    }
}

/// Polls until `condition` holds; the bound only ends a test that has failed anyway.
func eventually(_ what: String, within seconds: Double = 60, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("never came: \(what)")
            return
        }
        Thread.sleep(forTimeInterval: 0.02)
    }
}
