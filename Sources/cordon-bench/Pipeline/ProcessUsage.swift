import Foundation
import LocalConsortium
import Terminal

/// What Linux counts of a running process (proc(5)).
struct ProcessUsage {
    /// Of all its threads, in user and kernel mode.
    var processorSeconds: Double
    /// The same by stage: threads by name without their numbers, TLS and sockets as `network`, all else as `other`.
    var stages: [String: Double]
    var peakMegabytes: Double
    /// Calls of the allocator, where they are counted.
    var allocations: Double?

    init?(of process: Int32) {
        guard let seconds = Self.processorSeconds("/proc/\(process)/stat"),
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Double($0) })
        else { return nil }
        processorSeconds = seconds
        peakMegabytes = kilobytes / 1024
        stages = [:]
        let threads = "/proc/\(process)/task"
        for thread in (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? [] {
            // A thread may have ended since.
            guard let name = try? String(contentsOfFile: "\(threads)/\(thread)/comm", encoding: .utf8),
                let seconds = Self.processorSeconds("\(threads)/\(thread)/stat")
            else { continue }
            stages[Self.stage(name), default: 0] += seconds
        }
    }

    private static func stage(_ thread: String) -> String {
        if thread.hasPrefix("NIO") { return "network" }
        let stages = ["ingest", "decisions", "partition", "worker"]
        return stages.first { thread.hasPrefix($0) } ?? "other"
    }

    private static func processorSeconds(_ file: String) -> Double? {
        // The command's name, in parentheses, may hold anything.
        guard let stat = try? String(contentsOfFile: file, encoding: .utf8),
            let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12])
        else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// What was used between an earlier look and this one.
    func since(_ earlier: ProcessUsage) -> ProcessUsage {
        var used = self
        used.processorSeconds -= earlier.processorSeconds
        used.allocations = allocations.flatMap { all in earlier.allocations.map { all - $0 } }
        for (stage, seconds) in earlier.stages { used.stages[stage, default: seconds] -= seconds }
        return used
    }

    /// What each process uses, by its role.
    static func all(_ processes: DemoProcesses, _ counter: AllocationCounter?) throws -> [String: ProcessUsage] {
        try processes.identifiers.reduce(into: [:]) { all, entry in
            guard var usage = ProcessUsage(of: entry.value) else {
                throw Failure("/proc/\(entry.value) does not say what \(entry.key) uses: this bench needs Linux")
            }
            usage.allocations = counter?.calls(of: entry.value)
            all[entry.key] = usage
        }
    }
}
