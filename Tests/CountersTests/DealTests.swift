import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Counts that two parties deal to the third one's new host")
struct DealTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 11 * day)!

    /// Three parties that counted the same, of which each swept and started again at other times.
    private func cell(events: Int = 250, seed: UInt64 = 31) throws -> [PartyCounters] {
        var parties = [PartyCounters](repeating: PartyCounters(spec: spec, members: 5), count: 3)
        for (index, record) in log(seed: seed, events: events, from: start, days: 30).enumerated() {
            for party in PartyID.allCases {
                parties[party.rawValue].take(record, at: party)
                guard index % (7 + 4 * party.rawValue) == 0 else { continue }
                parties[party.rawValue].sweep(3)
                if index % 3 == 0 {
                    var disk = Disk()
                    disk.write(parties[party.rawValue].inOrder().takingAll())
                    parties[party.rawValue] = try disk.read(spec)
                }
            }
        }
        return parties
    }

    /// What a receiver makes of rows that two dealers wrote.
    private func joined(_ receiver: PartyID, _ parties: [PartyCounters]) throws -> PartyCounters {
        var read: [PartyCounters] = []
        for dealer in [receiver.previous, receiver.next] {
            let component = try #require(DealtComponent(from: dealer, to: receiver))
            var dealt = try parties[dealer.rawValue].dealt(component)
            var disk = Disk()
            disk.write(dealt.takeChanges())
            read.append(try disk.read(spec))
        }
        return try PartyCounters(joining: read[0], read[1])
    }

    @Test("are those that it had, bit for bit, and count on as its own would", arguments: PartyID.allCases)
    func alike(receiver: PartyID) throws {
        let parties = try cell()
        var own = parties[receiver.rawValue]
        var taken = try joined(receiver, parties)
        #expect(taken.isAlike(own) && !taken.canonical.tokens.isEmpty)
        for record in log(seed: 32, events: 60, from: start + 30 * day, days: 2) {
            taken.take(record, at: receiver)
            own.take(record, at: receiver)
        }
        #expect(taken.isAlike(own))
        // All of it is to be written by the new host.
        var disk = Disk()
        disk.write(try joined(receiver, parties).takingAll())
        #expect(try disk.read(spec).isAlike(parties[receiver.rawValue]))
    }

    @Test("are refreshed before they are dealt: the old host's are of no use beside those of any party then")
    func refreshed() throws {
        let old = try cell()
        var parties = old
        let key = RefreshKey(
            generation: ShareGeneration(1), base: .zero,
            parts: (0..<3).map { [UInt8](repeating: UInt8($0), count: RefreshKey.keyBytes) })
        for dealer in [PartyID.zero, .one] {
            parties[dealer.rawValue].refresh(by: key, of: dealer)
            #expect(throws: DealError.underWay) { _ = try parties[dealer.rawValue].dealt(.first) }
            #expect(throws: DealError.underWay) { _ = try parties[dealer.rawValue].withheld(.first) }
            while parties[dealer.rawValue].refreshNext(100) {}
        }
        let taken = try joined(.two, parties)
        #expect(taken.generation == ShareGeneration(1) && !taken.isAlike(old[2]))
        parties[2].refresh(by: key, of: .two)
        #expect(taken.isAlike(parties[2]))
    }

    @Test("hold no component of a dealer that the receiver must not get")
    func components() throws {
        let parties = try cell()
        var dealt = try parties[1].dealt(try #require(DealtComponent(from: .one, to: .two)))
        let changes = dealt.takeChanges()
        var own = parties[1].inOrder()
        let all = own.takeChanges()
        #expect(changes.events.count == all.events.count && !all.events.isEmpty)
        for (event, whole) in zip(changes.events, all.events) {
            // The receiver's first component is the dealer's second; its second one comes from the other dealer.
            #expect(Array(event.bytes[4..<6]) == Array(whole.bytes[6..<8]) && Array(event.bytes[6..<8]) == [0, 0])
        }
        #expect(DealtComponent(from: .one, to: .one) == nil)
    }

    @Test("of dealers that differ are refused, and so is what is not counted alike at both")
    func different() throws {
        let parties = try cell()
        var other = parties
        _ = other[1].event(eventID(77_777), from: member(1), of: [token(1)], at: try #require(parties[1].counters.now))
        #expect(throws: DealError.differs) { _ = try joined(.two, other) }
        other = parties
        _ = other[0].takesLabels(from: member(1), partition: 9, position: 1 << 50)
        #expect(throws: DealError.differs) { _ = try joined(.two, other) }
        other = try cell(seed: 33)
        other[1] = parties[1]
        #expect(throws: DealError.differs) { _ = try joined(.two, other) }
    }

    @Test("show by what both dealers have, and the receiver has not, whether they are shares of one sharing")
    func withheld() throws {
        var parties = try cell()
        for receiver in PartyID.allCases {
            let digests = try [receiver.previous, receiver.next].map { dealer in
                try parties[dealer.rawValue].withheld(try #require(DealtComponent(from: dealer, to: receiver)))
            }
            #expect(digests[0] == digests[1])
        }
        let event = try #require(parties[0].canonical.events.first?.key)
        _ = parties[0].label(CountShare(first: 1, second: 2), of: event.id, from: event.member)
        #expect(try parties[0].withheld(.second) != parties[1].withheld(.first))
    }
}

extension PartyCounters {
    /// Every row of counters that nobody has taken rows of yet.
    fileprivate func takingAll() -> Changes {
        var copy = self
        return copy.takeChanges()
    }
}
