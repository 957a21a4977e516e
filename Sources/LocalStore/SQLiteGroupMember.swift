import EventLogs
import Foundation
import Records

/// A place in a consumer group of the embedded log. Members hold leases in the owner's file; a partition has one owner row
/// at most, which its owner keeps until it has released it or its lease ran out.
final class SQLiteGroupMember: GroupMember {
    private let file: LogFile
    private let settings: GroupSettings
    private let clock: any WallClock
    private let watch: BellWatch
    private let id = UUID().uuidString
    /// Rows of the topics' partitions, and what they stand for.
    private let partitions: [Int64: TopicPartition]
    private var held: Set<Int64> = []
    private var revoking: Set<Int64> = []
    private var changes: [GroupChange] = []
    private var renewed: Int64 = .min
    private var left = false
    /// What a member holds that has a name which stays.
    private var fence: Fence?

    init(_ settings: GroupSettings, file: LogFile, clock: any WallClock) throws(LogError) {
        self.settings = settings
        self.file = file
        self.clock = clock
        var partitions: [Int64: TopicPartition] = [:]
        for topic in settings.topics {
            for number in 0..<(try file.partitions(of: topic)) {
                let partition = TopicPartition(topic, number)
                partitions[try file.id(partition)] = partition
            }
        }
        self.partitions = partitions
        watch = try BellWatch([file.groupBell])
        try enter()
    }

    deinit { leave() }

    private var group: String { settings.group }
    private var timeout: Int64 { Int64(settings.sessionTimeout / .microseconds(1)) }

    func next(timeout: Duration) throws(LogError) -> GroupChange? {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            if !changes.isEmpty { return changes.removeFirst() }
            guard !left else { return nil }
            watch.drain()
            try turn()
            guard changes.isEmpty else { continue }
            let rest = deadline - clock.now
            guard rest > .zero else { return nil }
            watch.wait(min(rest, settings.sessionTimeout / 3))
        }
    }

    func release(_ partitions: [TopicPartition]) throws(LogError) {
        let rows = partitions.compactMap { wanted in self.partitions.first { $0.value == wanted }?.key }
        try file.write { db in
            for row in rows { try Self.free(row, group: group, member: id, db) }
        }
        held.subtract(rows)
        revoking.subtract(rows)
        file.groupBell.ring()
    }

    func leave() {
        guard !left else { return }
        left = true
        changes = []
        // If the file can't be written now, the lease runs out instead.
        try? file.write { db in
            try db.run("DELETE FROM members WHERE grp = ? AND member = ?", group, id)
            try db.run("DELETE FROM owners WHERE grp = ? AND member = ?", group, id)
        }
        file.groupBell.ring()
    }

    /// Signs on, also again after its lease ran out. An older process of the same instance hands over everything at once and is
    /// shut out for good (`.fenced`), also where its successor was too busy to renew its lease.
    private func enter() throws(LogError) {
        let now = clock.microseconds
        let held = fence
        fence = try file.write { db in
            var fence: Fence?
            if let instance = settings.instance {
                fence = try held ?? Fence(taking: "\(group)/\(instance)", db)
                guard try fence?.holds(db) == true else { throw LogError.fenced(writer: instance) }
                let older = try db.statement(
                    "SELECT member FROM members WHERE grp = ? AND instance = ?", group, instance
                ).all { $0.text(0) }
                for member in older {
                    try db.run("UPDATE owners SET member = ? WHERE grp = ? AND member = ?", id, group, member)
                    try db.run("DELETE FROM members WHERE grp = ? AND member = ?", group, member)
                }
            }
            try db.run(
                "INSERT INTO members (grp, member, instance, lease) VALUES (?, ?, ?, ?)", group, id,
                settings.instance, now + timeout)
            return fence
        }
        renewed = now
        file.groupBell.ring()
    }

    /// What the file says now: a cheap look, and a transaction only where something is to be changed.
    private func turn() throws(LogError) {
        let now = clock.microseconds
        let seen = try file.read { db in try look(now, db) }
        guard seen.isMember else {
            drop(held)
            return try enter()
        }
        drop(held.subtracting(seen.mine))
        let due = now - renewed >= timeout / 3
        guard due || seen.hasExpired || seen.mine != held || seen.target != seen.mine else { return }
        let taken = try file.write { db in try settle(now, db) }
        renewed = now
        let new = taken.mine.subtracting(held)
        held = taken.mine
        if !new.isEmpty { changes.append(.assigned(named(new))) }
        let unwanted = taken.mine.subtracting(taken.target).subtracting(revoking)
        revoking.formUnion(unwanted)
        revoking.formIntersection(held)
        if !unwanted.isEmpty { changes.append(.revoked(named(unwanted))) }
        if taken.expired { file.groupBell.ring() }
    }

    private func drop(_ rows: Set<Int64>) {
        guard !rows.isEmpty else { return }
        held.subtract(rows)
        revoking.subtract(rows)
        changes.append(.lost(named(rows)))
    }

    private struct Look {
        var isMember: Bool
        var hasExpired: Bool
        var mine: Set<Int64>
        var target: Set<Int64>
    }

    private func look(_ now: Int64, _ db: SQLiteConnection) throws -> Look {
        var live: [String] = []
        var isMember = false
        var hasExpired = false
        try db.statement("SELECT member, lease FROM members WHERE grp = ?", group).each { row in
            let member = row.text(0)
            if member == id {
                isMember = true
                live.append(member)
            } else if row.integer(1) < now {
                hasExpired = true
            } else {
                live.append(member)
            }
        }
        let owners = try owners(db)
        let target = StickyAssignment.target(partitions: Array(partitions.keys), members: live, owners: owners)
        return Look(
            isMember: isMember, hasExpired: hasExpired,
            mine: Set(owners.filter { $0.value == id }.keys), target: wanted(target[id] ?? [], owners))
    }

    /// Of what is meant for this member, what it has or can have now: what is free.
    private func wanted(_ target: Set<Int64>, _ owners: [Int64: String]) -> Set<Int64> {
        target.filter { owners[$0] == nil || owners[$0] == id }
    }

    private func owners(_ db: SQLiteConnection) throws -> [Int64: String] {
        var out: [Int64: String] = [:]
        try db.statement("SELECT partition, member FROM owners WHERE grp = ?", group).each { row in
            out[row.integer(0)] = row.text(1)
        }
        return out
    }

    /// Renews the lease, clears away members whose lease ran out, and takes what is meant for this member and free.
    private func settle(
        _ now: Int64, _ db: SQLiteConnection
    ) throws -> (mine: Set<Int64>, target: Set<Int64>, expired: Bool) {
        try db.run("UPDATE members SET lease = ? WHERE grp = ? AND member = ?", now + timeout, group, id)
        try db.run("DELETE FROM members WHERE grp = ? AND lease < ?", group, now)
        let expired = db.changes > 0
        try db.run(
            "DELETE FROM owners WHERE grp = ?1 AND member NOT IN (SELECT member FROM members WHERE grp = ?1)", group)
        let look = try look(now, db)
        for row in look.target.subtracting(look.mine) {
            try db.run("INSERT INTO owners (grp, partition, member) VALUES (?, ?, ?)", group, row, id)
        }
        return (look.mine.union(look.target), look.target, expired)
    }

    private static func free(_ row: Int64, group: String, member: String, _ db: SQLiteConnection) throws {
        try db.run("DELETE FROM owners WHERE grp = ? AND partition = ? AND member = ?", group, row, member)
    }

    private func named(_ rows: Set<Int64>) -> [TopicPartition] { rows.compactMap { partitions[$0] }.sorted() }
}
