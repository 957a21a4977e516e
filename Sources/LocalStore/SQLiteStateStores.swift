package import EventLogs
import Foundation

/// States in SQLite files whose paths have a beginning in common: a folder, or the file that the others stand beside.
package struct SQLiteStateStores: StateStores {
    private let prefix: String
    private let erasing: Bool

    /// - Parameters:
    ///   - prefix: of every path; a folder's ends with a slash.
    ///   - erasing: overwrites what is replaced or removed, where it lies.
    package init(prefix: String, erasing: Bool = false) {
        self.prefix = prefix
        self.erasing = erasing
    }

    package func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        try SQLiteStateStore(path: path(of: name), takingOver: takingOver, erasing: erasing)
    }

    /// The names of the states that are there.
    package func names() -> [String] {
        let folder = prefix.hasSuffix("/") ? prefix : (prefix as NSString).deletingLastPathComponent
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        let beginning = prefix.hasSuffix("/") ? "" : (prefix as NSString).lastPathComponent
        return files.filter { $0.hasPrefix(beginning) }.map { String($0.dropFirst(beginning.count)) }
            .filter { isState(prefix + $0) }.sorted()
    }

    /// Empties the journals of all states (`SQLiteStateStore.emptyJournal`).
    package func emptyJournals() throws(LogError) {
        for name in names() { try SQLiteStateStore(path: prefix + name).emptyJournal() }
    }

    /// Whether a file is SQLite's, by its first bytes.
    private func isState(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: 16)) == Data("SQLite format 3\0".utf8)
    }

    func path(of name: String) -> String { prefix + name }
}
