import Ingest
import Records
import Support
import Testing

private let day = EventTime.day

@Suite("The blocks of an agent's recent transactions")
struct WindowBlocksTests {
    @Test("take 512 rows each, and are given to the store when they have changed")
    func capacity() throws {
        var agent = try RowAgent()
        #expect(try agent.blocks() == [:])
        for id in 1...511 as ClosedRange<UInt64> { _ = try agent.answer(id, at: 10 * day) }
        #expect(try agent.blocks() == [0: 511])
        // Once for each change: a duplicate is none, and neither is what is refused.
        #expect(try agent.blocks() == [:])
        _ = try agent.answer(5, at: 10 * day)
        _ = try agent.answer(5, at: 10 * day, content: 1)
        #expect(try agent.blocks() == [:])
        _ = try agent.answer(512, at: 10 * day)
        #expect(try agent.blocks() == [0: 512])
        _ = try agent.answer(513, at: 10 * day)
        #expect(try agent.blocks() == [0: 512, 1: 1])
    }

    @Test("that filled up are given again and again until the store has them, the newest where it changed")
    func untilStored() throws {
        var agent = try RowAgent()
        for id in 1...1030 as ClosedRange<UInt64> { _ = try agent.answer(id, at: 10 * day) }
        #expect(try agent.blocks() == [0: 512, 1: 512, 2: 6])
        #expect(try agent.blocks() == [0: 512, 1: 512])
        agent.areStored()
        #expect(try agent.blocks() == [:])
        _ = try agent.answer(1031, at: 10 * day)
        #expect(try agent.blocks() == [2: 7])
    }

    @Test("end a day after their first transaction, so that each expires in time; late ones go into the newest")
    func span() throws {
        var agent = try RowAgent()
        for (id, time) in [(1, 10 * day), (2, 11 * day - 1), (3, 9 * day)] as [(UInt64, Int64)] {
            _ = try agent.answer(id, at: time)
        }
        #expect(try agent.blocks() == [0: 3])
        _ = try agent.answer(4, at: 11 * day)
        #expect(try agent.blocks() == [0: 3, 1: 1])
        agent.areStored()
        _ = try agent.answer(5, at: 10 * day)
        #expect(try agent.blocks() == [1: 2])
        // The day is counted from the first one, however late the others are.
        _ = try agent.answer(6, at: 12 * day - 1)
        _ = try agent.answer(7, at: 12 * day)
        #expect(try agent.blocks() == [1: 3, 2: 1])
    }

    @Test("a block's number goes up by one with each, whatever made the one before full", arguments: [1, 2, 3])
    func numbers(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var agent = try RowAgent()
        // The rows of each block, counted by hand.
        var expected: [Int] = [0]
        var start: Int64?
        var now = 10 * day
        for id in 1...5000 as ClosedRange<UInt64> {
            now += Int64.random(in: 0...(id % 2500 < 500 ? 600 : 20), using: &random)
            let isDayOver = start.map { now >= $0 + day } ?? false
            if expected[expected.count - 1] == 512 || isDayOver {
                expected.append(0)
                start = nil
            }
            expected[expected.count - 1] += 1
            start = start ?? now
            #expect(try agent.answer(id, at: now) == .new(late: false))
        }
        #expect(expected.count > 9 && expected.contains(512) && expected.dropLast().contains { $0 < 512 })
        let found = try agent.blocks()
        #expect(found.sorted { $0.key < $1.key }.map(\.value) == expected)
        #expect(found.keys.sorted() == (0..<UInt32(expected.count)).map { $0 })
    }

    @Test("expire once a day of event time, by the latest transaction and not by a late one")
    func expiry() throws {
        var agent = try RowAgent()
        #expect(agent.expire() == nil)
        let kept = agent.memory.horizon
        _ = try agent.answer(1, at: 100 * day)
        #expect(agent.expire() == nil)
        _ = try agent.answer(2, at: 101 * day - 1)
        #expect(agent.expire() == nil)
        _ = try agent.answer(3, at: 101 * day)
        _ = try agent.answer(4, at: 99 * day)
        #expect(agent.expire() == 101 * day - kept)
        #expect(agent.expire() == nil)
        _ = try agent.answer(5, at: 120 * day + 7)
        #expect(agent.expire() == 120 * day + 7 - kept)
        #expect(agent.expire() == nil)
    }
}
