import Foundation

/// What Linux counts of a running process.
struct ProcessUsage {
    /// Of all its threads, in user and kernel mode.
    var processorSeconds: Double
    var peakMegabytes: Double

    init?(of process: Int32) {
        // The command's name, in parentheses, may hold anything.
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12]),
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Double($0) })
        else { return nil }
        processorSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        peakMegabytes = kilobytes / 1024
    }

    /// Of each process by its role.
    static func all(_ processes: DemoProcesses) throws -> [String: ProcessUsage] {
        try processes.identifiers.reduce(into: [:]) { all, entry in
            guard let usage = ProcessUsage(of: entry.value) else {
                throw Failure("/proc/\(entry.value) does not say what \(entry.key) uses: this bench needs Linux")
            }
            all[entry.key] = usage
        }
    }
}
