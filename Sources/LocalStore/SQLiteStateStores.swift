package import EventLogs

/// States in SQLite files whose paths have a beginning in common: a folder, or the file that the others stand beside.
package struct SQLiteStateStores: StateStores {
    private let prefix: String

    /// - Parameter prefix: of every path; a folder's ends with a slash.
    package init(prefix: String) { self.prefix = prefix }

    package func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        try SQLiteStateStore(path: path(of: name), takingOver: takingOver)
    }

    func path(of name: String) -> String { prefix + name }
}
