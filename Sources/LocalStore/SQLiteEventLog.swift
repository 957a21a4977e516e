package import EventLogs
import Foundation
package import Records
import Synchronization

/// The embedded log: SQLite files in one folder, shared by all processes of one machine.
///
/// One file a topic owner (what is before the first dot), as a real deployment has one cluster or ACL a member. What `append`
/// returned for, and what a reader sees (`HighWatermark`), survives what `LogDurability` says. Offsets are dense from 0.
package final class SQLiteEventLog: EventLog {
    private let directory: String
    private let clock: any WallClock
    private let durability: LogDurability
    private let files = Mutex<[String: LogFile]>([:])

    package init(
        directory: String, clock: any WallClock, durability: LogDurability = .power
    ) throws(LogError) {
        self.directory = directory
        self.clock = clock
        self.durability = durability
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .unreachable(reason: "the folder \(directory) can't be made or written")
        }
    }

    package func create(_ topics: [TopicSettings]) throws(LogError) {
        for (owner, topics) in Dictionary(grouping: topics, by: { Self.owner($0.name) }) {
            try file(owner).create(topics)
        }
    }

    package func topics() throws(LogError) -> [TopicSettings] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var out: [TopicSettings] = []
        for name in names where name.hasSuffix(".sqlite") { out += try file(String(name.dropLast(7))).topics() }
        return out.sorted { $0.name < $1.name }
    }

    package func partitions(of topic: String) throws(LogError) -> Int {
        try file(Self.owner(topic)).partitions(of: topic)
    }

    @discardableResult
    package func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        var positions = [Position?](repeating: nil, count: batch.count)
        for (owner, indices) in Dictionary(grouping: batch.indices, by: { Self.owner(batch[$0].partition.topic) }) {
            let file = try file(owner)
            let now = clock.microseconds
            let offsets = try file.append(indices.map { batch[$0] }, at: now)
            try file.cleanIfDue(now)
            for (index, offset) in zip(indices, offsets) {
                positions[index] = Position(batch[index].partition, offset)
            }
        }
        return positions.compactMap { $0 }
    }

    package func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        var files: [String: LogFile] = [:]
        for position in positions {
            let owner = Self.owner(position.partition.topic)
            files[owner] = try file(owner)
        }
        return try SQLiteLogReader(positions: positions, files: files)
    }

    package func earliest(of partition: TopicPartition) throws(LogError) -> Int64 {
        try file(Self.owner(partition.topic)).bounds(partition).earliest
    }

    package func end(of partition: TopicPartition) throws(LogError) -> Int64 {
        try file(Self.owner(partition.topic)).settle(partition)
    }

    package func commit(_ positions: [Position], group: String) throws(LogError) {
        for (owner, positions) in Dictionary(grouping: positions, by: { Self.owner($0.partition.topic) }) {
            try file(owner).commit(positions, group: group)
        }
    }

    package func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try file(Self.owner(partition.topic)).committed(partition, group: group)
    }

    package func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember {
        let owners = Set(settings.topics.map { Self.owner($0) })
        guard let owner = owners.first, owners.count == 1 else {
            throw .failed(reason: "the topics of group \(settings.group) are of several owners")
        }
        return try SQLiteGroupMember(settings, file: file(owner), clock: clock)
    }

    /// - Parameter id: begins with the owner whose topics it writes, as `bank-a.decisions-0`.
    package func writer(id: String) throws(LogError) -> any FencedWriter {
        try SQLiteFencedWriter(id: id, file: file(Self.owner(id)), clock: clock)
    }

    static func owner(_ topic: String) -> String { String(topic.prefix { $0 != "." }) }

    private func file(_ owner: String) throws(LogError) -> LogFile {
        if let known = files.withLock({ $0[owner] }) { return known }
        let opened = try LogFile(directory: directory, owner: owner, durability: durability)
        return files.withLock { files in
            if let known = files[owner] { return known }
            files[owner] = opened
            return opened
        }
    }
}
