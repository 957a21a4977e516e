import Foundation
import Logging
import Records

/// Log entries of all parties, for tests to wait for. Sendable: every access is under `condition`.
final class CollectedLog: @unchecked Sendable {
    struct Entry: Sendable {
        var party: PartyID
        var level: Logger.Level
        var message: String
        /// By name, in order.
        var metadata: String
    }

    private let condition = NSCondition()
    private var all: [Entry] = []

    var entries: [Entry] {
        condition.lock()
        defer { condition.unlock() }
        return all
    }

    /// Entries that say that something is wrong.
    var errors: [String] { entries.filter { $0.level >= .warning }.map { "\($0.party): \($0.message)" } }

    func logger(_ party: PartyID) -> Logger {
        Logger(label: party.name) { _ in Handler(party: party, log: self) }
    }

    /// The first entry of `party` with these words; nil where none comes within a minute.
    func wait(for words: String, from party: PartyID) -> Entry? {
        let deadline = Date(timeIntervalSinceNow: 60)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let entry = all.first(where: { $0.party == party && $0.message.contains(words) }) { return entry }
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
        let party: PartyID
        let log: CollectedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            log.append(
                Entry(
                    party: party, level: event.level, message: "\(event.message)",
                    metadata: all.map { "\($0.key)=\($0.value)" }.joined(separator: " ")))
        }
    }
}
