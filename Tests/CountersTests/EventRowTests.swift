import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Rows of events, byte by byte")
struct EventRowTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 10 * day)!

    private func counters() -> PartyCounters {
        var counters = PartyCounters(spec: spec, members: 3)
        #expect(
            counters.event(eventID(1), from: member(5), of: [token(1), token(2), token(1)], at: time(start)) == .counted
        )
        #expect(counters.event(eventID(2), from: member(63), of: [], at: time(start + 1)) == .counted)
        let share = CountShare(first: 0x0102, second: 0xA0B0)
        #expect(counters.label(share, of: eventID(1), from: member(5)) == .counted)
        return counters
    }

    /// Of 1,530,000,000, the least significant byte first.
    private static let startBytes: [UInt8] = [0x80, 0xF2, 0x31, 0x5B]

    @Test("are time, the label's components, the mark of their generation and the tokens' numbers, each token once")
    func written() throws {
        var counters = counters()
        let rows = counters.takeChanges().events
        #expect(rows.map(\.key) == [event(5, 1), event(63, 2)])
        #expect(rows[0].bytes == Self.startBytes + [0x02, 0x01, 0xB0, 0xA0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect(rows[1].bytes == [Self.startBytes[0] + 1] + Self.startBytes[1...] + [0, 0, 0, 0, 0])
        #expect(rows.map(\.time) == [UInt32(start), UInt32(start + 1)])
        var out: [UInt8] = [9]
        rows[1].write(to: &out)
        #expect(out == [9] + rows[1].bytes)
    }

    private func refused(_ change: (inout Disk) -> Void) -> PartyCounters.RowError? {
        var counters = counters()
        var disk = Disk()
        disk.write(counters.takeChanges())
        change(&disk)
        do {
            _ = try disk.read(spec, members: 3)
            return nil
        } catch {
            return error as? PartyCounters.RowError
        }
    }

    @Test("of a wrong length, of too many tokens, or of a token that there is not, are none of an event")
    func malformed() {
        #expect(refused { _ in } == nil)
        for count in 0..<17 where ![9, 13].contains(count) {
            #expect(refused { $0.events[event(5, 1)] = Array($0.events[event(5, 1)]!.prefix(count)) } == .events)
        }
        for count in [9, 13] {
            #expect(refused { $0.events[event(5, 1)] = Array($0.events[event(5, 1)]!.prefix(count)) } == nil)
        }
        for more in 1...12 {
            let extra = [UInt8](repeating: 0, count: more)
            let error = refused { $0.events[event(5, 1)]! += extra }
            #expect(error == (more == 4 || more == 8 ? nil : .events))
        }
        // Numbers of tokens that there are not, and marks of no generation.
        for (at, bytes) in [(9, [2, 255]), (12, [1, 255]), (8, [1, 255])] as [(Int, [UInt8])] {
            for byte in bytes {
                let error = refused { $0.events[event(5, 1)]![at] = byte }
                #expect(error == .events)
            }
        }
    }

    @Test("are stored under member and id, and under nothing else")
    func keys() throws {
        let key = event(63, 2)
        #expect(key.bytes == [63] + eventID(2).bytes && EventKey(key.bytes) == key)
        var out: [UInt8] = [9]
        key.write(to: &out)
        #expect(out == [9] + key.bytes)
        #expect(EventKey([64] + eventID(2).bytes) == nil)
        #expect(EventKey(key.bytes.dropLast()) == nil && EventKey(key.bytes + [0]) == nil && EventKey([]) == nil)
    }

    @Test("of events from before all windows may name tokens that have gone")
    func gone() {
        func refused(daysBefore days: Int64) -> PartyCounters.RowError? {
            self.refused { disk in
                let seconds = UInt32(start - days * day)
                let time = withUnsafeBytes(of: seconds.littleEndian) { Array($0) }
                disk.events[event(5, 1)]!.replaceSubrange(..<4, with: time)
                disk.events[event(5, 1)]![9] = 77
            }
        }
        #expect(refused(daysBefore: 11) == nil && refused(daysBefore: 40) == nil)
        #expect(refused(daysBefore: 0) == .events && refused(daysBefore: 10) == .events)
    }

    @Test("a header's list of members' times and of positions is read to the byte")
    func headers() throws {
        var counters = counters()
        #expect(counters.takesLabels(from: member(5), partition: 0x0102, position: 0x0304) == true)
        #expect(counters.takesLabels(from: member(2), partition: 7, position: .max) == true)
        let header = counters.takeChanges().header
        let later = [Self.startBytes[0] + 1] + Self.startBytes[1...]
        let times: [UInt8] = [2, 5] + Self.startBytes + [63] + later
        // No history, and no label that waits.
        let none = [UInt8](repeating: 0, count: 6)
        let positions: [UInt8] =
            [2, 0, 0, 0] + [2, 7, 0, 0, 0] + [UInt8](repeating: 255, count: 8)
            + [5, 0x02, 0x01, 0, 0, 0x04, 0x03, 0, 0, 0, 0, 0, 0]
        #expect(Array(header.dropFirst(55)) == times + none + positions)
        func refused(_ rest: [UInt8]) -> PartyCounters.RowError? {
            self.refused { $0.header = Array(header.prefix(55)) + rest }
        }
        #expect(refused(times + none + positions) == nil)
        for count in times.indices { #expect(refused(Array(times.prefix(count))) == .times) }
        for count in positions.indices { #expect(refused(times + none + positions.prefix(count)) == .events) }
        #expect(refused(times + none + positions + [0]) == .events)
        // A member twice, or one that can't be.
        #expect(refused([2, 5] + Self.startBytes + [5] + later + none + positions) == .times)
        #expect(refused([1, 64] + Self.startBytes + none + positions) == .times)
        var twice = positions
        twice.replaceSubrange(17..<22, with: positions[4..<9])
        #expect(refused(times + none + twice) == .events)
        for (at, byte) in [(4, 64), (5, 7), (6, 16), (7, 1), (8, 1)] as [(Int, UInt8)] {
            var wrong = positions
            wrong[at] = byte
            // Partitions end at 4,096.
            #expect(refused(times + none + wrong) == (at == 5 ? nil : .events), "byte \(at)")
        }
    }

    @Test("positions only grow, by member and partition, over restarts too", arguments: [1, 2] as [UInt64])
    func positions(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        var counters = PartyCounters(spec: spec, members: 3)
        var disk = Disk()
        var highest: [[UInt32]: UInt64] = [:]
        for round in 0..<2000 {
            let sender = Int.random(in: 0...63, using: &generator)
            let partition: UInt32 = [0, 1, 4094, 4095, 4096, .max][Int.random(in: 0..<6, using: &generator)]
            let position = UInt64.random(in: 0...40, using: &generator) << UInt64.random(in: 0...58, using: &generator)
            let key = [UInt32(sender), partition]
            let expected = partition < 4096 && (highest[key].map { position > $0 } ?? true)
            #expect(counters.takesLabels(from: member(sender), partition: partition, position: position) == expected)
            if expected { highest[key] = position }
            guard round % 300 == 299 else { continue }
            disk.write(counters.takeChanges())
            counters = try disk.read(spec, members: 3)
        }
    }
}
