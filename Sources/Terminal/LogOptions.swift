package import ArgumentParser
package import EventLogs
import Foundation
import KafkaLog
import LocalStore
import Records
import Stages

/// Which log a process works on.
package struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            """
            The log: sqlite:FOLDER, or kafka:HOST:PORT[,HOST:PORT...]. Also from CORDON_LOG. What is in sqlite:FOLDER \
            survives a power cut; in sqlite:FOLDER?durability=process, the end of processes, as in a Kafka broker.
            """, valueName: "url"))
    package var location: String = ProcessInfo.processInfo.environment["CORDON_LOG"] ?? "sqlite:cordon-data/log"

    @Option(
        name: .customLong("log-property"),
        help: ArgumentHelp("A librdkafka property, handed through as it is. Repeatable.", valueName: "name=value"))
    package var properties: [String] = []

    package init() {}

    package func open() throws -> any EventLog {
        let parts = location.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw Failure("`--log \(location)` is not sqlite:FOLDER or kafka:HOST:PORT")
        }
        switch parts[0] {
        case "sqlite":
            guard properties.isEmpty else { throw Failure("`--log-property` is for Kafka; this log is SQLite") }
            let (folder, durability) = try durability(parts[1])
            return try SQLiteEventLog(directory: folder, clock: SystemClock(), durability: durability)
        case "kafka":
            var all = ["bootstrap.servers": parts[1]]
            for property in properties {
                let pair = property.split(separator: "=", maxSplits: 1).map(String.init)
                guard pair.count == 2 else { throw Failure("`--log-property \(property)` is not name=value") }
                all[pair[0]] = pair[1]
            }
            return try KafkaEventLog(properties: all)
        default: throw Failure("`--log \(location)`: the log is sqlite:FOLDER or kafka:HOST:PORT")
        }
    }

    private func durability(_ place: String) throws -> (folder: String, LogDurability) {
        let parts = place.components(separatedBy: "?durability=")
        guard parts.count == 2 else { return (place, .power) }
        guard let durability = LogDurability(rawValue: parts[1]) else {
            throw Failure(
                "`--log \(location)`: the durability is \(LogDurability.allValueStrings.joined(separator: " or "))")
        }
        return (parts[0], durability)
    }
}

extension LogDurability: ExpressibleByArgument {}

/// What a program stops with: one sentence for a person, and a non-zero exit.
package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Reads a whole file, or says which one can't be read.
package func readFile(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) can't be read") }
    return Array(data)
}

/// Writes a whole file, with the folders above it.
package func writeFile(_ bytes: [UInt8], to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    do {
        if !folder.isEmpty {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch { throw Failure("\(path) can't be written") }
}
