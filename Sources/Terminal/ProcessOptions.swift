package import ArgumentParser
import Foundation
package import Logging

/// What every long-running process takes.
package struct ProcessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to write metrics (Prometheus text format), twice a second.", valueName: "file"))
    package var metrics: String?

    @Option(
        help: ArgumentHelp(
            "Least level of log lines: trace, debug, info, notice, warning, error. Also from CORDON_LOG_LEVEL.",
            valueName: "level"))
    package var logLevel: String = ProcessInfo.processInfo.environment["CORDON_LOG_LEVEL"] ?? "info"

    @Flag(help: "Stop when standard input closes, so that a process goes when the one that started it is gone.")
    package var stopOnEof = false

    package init() {}

    package func logger(_ label: String) throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw Failure("`--log-level \(logLevel)` is not trace, debug, info, notice, warning or error")
        }
        var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}
