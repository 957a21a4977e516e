import EventLogs
import Records

/// A writer of one owner's file. Opening it raises the id's epoch, and every append holds its own against the file's in
/// the transaction that it writes in.
final class SQLiteFencedWriter: FencedWriter {
    private let file: LogFile
    private let owner: String
    private let fence: Fence
    private let clock: any WallClock

    init(id: String, file: LogFile, clock: any WallClock) throws(LogError) {
        self.file = file
        self.clock = clock
        owner = SQLiteEventLog.owner(id)
        fence = try file.write { db in try Fence(taking: id, db) }
    }

    func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError) {
        for partition in batch.map(\.partition) + positions.map(\.partition)
        where SQLiteEventLog.owner(partition.topic) != owner {
            throw .failed(reason: "\(partition) is not of \(owner), whose writer \(fence.name) is")
        }
        _ = try file.append(batch, at: clock.microseconds, fence: fence, commits: positions, group: group)
    }
}
