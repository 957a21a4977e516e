import Foundation
import LocalConsortium
import Terminal

/// What Linux counts of a running process (proc(5), clock_getcpuclockid(3)).
struct ProcessUsage {
    /// Of all its threads, those that have ended too, in user and kernel mode.
    var processorSeconds: Double
    /// The same by stage: threads by name without their numbers, TLS and sockets as `network`, all else as `other`, which is the
    /// rest of the process's time. Threads are counted in ticks, so `other` may be some ticks below zero between two looks.
    var stages: [String: Double]
    /// What `processorSeconds` goes up by at once: a nanosecond, or a tick where that is all that the kernel counts.
    var step: Double
    var peakMegabytes: Double
    /// Calls of the allocator, where they are counted.
    var allocations: Double?

    /// Seconds that a thread's time goes up by at once.
    static let tick = 1 / Double(sysconf(Int32(_SC_CLK_TCK)))

    init?(of process: Int32) {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Double($0) })
        else { return nil }
        peakMegabytes = kilobytes / 1024
        stages = [:]
        let threads = "/proc/\(process)/task"
        for thread in (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? [] {
            // A thread may have ended since.
            guard let name = try? String(contentsOfFile: "\(threads)/\(thread)/comm", encoding: .utf8),
                let stage = Self.stage(name), let seconds = Self.processorSeconds("\(threads)/\(thread)/stat")
            else { continue }
            stages[stage, default: 0] += seconds
        }
        // Read after its threads, so that it holds all of theirs.
        guard let nanoseconds = Self.processorNanoseconds(of: process) else { return nil }
        processorSeconds = Double(nanoseconds) / 1e9
        step = nanoseconds.isMultiple(of: Int(Self.tick * 1e9)) ? Self.tick : 1e-9
        stages["other"] = processorSeconds - stages.values.reduce(0, +)
    }

    private static func stage(_ thread: String) -> String? {
        if thread.hasPrefix("NIO") { return "network" }
        let stages = ["ingest", "decisions", "partition", "worker"]
        return stages.first { thread.hasPrefix($0) }
    }

    /// Of all its threads, on the process's own clock, which is finer than the ticks of /proc on most machines.
    private static func processorNanoseconds(of process: Int32) -> Int? {
        var (clock, time) = (clockid_t(), timespec())
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func processorSeconds(_ file: String) -> Double? {
        // The command's name, in parentheses, may hold anything.
        guard let stat = try? String(contentsOfFile: file, encoding: .utf8),
            let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12])
        else { return nil }
        return (user + system) * tick
    }

    /// What was used between an earlier look and this one.
    func since(_ earlier: ProcessUsage) -> ProcessUsage {
        var used = self
        used.processorSeconds -= earlier.processorSeconds
        used.step = max(step, earlier.step)
        used.allocations = allocations.flatMap { all in earlier.allocations.map { all - $0 } }
        for (stage, seconds) in earlier.stages { used.stages[stage, default: 0] -= seconds }
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
