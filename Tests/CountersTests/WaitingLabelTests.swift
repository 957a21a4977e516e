import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Labels that come before their events")
struct WaitingLabelTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 5 * day)!
    private let window = CountWindow(over: 2 * day, delay: 0)

    private func begun() -> PartyCounters {
        var counters = PartyCounters(spec: spec, members: 3)
        #expect(counters.event(eventID(-1), from: member(0), of: [token(9)], at: time(start)) == .counted)
        return counters
    }

    private func say(_ count: UInt16, _ id: Int, by sender: Int = 1, _ counters: inout PartyCounters, at: Int64 = start)
    {
        let outcome = counters.label(
            CountShare(first: count, second: 0), of: eventID(id), from: member(sender), waitingSince: time(at))
        #expect(outcome == .refused(.unknownEvent))
    }

    private func come(_ id: Int, by sender: Int = 1, _ counters: inout PartyCounters, of number: Int = 1) {
        #expect(counters.event(eventID(id), from: member(sender), of: [token(number)], at: time(start)) == .counted)
    }

    private func frauds(_ counters: PartyCounters, _ number: Int = 1) -> UInt16 {
        counters.sum(number, window, start + day).frauds.first
    }

    @Test("count once their events come, as what was said last, and can be corrected then")
    func counted() {
        var counters = begun()
        say(1, 1, &counters)
        say(700, 2, &counters)
        say(3, 2, &counters)
        #expect(frauds(counters) == 0 && !counters.knows(eventID(1), from: member(1)))
        come(1, &counters)
        #expect(frauds(counters) == 1)
        come(2, &counters)
        #expect(frauds(counters) == 4)
        #expect(counters.label(.zero, of: eventID(2), from: member(1)) == .counted)
        #expect(frauds(counters) == 1)
        // A word that was taken waits no more.
        #expect(counters.event(eventID(1), from: member(1), of: [token(1)], at: time(start)) == .known)
        #expect(frauds(counters) == 1)
    }

    @Test("are of their member's event, and wait only where they are told when they came")
    func own() {
        var counters = begun()
        say(1, 1, &counters)
        #expect(
            counters.label(CountShare(first: 5, second: 0), of: eventID(2), from: member(1)) == .refused(.unknownEvent))
        come(1, by: 2, &counters)
        come(2, &counters)
        #expect(frauds(counters) == 0)
        come(1, &counters)
        #expect(frauds(counters) == 1)
    }

    @Test("wait where their events are refused as early or late, or are of a history that is full")
    func refused() {
        var counters = begun()
        say(1, 1, &counters)
        #expect(counters.event(eventID(1), from: member(1), of: [token(1)], at: time(start - 30 * day)) == .late)
        let ahead = counters.event(
            eventID(1), from: member(1), of: [token(1)], at: time(start + 3 * day), logged: time(start))
        #expect(ahead == .early)
        let full = counters.event(
            eventID(1), from: member(1), of: [token(1)], at: time(start), logged: time(start), limit: 0)
        #expect(full == .beyond && frauds(counters) == 0)
        come(1, &counters)
        #expect(frauds(counters) == 1)
    }

    @Test("wait 256 of a member, the latest of them; no member's take the room of another's")
    func bounded() {
        var counters = begun()
        say(1, 1000, by: 2, &counters)
        for id in 1...256 { say(1, id, &counters) }
        // Said again, it is as old as it was.
        say(9, 1, &counters)
        say(1, 257, &counters)
        for id in 1...257 { come(id, &counters) }
        #expect(frauds(counters) == 256)
        come(1000, by: 2, &counters, of: 2)
        #expect(frauds(counters, 2) == 1)
    }

    @Test("go when an event of their time would be in no window any more")
    func expiry() {
        for (moved, expected) in [(5 * day, 1), (6 * day, 0)] as [(Int64, UInt16)] {
            var counters = begun()
            say(1, 1, &counters, at: start)
            counters.settle(at: start + moved)
            counters.settle(at: start + moved)
            let at = start + moved
            #expect(counters.event(eventID(1), from: member(1), of: [token(1)], at: time(at)) == .counted)
            #expect(counters.sum(1, window, at + day).frauds.first == expected, "\(moved)")
        }
    }

    @Test("are kept over a restart, byte by byte")
    func rows() throws {
        var counters = begun()
        say(0x0102, 7, by: 5, &counters)
        say(1, 1, &counters)
        let header = counters.takeChanges().header
        let seconds: [UInt8] = [0x80, 0xF2, 0x31, 0x5B]
        let words =
            [2, 0] + [1] + eventID(1).bytes + seconds + [1, 0, 0, 0] + [5] + eventID(7).bytes + seconds
            + [0x02, 0x01, 0, 0]
        // Behind what tokens, times and histories have there; before positions.
        let place = 55 + 6 + 4
        #expect(Array(header[place..<place + words.count]) == words && header.count == place + words.count + 4)
        var disk = Disk()
        var all = begun()
        say(0x0102, 7, by: 5, &all)
        say(1, 1, &all)
        disk.write(all.takeChanges())
        var read = try disk.read(spec, members: 3)
        #expect(read.stands(where: all))
        come(1, &read)
        come(7, by: 5, &read)
        #expect(frauds(read) == 0x0103)
        func refused(_ change: (inout [UInt8]) -> Void) -> PartyCounters.RowError? {
            var disk = disk
            var changed = words
            change(&changed)
            disk.header.replaceSubrange(place..<place + words.count, with: changed)
            do {
                _ = try disk.read(spec, members: 3)
                return nil
            } catch { return error as? PartyCounters.RowError }
        }
        #expect(refused { _ in } == nil)
        #expect(refused { $0[0] = 200 } == .waiting)
        #expect(refused { $0[2] = 64 } == .waiting)
        // One event twice.
        #expect(refused { $0.replaceSubrange(27..<44, with: $0[2..<19]) } == .waiting)
        disk.header = Array(disk.header.prefix(place + 1))
        #expect(throws: PartyCounters.RowError.waiting) { _ = try disk.read(spec, members: 3) }
    }

    @Test("come to a new generation of shares with the counts, and are dealt to a new host")
    func shares() throws {
        var generator = SplitMix64(8)
        var parties = PartyID.allCases.map { _ in begun() }
        let word = generator.share(1)
        for party in PartyID.allCases {
            let outcome = parties[party.rawValue].label(
                word[party]!, of: eventID(1), from: member(1), waitingSince: time(start))
            #expect(outcome == .refused(.unknownEvent))
        }
        let before = parties
        let key = RefreshKey(
            generation: ShareGeneration(1), base: .zero,
            parts: (0..<3).map { [UInt8](repeating: UInt8($0), count: RefreshKey.keyBytes) })
        for party in PartyID.allCases { parties[party.rawValue].refresh(by: key, of: party) }
        func opened(_ parties: [PartyCounters]) -> UInt16 {
            var parties = parties
            return CountersTests.opened(
                PartyID.allCases.reduce(into: [:]) {
                    come(1, &parties[$1.rawValue])
                    $0[$1] = parties[$1.rawValue].sum(1, window, start + day).frauds
                })
        }
        #expect(opened(parties) == 1)
        // A word of before and two of now are of nothing.
        var mixed = parties
        mixed[0] = before[0]
        come(1, &mixed[0])
        come(1, &mixed[1])
        #expect(mixed[0].sum(1, window, start + day).frauds.second != mixed[1].sum(1, window, start + day).frauds.first)
        for party in PartyID.allCases { while parties[party.rawValue].refreshNext(100) {} }
        let dealt = try [PartyID.zero, .one].map { dealer in
            try parties[dealer.rawValue].dealt(try #require(DealtComponent(from: dealer, to: .two)))
        }
        let taken = try PartyCounters(joining: dealt[0], dealt[1])
        #expect(opened([parties[0], parties[1], taken]) == 1)
        var other = parties[1]
        say(1, 2, &other)
        let differs = try other.dealt(try #require(DealtComponent(from: .one, to: .two)))
        #expect(throws: DealError.differs) { _ = try PartyCounters(joining: dealt[0], differs) }
        let withheld = try [PartyID.zero, .one].map { dealer in
            try parties[dealer.rawValue].withheld(try #require(DealtComponent(from: dealer, to: .two)))
        }
        #expect(withheld[0] == withheld[1])
    }
}
