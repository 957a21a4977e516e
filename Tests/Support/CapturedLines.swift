import Foundation
package import Logging

/// What loggers were told, for tests to look at and to wait for. Sendable: every access is under `condition`.
package final class CapturedLines: @unchecked Sendable {
    package struct Entry: Sendable {
        /// The logger's own name.
        package var label: String
        package var level: Logger.Level
        package var message: String
        /// By name, in order.
        package var metadata: String
    }

    private let condition = NSCondition()
    private var all: [Entry] = []

    package init() {}

    package var entries: [Entry] {
        condition.lock()
        defer { condition.unlock() }
        return all
    }

    /// A line an entry.
    package var text: String { entries.map { "\($0.level) \($0.message) \($0.metadata)\n" }.joined() }

    package func logger(_ label: String = "test") -> Logger {
        Logger(label: label) { Handler(label: $0, lines: self) }
    }

    /// The first entry of a logger with these words; nil where none comes within a minute.
    package func wait(for words: String, from label: String) -> Entry? {
        let deadline = Date(timeIntervalSinceNow: 60)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let entry = all.first(where: { $0.label == label && $0.message.contains(words) }) { return entry }
            guard condition.wait(until: deadline) else { return nil }
        }
    }

    private func append(_ entry: Entry) {
        condition.lock()
        all.append(entry)
        condition.broadcast()
        condition.unlock()
    }

    private struct Handler: LogHandler {
        let label: String
        let lines: CapturedLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            lines.append(
                Entry(
                    label: label, level: event.level, message: "\(event.message)",
                    metadata: all.map { "\($0.key)=\($0.value)" }.joined(separator: " ")))
        }
    }
}

extension Logger {
    /// One that says nothing.
    package static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
