import Foundation
import LocalConsortium
import Terminal

/// A running `cordon-bench log-reader`.
final class BenchReaderProcess {
    private let process = Process()
    private let output = Pipe()

    init(_ topic: String, log: LogOptions) throws {
        process.executableURL = URL(fileURLWithPath: try ownProgram())
        process.arguments =
            ["log-reader", topic, "--log", log.location]
            + log.properties.flatMap { ["--log-property", $0] }
        process.standardOutput = output
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    func waitUntilReady() throws {
        let said = output.fileHandleForReading.availableData
        guard String(decoding: said, as: UTF8.self) == "ready\n" else { throw Failure("a reader did not start") }
    }

    func report() throws -> BenchLogReaderCommand.Report {
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("a reader ended early") }
        return try JSONDecoder().decode(BenchLogReaderCommand.Report.self, from: said)
    }
}

/// When a record was appended, in its first bytes: the machine's monotonic clock, which all processes share.
enum BenchStamp {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func set(_ value: inout [UInt8]) {
        var rest = now
        for index in 0..<8 {
            value[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }

    /// Nil for the end mark, which is shorter than any record.
    static func read(_ value: [UInt8]) -> UInt64? {
        guard value.count >= 16 else { return nil }
        return value[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func end(_ count: Int) -> [UInt8] { Array("\(count)".utf8.prefix(15)) }
}
