import Dispatch

/// A connection that threads share: they use it in the order in which they came, one at a time.
package final class SharedConnection: @unchecked Sendable {
    private let connection: SQLiteConnection
    private let queue = DispatchQueue(label: "sqlite")

    /// - Parameter connection: that nobody else has.
    package init(_ connection: sending SQLiteConnection) { self.connection = connection }

    /// - Parameter body: keeps neither the connection nor a statement of it, and does not come back here.
    package func use<T>(_ body: (SQLiteConnection) throws -> T) rethrows -> T {
        try queue.sync { try body(connection) }
    }
}
