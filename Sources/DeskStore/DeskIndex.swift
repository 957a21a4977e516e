package import Desk
package import EventLogs
import Foundation
import LocalStore
package import Records

/// What one desk knows, in one SQLite file: a projection of the member's topics. Everything in it goes with the positions that it
/// was read up to, in one transaction, so a desk that is killed goes on where its file is; and a file that is lost, or of another
/// version, is begun anew.
package final class DeskIndex: Sendable {
    package let path: String
    package let levels: ServiceLevels
    /// Topics by which part of the desk they are.
    package let member: MemberID
    private let writer: SharedConnection
    private let readers: [SharedConnection]
    /// Which owner of the file this is: whoever opens it last.
    private let owner: Int64

    /// Why an index can't be used.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case folder(String)
        /// Another process has opened the same file since.
        case takenOver(path: String)
        /// A row that no desk has written.
        case damaged

        package var description: String {
            switch self {
            case .folder(let path): "the folder \(path) can't be made or written"
            case .takenOver(let path): "another desk has opened \(path); each desk needs a file of its own"
            case .damaged:
                "the index holds what no desk has written; remove the file, and it is made again from the log"
            }
        }
    }

    /// Opens or makes an index; whoever had the file before can write nothing any more.
    ///
    /// - Parameter readers: how many may read at once.
    package init(path: String, member: MemberID, levels: ServiceLevels = .standard, readers: Int = 4) throws {
        self.path = path
        self.member = member
        self.levels = levels
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch { throw Failure.folder(folder) }
        }
        if try Self.isOfAnotherVersion(path) { Self.remove(path) }
        let db = try Schema.whileBusy { try Self.open(path) }
        owner = try db.transaction {
            try db.run("UPDATE desk SET owner = owner + 1")
            return try db.statement("SELECT owner FROM desk").first { $0.integer(0) } ?? 0
        }
        writer = SharedConnection(db)
        self.readers = try (0..<max(1, readers)).map { _ in try SharedConnection(Self.openReader(path)) }
    }

    private static func open(_ path: String) throws -> SQLiteConnection {
        try SQLiteConnection.makePrivate(path)
        let db = try SQLiteConnection(path: path)
        try db.script("PRAGMA page_size=8192")
        // A batch's rows lie all over the file: pages that it touches stay in memory until its commit, and up to 64 MB behind it.
        try db.script("PRAGMA cache_size=\(-64 << 10)")
        try db.writeAhead()
        Checkpoints(path: path).watch(db)
        try Schema.make(DeskTables.script, version: DeskTables.version, in: db)
        return db
    }

    /// A connection that reads the file's pages where the system has them, without a copy of each.
    private static func openReader(_ path: String) throws -> SQLiteConnection {
        let db = try SQLiteConnection(path: path)
        try db.script("PRAGMA mmap_size=\(4 << 30)")
        return db
    }

    private static func isOfAnotherVersion(_ path: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        let found = try SQLiteConnection(path: path).statement("PRAGMA user_version").first { $0.integer(0) } ?? 0
        return found != 0 && found != Int64(DeskTables.version)
    }

    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
    }

    /// Takes a batch in, whole or not at all.
    ///
    /// - Returns: what became of its acts, also of those that had come before.
    /// - Throws: `takenOver`, or what is wrong with the file: nothing of the batch is in then.
    package func apply(_ batch: DeskBatch) throws -> [SettledAct] {
        try writer.use { db in
            try db.transaction {
                let found = try db.statement("SELECT owner FROM desk").first { $0.integer(0) }
                guard found == owner else { throw Failure.takenOver(path: path) }
                var writing = try DeskWriting(db, levels: levels)
                for input in batch.inputs { try writing.take(input) }
                try writing.end(at: batch.positions)
                return writing.settled
            }
        }
    }

    /// Where a partition is to be read on from; nil where it was never read.
    package func position(_ partition: TopicPartition) throws -> Int64? {
        try read { db in
            try db.statement(
                "SELECT offset FROM positions WHERE topic = ? AND partition = ?", partition.topic, partition.partition
            ).first { $0.integer(0) }
        }
    }

    /// The log's clock at the last record of `<member>.cases`, in microseconds.
    package func clock() throws -> Int64 {
        try read { db in try db.statement("SELECT clock FROM desk").first { $0.integer(0) } ?? 0 }
    }

    /// Reads by a connection that is free, of one moment.
    func read<T>(_ body: (SQLiteConnection) throws -> T) throws -> T {
        let turn = Int.random(in: readers.indices)
        return try readers[turn].use { db in try db.transaction(.deferred) { try body(db) } }
    }
}
