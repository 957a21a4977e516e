import EventLogs
import Foundation
import Synchronization

/// One SQLite file of the embedded log, and the bells beside it that wake readers and group members in other processes.
final class LogFile: Sendable {
    /// Rings when a group changes.
    let groupBell: Bell
    let path: String
    private let directory: String
    private let durability: LogDurability
    private let watermarks = Mutex<[TopicPartition: HighWatermark]>([:])
    private let writer: SharedConnection
    /// Reads beside a transaction of the writer.
    private let reader: SharedConnection
    /// The write-ahead log, to make durable what was committed.
    private let log: FileHandle
    private let ids = Mutex<[TopicPartition: Int64]>([:])
    let cleaning = Mutex(Cleaning())

    init(directory: String, owner: String, durability: LogDurability) throws(LogError) {
        let path = "\(directory)/\(owner).sqlite"
        self.path = path
        do {
            writer = SharedConnection(try Schema.whileBusy { try Self.open(path) })
            reader = SharedConnection(try SQLiteConnection(path: path))
            log = try FileHandle(forUpdating: URL(fileURLWithPath: path + "-wal"))
        } catch {
            throw Self.translate(error, path)
        }
        self.directory = directory
        self.durability = durability
        groupBell = Bell(path: "\(directory)/\(owner).groups.bell")
    }

    private static func open(_ path: String) throws -> SQLiteConnection {
        let db = try SQLiteConnection(path: path)
        // In rollback mode, before the write-ahead log is on, so that a new file gets larger pages.
        try db.script("PRAGMA page_size=8192")
        // A commit waits for no disk: `append` does, when it no longer has the file locked, and side by side with other processes'.
        try db.writeAhead()
        Checkpoints(path: path).watch(db)
        try Schema.make(tables, version: 3, in: db)
        return db
    }

    private static let tables = """
        CREATE TABLE topics (name TEXT PRIMARY KEY, cleanup TEXT NOT NULL, retention INTEGER,
            retention_bytes INTEGER) WITHOUT ROWID;
        CREATE TABLE partitions (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
            compacted INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
            UNIQUE (topic, partition));
        CREATE TABLE records (place INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB, value BLOB, headers BLOB);
        CREATE TABLE newest (partition INTEGER NOT NULL, key BLOB NOT NULL, offset INTEGER NOT NULL,
            PRIMARY KEY (partition, key)) WITHOUT ROWID;
        CREATE TABLE commits (grp TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
            PRIMARY KEY (grp, partition)) WITHOUT ROWID;
        CREATE TABLE writers (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE members (grp TEXT NOT NULL, member TEXT NOT NULL, instance TEXT, lease INTEGER NOT NULL,
            PRIMARY KEY (grp, member)) WITHOUT ROWID;
        CREATE TABLE owners (grp TEXT NOT NULL, partition INTEGER NOT NULL, member TEXT NOT NULL,
            PRIMARY KEY (grp, partition)) WITHOUT ROWID;
        """

    /// What readers of a partition may read, and the bell that rings when it grows.
    func watermark(_ partition: TopicPartition) throws(LogError) -> HighWatermark {
        if let known = watermarks.withLock({ $0[partition] }) { return known }
        let opened = try HighWatermark(path: "\(directory)/\(partition.topic)-\(partition.partition).bell")
        return watermarks.withLock { watermarks in
            let watermark = watermarks[partition] ?? opened
            watermarks[partition] = watermark
            return watermark
        }
    }

    /// Returns when all that was committed is durable.
    func sync() throws(LogError) {
        guard durability == .power else { return }
        guard fdatasync(log.fileDescriptor) == 0 else {
            throw .unreachable(reason: "\(path)-wal can't be made durable: \(String(cString: strerror(errno)))")
        }
    }

    /// The row of a partition, which never changes.
    func id(_ partition: TopicPartition) throws(LogError) -> Int64 {
        if let id = ids.withLock({ $0[partition] }) { return id }
        let id = try read { db in
            try db.statement(
                "SELECT id FROM partitions WHERE topic = ? AND partition = ?", partition.topic, partition.partition
            ).first { $0.integer(0) }
        }
        guard let id else {
            _ = try partitions(of: partition.topic)
            throw .unknownPartition(partition)
        }
        ids.withLock { $0[partition] = id }
        return id
    }

    /// In one transaction.
    func write<T>(_ body: (SQLiteConnection) throws -> T) throws(LogError) -> T {
        do {
            return try writer.use { db in try db.transaction { try body(db) } }
        } catch { throw Self.translate(error, path) }
    }

    /// Several statements that see the same state.
    func read<T>(_ body: (SQLiteConnection) throws -> T) throws(LogError) -> T {
        do {
            return try reader.use { db in try db.transaction(.deferred) { try body(db) } }
        } catch { throw Self.translate(error, path) }
    }

    /// A connection for one reader, which waits for no other.
    func connect() throws(LogError) -> SQLiteConnection {
        do { return try SQLiteConnection(path: path) } catch { throw Self.translate(error, path) }
    }

    static func translate(_ error: any Error, _ path: String) -> LogError {
        if let error = error as? LogError { return error }
        guard let known = error as? SQLiteError else { return .failed(reason: "\(error)") }
        let reason = "\(path): \(known)"
        return switch known.kind {
        case .corrupted: .corrupted(reason: reason)
        case .busy, .unusable: .unreachable(reason: reason)
        case .refused: .failed(reason: reason)
        }
    }
}
