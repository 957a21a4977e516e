import Foundation
import Terminal

/// The demo's child processes. Each stops when the demo does, however that ends: its standard input closes.
package final class DemoProcesses {
    private struct Child {
        var role: String
        var arguments: [String]
        var process: Process
        var input: Pipe
        var logFile: String
    }

    /// What their environment has beside this process's own.
    private let environment: [String: String]
    private var children: [Child] = []
    package private(set) var peakMemory = 0

    package init(environment: [String: String] = [:]) { self.environment = environment }

    package func start(_ role: String, _ binary: String, _ arguments: [String], logFile: String) throws {
        guard FileManager.default.createFile(atPath: logFile, contents: nil) else {
            throw Failure("\(logFile) can't be written")
        }
        children.append(try child(role, binary, arguments, logFile: logFile))
    }

    /// Ends a process by kill -9, and starts it again as it was; what it says goes to its file's end.
    package func kill(_ role: String) throws {
        guard let place = children.firstIndex(where: { $0.role == role }) else { return }
        let old = children[place]
        Foundation.kill(old.process.processIdentifier, SIGKILL)
        old.process.waitUntilExit()
        let binary = old.process.executableURL?.path ?? ""
        children[place] = try child(role, binary, old.arguments, logFile: old.logFile)
        Self.giveWay(children[place].process.processIdentifier)
    }

    /// Has a process run as others do, where this one has precedence.
    package static func giveWay(_ process: Int32) {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), 0)
    }

    private func child(_ role: String, _ binary: String, _ arguments: [String], logFile: String) throws -> Child {
        let process = Process()
        let input = Pipe()
        guard let output = FileHandle(forWritingAtPath: logFile) else { throw Failure("\(logFile) can't be written") }
        _ = try output.seekToEnd()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch { throw Failure("\(binary) can't be started for \(role)") }
        return Child(role: role, arguments: arguments, process: process, input: input, logFile: logFile)
    }

    /// Throws when one of them has ended, with its last words.
    package func check() throws {
        sampleMemory()
        for child in children where !child.process.isRunning {
            let words =
                (try? String(contentsOfFile: child.logFile, encoding: .utf8))?
                .split(separator: "\n").last.map(String.init) ?? "it said nothing"
            throw Failure(
                "\(child.role) stopped (exit \(child.process.terminationStatus)): \(words); see \(child.logFile)")
        }
    }

    /// The running processes' numbers by role.
    package var identifiers: [String: Int32] {
        Dictionary(uniqueKeysWithValues: children.map { ($0.role, $0.process.processIdentifier) })
    }

    /// Asks all of them to stop and waits; ends those that have not after ten seconds.
    package func stop() {
        for child in children {
            try? child.input.fileHandleForWriting.close()
            if child.process.isRunning { child.process.terminate() }
        }
        let deadline = ContinuousClock.now + .seconds(10)
        for child in children {
            while child.process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.02) }
            if child.process.isRunning { Foundation.kill(child.process.processIdentifier, SIGKILL) }
            child.process.waitUntilExit()
        }
        children = []
    }

    /// Resident memory of this process and its children, in bytes; keeps the largest sum.
    private func sampleMemory() {
        let sum = ([getpid()] + children.map(\.process.processIdentifier)).reduce(0) { $0 + Self.residentBytes($1) }
        peakMemory = max(peakMemory, sum)
    }

    private static func residentBytes(_ pid: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// This program's own file.
package func ownProgram() throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
        throw Failure("this program's own file is not to be found")
    }
    return path
}

/// The program `cordon`, which the roles' processes run: this one, or the one beside it.
package func cordonProgram() throws -> String {
    let own = try ownProgram()
    let path = ((own as NSString).deletingLastPathComponent as NSString).appendingPathComponent("cordon")
    guard FileManager.default.isExecutableFile(atPath: path) else {
        throw Failure("there is no \(path): the programs `cordon` and `cordon-bench` belong in one folder")
    }
    return path
}
