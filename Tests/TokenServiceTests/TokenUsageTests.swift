import EventLogs
import Foundation
import LocalStore
import Records
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("What a party keeps of requests")
struct TokenUsageTests {
    private let world: TokenWorld

    init() throws { world = try TokenWorld() }

    private func put(_ key: [UInt8], _ value: [UInt8]) throws {
        try SQLiteStateStore(path: world.stateFile(.zero)).commit(
            [.put(table: "token-rates", StateEntry(key: key, value: value, order: 1))], positions: [])
    }

    /// The offsets' ids that the party remembers of a member, by time.
    private func remembered(_ member: MemberID = bankA) throws -> [Int64] {
        var times: [Int64] = []
        try SQLiteStateStore(path: world.stateFile(.zero)).scan("token-batches/\(member)") { times.append($0.order) }
        return times
    }

    private func ask(_ member: MemberID = bankA, at time: Int64) throws {
        try world.append(
            [try world.rawBatch(GroupElement.generator.compressed, member: member, time: time)],
            to: Topics.blinded(member))
    }

    @Test(
        "says that a rate is malformed, rather than to give a member a full one",
        arguments: [
            ("bank-a", 0), ("bank-a", 7), ("bank-a", 9), ("Bank A", 8), ("", 8), ("consortium", 8),
        ])
    func malformed(member: String, bytes: Int) throws {
        try put(Array(member.utf8), [UInt8](repeating: 0, count: bytes))
        #expect(throws: LogError.corrupted(reason: "the party's state holds a malformed token rate")) {
            try world.stage(.zero)
        }
    }

    @Test("remembers batches for as long as they would be answered, and each member's for itself")
    func window() throws {
        let clock = StillClock()
        let now = clock.microseconds / 1000
        let stage = try world.stage(.zero, clock: clock)
        for time in [now - 600_000, now - 1, now, now + 600_000] { try ask(at: time) }
        try ask(bankB, at: now)
        _ = try stage.turn(until: clock.now)
        #expect(try remembered() == [now - 600_000, now - 1, now, now + 600_000] && remembered(bankB) == [now])
        // An idle turn much later forgets what nobody could repeat any more; the log's time has gone on, too.
        for pause in [Duration.seconds(300), .seconds(300)] {
            clock.advance(pause)
            world.clock.advance(pause)
        }
        try ask(at: now + 600_000)
        for _ in 0..<3 {
            _ = try stage.turn(until: clock.now)
            clock.advance(.seconds(3600))
        }
        let left = try remembered()
        #expect(left.contains(now + 600_000) && !left.contains(now - 1) && !left.contains(now - 600_000))
        // Of a member that has asked nothing since, nothing is forgotten that the log may still bring.
        #expect(try remembered(bankB) == [now])
    }

    @Test("a batch that is read again after a restart is charged once, and answered by nobody twice")
    func repeated() throws {
        let now = world.clock.milliseconds
        try ask(at: now)
        let first = try world.records(Topics.blinded(bankA))
        _ = try world.stage(.zero).turn()
        func level() throws -> Int64? {
            let state = try SQLiteStateStore(path: world.stateFile(.zero))
            return try state.value("token-rates", Array("bank-a".utf8))?.reduce(0) { $0 << 8 | Int64($1) }
        }
        let charged = try #require(try level())
        // One element of the burst is used.
        #expect(charged == Int64(TokenWorld.limit.burst - 1) * 1000)
        try world.append(first.map(\.value), to: Topics.blinded(bankA))
        for _ in 0..<2 { _ = try world.stage(.zero).turn() }
        #expect(try level() == charged && world.answers().count == 1)
        let dropped = world.metrics[.zero]?.value(
            "cordon_token_records_dropped_total", .init("member", "bank-a"), .init("reason", "repeated"))
        #expect(dropped == 1)
    }
}
