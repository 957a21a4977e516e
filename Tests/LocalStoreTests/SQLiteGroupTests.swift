import EventLogs
import Foundation
import LocalStore
import Records
import Support
import Synchronization
import Testing

@Suite("leases and balance of groups on SQLite") struct SQLiteGroupTests {
    private let directory: TemporaryFolder
    private let clock = ManualClock()
    private let log: SQLiteEventLog
    private let topic = "bank-a.transactions"

    init() throws {
        directory = try TemporaryFolder()
        log = try SQLiteEventLog(directory: directory.path, clock: clock)
        try log.create([TopicSettings(name: topic, partitions: 4)])
    }

    private func join(_ instance: String? = nil) throws -> GroupMemberProbe {
        GroupMemberProbe(
            try log.join(
                GroupSettings(group: "g", topics: [topic], instance: instance, sessionTimeout: .seconds(10))))
    }

    private func settle(_ members: [GroupMemberProbe]) throws {
        for _ in 0..<4 { for member in members { try member.settle() } }
    }

    private var all: Set<TopicPartition> { Set((0..<4).map { TopicPartition(topic, $0) }) }

    @Test("a lone member gets every partition, a second one half, and what stays does not move")
    func balance() throws {
        let first = try join()
        try first.settle()
        #expect(first.owned == all)
        let second = try join()
        try settle([first, second])
        #expect(first.owned.count == 2 && second.owned.count == 2)
        #expect(first.owned.union(second.owned) == all)
        let kept = first.owned
        let third = try join()
        try settle([first, second, third])
        #expect([first, second, third].map(\.owned.count).sorted() == [1, 1, 2])
        #expect(first.owned.isSubset(of: kept))
    }

    @Test("a revoked partition stays with its owner until that has released it")
    func handOver() throws {
        let first = try join()
        try first.settle()
        let second = try join()
        try second.settle()
        try first.settle(releasing: false)
        try second.settle()
        #expect(second.owned.isEmpty && first.owned == all)
        try first.place.release([TopicPartition(topic, 0)])
        try second.settle()
        #expect(second.owned == [TopicPartition(topic, 0)])
    }

    @Test("who says nothing for the session's time loses its partitions, and hears of it when it speaks again")
    func zombie() throws {
        let first = try join()
        try first.settle()
        let second = try join()
        clock.advance(.seconds(11))
        try second.settle()
        #expect(second.owned == all)
        try first.settle()
        #expect(first.lost == all)
    }

    @Test("a replaced process of an instance stays out, also where its successor's lease has run out")
    func replaced() throws {
        let older = try join("agent-1")
        try older.settle()
        let newer = try join("agent-1")
        clock.advance(.seconds(11))
        #expect(throws: LogError.fenced(writer: "agent-1")) { try older.settle() }
        try newer.settle()
        #expect(newer.owned == all)
    }

    @Test("who speaks in time keeps its partitions")
    func heartbeats() throws {
        let first = try join()
        try first.settle()
        let second = try join()
        for _ in 0..<10 {
            clock.advance(.seconds(5))
            try first.settle(releasing: false)
            try second.settle()
        }
        #expect(first.owned == all && first.lost.isEmpty && second.owned.isEmpty)
    }

    @Test("no partition ever has two owners, whoever joins, leaves, falls silent or comes back", arguments: 1...20)
    func neverTwo(_ seed: Int) throws {
        var random = SplitMix64(state: UInt64(seed))
        var members: [GroupMemberProbe] = []
        for _ in 0..<60 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where members.count < 5: members.append(try join())
            case 1 where !members.isEmpty:
                members.remove(at: Int.random(in: 0..<members.count, using: &random)).place.leave()
            case 2: clock.advance(.seconds(Int.random(in: 1...6, using: &random)))
            default:
                guard let member = members.randomElement(using: &random) else { continue }
                try member.settle()
                // Whoever has just spoken knows what is true; others may be zombies that do not know it yet.
                let others = members.filter { $0 !== member }
                for other in others where !other.owned.isDisjoint(with: member.owned) {
                    let shared = other.owned.intersection(member.owned)
                    try other.settle()
                    #expect(other.owned.isDisjoint(with: shared), "seed \(seed)")
                }
            }
        }
        try settle(members)
        if !members.isEmpty {
            clock.advance(.seconds(1))
            try settle(members)
            #expect(members.reduce(0) { $0 + $1.owned.count } == 4, "seed \(seed)")
        }
    }
}
