import EventLogs
import GRDB
import Records

/// A writer of one owner's file. Opening it raises the id's epoch, and every append holds its own against the file's in
/// the transaction that it writes in.
final class SQLiteFencedWriter: FencedWriter {
    private let file: LogFile
    private let owner: String
    private let fence: LogFile.Fence
    private let clock: any WallClock

    init(id: String, file: LogFile, clock: any WallClock) throws(LogError) {
        self.file = file
        self.clock = clock
        owner = SQLiteEventLog.owner(id)
        let epoch = try file.write { db -> Int64 in
            try db.execute(
                sql: "INSERT INTO writers (id, epoch) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1",
                arguments: [id])
            return try Int64.fetchOne(db, sql: "SELECT epoch FROM writers WHERE id = ?", arguments: [id]) ?? 0
        }
        fence = LogFile.Fence(id: id, epoch: epoch)
    }

    func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError) {
        for partition in batch.map(\.partition) + positions.map(\.partition)
        where SQLiteEventLog.owner(partition.topic) != owner {
            throw .failed(reason: "\(partition) is not of \(owner), whose writer \(fence.id) is")
        }
        _ = try file.append(batch, at: clock.microseconds, fence: fence, commits: positions, group: group)
    }
}
