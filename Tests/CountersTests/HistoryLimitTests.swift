import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000 / day * day

@Suite("A member's history")
struct HistoryLimitTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 5 * day)!

    private func tell(
        _ id: Int, by sender: Int = 1, at seconds: Int64, limit: Int? = 3, _ counters: inout PartyCounters
    ) -> EventOutcome {
        counters.event(
            eventID(id), from: member(sender), of: [token(id)], at: time(seconds), logged: time(start + 2 * day),
            limit: limit)
    }

    @Test("counts up to so many events of a day, whatever their tokens; repeats and transactions take no room")
    func limit() {
        var counters = PartyCounters(spec: spec, members: 3)
        #expect(tell(0, at: start, limit: nil, &counters) == .counted)
        #expect((1...3).map { tell($0, at: start + Int64($0), &counters) } == [.counted, .counted, .counted])
        #expect(tell(1, at: start, &counters) == .known)
        #expect(tell(4, at: start + day - 1, &counters) == .beyond)
        #expect(!counters.knows(eventID(4), from: member(1)) && !counters.knows(token(4)))
        // Another day, another member, a transaction, a higher limit.
        #expect(tell(5, at: start + day, &counters) == .counted)
        #expect(tell(5, by: 2, at: start, &counters) == .counted)
        #expect(tell(6, at: start, limit: nil, &counters) == .counted)
        #expect(tell(4, at: start, limit: 4, &counters) == .counted)
        #expect(tell(7, at: start, limit: 0, &counters) == .beyond)
    }

    @Test("counts alike where a party starts again, and where days are over", arguments: [1, 2] as [UInt64])
    func alike(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        var counters = PartyCounters(spec: spec, members: 3)
        var disk = Disk()
        var told: [[Int64]: Int] = [:]
        var now = start
        for id in 0..<1500 {
            let sender = Int.random(in: 0...2, using: &generator)
            let at = now - Int64.random(in: 0..<8 * day, using: &generator)
            let outcome = counters.event(
                eventID(id), from: member(sender), of: [token(id % 20)], at: time(at), logged: time(now), limit: 20)
            let key = [Int64(sender), at / day]
            if outcome == .counted { told[key, default: 0] += 1 }
            if outcome != .late {
                #expect(outcome == (told[key] ?? 0 <= 20 && outcome == .counted ? .counted : .beyond))
            }
            #expect(told[key] ?? 0 <= 20 && (outcome != .beyond || told[key] == 20))
            guard id % 100 == 99 else { continue }
            now += day / 2
            counters.settle(at: now)
            disk.write(counters.takeChanges())
            counters = try disk.read(spec, members: 3)
        }
        #expect(told.values.contains(20))
        // What is over takes no room: six days of the window and one ahead, of three members, at most.
        let header = counters.takeChanges().header
        let times = Int(header[55])
        #expect(header[55 + 1 + 5 * times] <= 3 * 8)
    }

    @Test("has its days in the header, byte by byte")
    func rows() throws {
        var counters = PartyCounters(spec: spec, members: 3)
        for id in 1...3 { #expect(tell(id, at: start, &counters) == .counted) }
        #expect(tell(9, by: 0, at: start + day, &counters) == .counted)
        var disk = Disk()
        disk.write(counters.takeChanges())
        let number = UInt32(start / day)
        func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let days = [2, 0, 0, 0, 0] + bytes(number + 1) + [1, 0, 0, 0, 1] + bytes(number) + [3, 0, 0, 0]
        let place = 55 + 1 + 2 * 5
        #expect(Array(disk.header[place..<place + days.count]) == days)
        func refused(_ at: Int, _ byte: UInt8) -> PartyCounters.RowError? {
            var disk = disk
            disk.header[place + at] = byte
            do {
                _ = try disk.read(spec, members: 3)
                return nil
            } catch { return error as? PartyCounters.RowError }
        }
        #expect(refused(0, 2) == nil && refused(0, 200) == .history && refused(4, 64) == .history)
        // One day twice.
        #expect(refused(13, 0) == nil)
        var twice = disk
        twice.header.replaceSubrange(place + 13..<place + 18, with: disk.header[place + 4..<place + 9])
        #expect(throws: PartyCounters.RowError.history) { _ = try twice.read(spec, members: 3) }
        disk.header = Array(disk.header.prefix(place + 3))
        #expect(throws: PartyCounters.RowError.history) { _ = try disk.read(spec, members: 3) }
    }
}
