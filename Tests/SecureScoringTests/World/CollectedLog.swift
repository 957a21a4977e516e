import Logging
import Records
import Support

/// Log entries of all parties, for tests to wait for.
final class CollectedLog: Sendable {
    struct Entry: Sendable {
        var party: PartyID
        var level: Logger.Level
        var message: String
        /// By name, in order.
        var metadata: String
    }

    private let lines = CapturedLines()

    var entries: [Entry] { lines.entries.compactMap(Self.entry) }

    /// Entries that say that something is wrong.
    var errors: [String] { entries.filter { $0.level >= .warning }.map { "\($0.party): \($0.message)" } }

    func logger(_ party: PartyID) -> Logger { lines.logger(party.name) }

    /// The first entry of `party` with these words; nil where none comes within a minute.
    func wait(for words: String, from party: PartyID) -> Entry? {
        lines.wait(for: words, from: party.name).flatMap(Self.entry)
    }

    private static func entry(_ entry: CapturedLines.Entry) -> Entry? {
        PartyID.allCases.first { $0.name == entry.label }.map {
            Entry(party: $0, level: entry.level, message: entry.message, metadata: entry.metadata)
        }
    }
}
