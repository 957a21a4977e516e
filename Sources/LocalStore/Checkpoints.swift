import Dispatch
import Foundation
import Synchronization

/// Moves a file's write-ahead log into the file, on a thread of its own: whoever commits would wait for the disk otherwise.
///
/// Of several processes that use a file, whichever sees its log long does it; the others' attempts end at once.
package final class Checkpoints: Sendable {
    /// Pages of a log that is long, and of one that writers have to wait for: under steady load there is always a page more
    /// than was moved, and the log is begun anew only where all were.
    private static let long = 500
    private static let tooLong = 6 * long
    private let path: String
    private let queue = DispatchQueue(label: "checkpoints")
    private let isUnderWay = Atomic(false)
    /// The length at which the next one is worth its flushes: so much longer than at the last one.
    private let due = Atomic(long)
    private let connection = Mutex<SQLiteConnection?>(nil)

    package init(path: String) { self.path = path }

    /// To be called for each connection of the file.
    package func watch(_ db: SQLiteConnection) { db.onCommit { pages in self.committed(pages: pages) } }

    private func committed(pages: Int) {
        // Shorter than at the last one: begun anew since, though this process may have missed its beginning.
        if pages < due.load(ordering: .relaxed) - Self.long { due.store(Self.long, ordering: .relaxed) }
        guard pages >= due.load(ordering: .relaxed), !isUnderWay.exchange(true, ordering: .relaxed) else { return }
        due.store(pages + Self.long, ordering: .relaxed)
        queue.async { [self] in
            // Busy: another process is at it. Any other trouble is met by whoever writes next, too, and said there.
            try? run(waiting: false)
            if pages >= Self.tooLong { try? run(waiting: true) }
            isUnderWay.store(false, ordering: .relaxed)
        }
    }

    private func run(waiting: Bool) throws {
        try connection.withLock { connection in
            if connection == nil { connection = try SQLiteConnection(path: path) }
            try connection?.checkpoint(waiting: waiting)
        }
    }
}
