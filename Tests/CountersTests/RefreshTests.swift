import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("The refresh of counts")
struct RefreshTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 11 * day)!
    private let windows = [
        CountWindow(over: day, delay: day), CountWindow(over: 5 * day, delay: day),
        CountWindow(over: 9 * day, delay: day),
    ]

    private func key(_ generation: UInt32) -> RefreshKey {
        let parts = (0..<3).map { [UInt8](repeating: UInt8($0), count: RefreshKey.keyBytes) }
        return RefreshKey(generation: ShareGeneration(generation), base: .zero, parts: parts)
    }

    private func cell() -> [PartyCounters] { .init(repeating: PartyCounters(spec: spec, members: 5), count: 3) }

    /// The counts of frauds that three parties' shares are of, by token and window; of tokens as they are called at each party.
    private func frauds(_ parties: [PartyCounters], names: [UInt64] = [0, 0, 0]) -> [UInt16] {
        var parties = parties
        for party in parties.indices { parties[party].refresh((0..<40).map { token($0, generation: names[party]) }) }
        let now = parties[0].counters.now!
        return (0..<40).flatMap { number in
            windows.map { window in
                opened(
                    PartyID.allCases.reduce(into: [:]) { shares, party in
                        shares[party] =
                            parties[party.rawValue].counters
                            .sum(of: token(number, generation: names[party.rawValue]), over: window, at: now).frauds
                    })
            }
        }
    }

    @Test(
        "counts stay what they were, at every moment of two refreshes, whoever is where with them, sweeps or starts again"
    )
    func counts() throws {
        let records = log(seed: 21, events: 1200, from: start, days: 30)
        var (plain, parties) = (cell(), cell())
        var disk = Disk()
        for (index, record) in records.enumerated() {
            for party in PartyID.allCases {
                plain[party.rawValue].take(record, at: party)
                parties[party.rawValue].take(record, at: party)
            }
            if let generation = [900: 1, 1700: 2][index] {
                for party in PartyID.allCases {
                    parties[party.rawValue].refresh(by: key(UInt32(generation)), of: party)
                }
            }
            // One sweeps and takes small slices; one starts again and again; one brings what it touches to the generation and no
            // more.
            if index % 3 == 0 { parties[0].sweep(5) }
            if index % 7 == 0 { _ = parties[0].refreshNext(2) }
            if index % 11 == 0 {
                disk.write(parties[1].takeChanges())
                parties[1] = try disk.read(spec)
                if parties[1].needsRefreshKey {
                    parties[1].resumeRefresh(by: key(parties[1].generation.number), of: .one)
                }
                _ = parties[1].refreshNext(1)
            }
            if index % 101 == 0 || [900, 901, 1700, 1701].contains(index) {
                #expect(frauds(parties) == frauds(plain), "after record \(index)")
            }
        }
        #expect(frauds(parties) == frauds(plain) && frauds(plain).contains { $0 > 3 })
        #expect(parties.allSatisfy { $0.generation == ShareGeneration(2) })
        // And labels that come later take the place of the ones before.
        for party in PartyID.allCases { #expect(!parties[party.rawValue].isAlike(plain[party.rawValue])) }
    }

    @Test("all rows come to the generation, slice by slice, each of no more than it says, and are written then")
    func slices() throws {
        var counters = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 22, events: 300, from: start, days: 5) { counters.take(record, at: .two) }
        _ = counters.takeChanges()
        #expect(!counters.isRefreshing && counters.generation == .dealt)
        counters.refresh(by: key(1), of: .two)
        #expect(counters.isRefreshing && counters.takeChanges().tokens.isEmpty)
        var (events, tokens, slices) = (Set<EventKey>(), Set<UInt32>(), 0)
        var isLeft = true
        while isLeft {
            isLeft = counters.refreshNext(50)
            let changes = counters.takeChanges()
            #expect(changes.tokens.count <= 50 && changes.events.count <= 50)
            events.formUnion(changes.events.map(\.key))
            tokens.formUnion(changes.tokens.map(\.number))
            slices += 1
        }
        #expect(events.count == 300 && tokens.count == 40 && slices == 6 && !counters.isRefreshing)
    }

    @Test("a row reads alike at a party that swept it away and at one that did not")
    func swept() throws {
        var parties = cell()
        var generator = SplitMix64(state: 5)
        let window = CountWindow(over: day, delay: day)
        func count(_ id: Int, at seconds: Int64) {
            let shares = generator.share(1)
            for party in PartyID.allCases {
                _ = parties[party.rawValue].event(
                    eventID(id), from: member(1), of: [token(7), token(8)], at: time(seconds))
                _ = parties[party.rawValue].label(shares[party]!, of: eventID(id), from: member(1))
            }
        }
        count(1, at: start)
        for party in 0..<3 { parties[party].settle(at: start + 30 * day) }
        parties[0].sweep(100)
        #expect(parties[0].counters.count == 0 && parties[1].counters.count == 2)
        // The third is refreshed while it still has the old row.
        for party in PartyID.allCases { parties[party.rawValue].refresh(by: key(1), of: party) }
        _ = parties[2].refreshNext(100)
        count(2, at: start + 30 * day)
        for party in PartyID.allCases { parties[party.rawValue].refresh(by: key(2), of: party) }
        for number in [7, 8] {
            for party in 0..<3 { parties[party].refresh([token(number)]) }
            let sum = PartyID.allCases.reduce(into: [:]) { shares, party in
                shares[party] = parties[party.rawValue].sum(number, window, start + 32 * day).frauds
            }
            #expect(opened(sum) == 1)
        }
    }

    @Test("a party whose tokens have other names meanwhile refreshes alike")
    func renamed() throws {
        let records = log(seed: 23, events: 500, from: start, days: 8)
        let next = (0..<40).reduce(into: [CountedEntity: CountedEntity]()) { $0[token($1)] = token($1, generation: 1) }
        var (plain, parties) = (cell(), cell())
        var name: UInt64 = 0
        for (index, record) in records.enumerated() {
            for party in PartyID.allCases {
                plain[party.rawValue].take(record, at: party)
                parties[party.rawValue].take(record, at: party, generation: party == .two ? name : 0)
            }
            if index == 400 {
                try parties[2].beginRotation()
                while case let slice = parties[2].unmoved(100), !slice.isEmpty {
                    try parties[2].rekey(slice.map { (from: $0, to: next[$0]!) })
                }
                try parties[2].finishRotation()
                name = 1
            }
            if index == 500 { for party in PartyID.allCases { parties[party.rawValue].refresh(by: key(1), of: party) } }
        }
        #expect(frauds(parties, names: [0, 0, 1]) == frauds(plain))
    }

    @Test("an old share of one party and a new one of another open no count; two of one generation do")
    func mixed() throws {
        var (old, new) = (cell(), cell())
        for record in log(seed: 24, events: 600, from: start, days: 8) {
            for party in PartyID.allCases {
                old[party.rawValue].take(record, at: party)
                new[party.rawValue].take(record, at: party)
            }
        }
        for party in PartyID.allCases {
            new[party.rawValue].refresh(by: key(1), of: party)
            while new[party.rawValue].refreshNext(10) {}
        }
        let now = try #require(old[0].counters.now).seconds
        let counts = frauds(old)
        for one in PartyID.allCases {
            for other in [one.next, one.previous] {
                let sums = (0..<40).flatMap { number in
                    windows.map { window in
                        let (before, after) = (
                            old[one.rawValue].sum(number, window, now).frauds,
                            new[other.rawValue].sum(number, window, now).frauds
                        )
                        // The component that the old share lacks is of the new one.
                        return before.first &+ before.second &+ (other == one.next ? after.second : after.first)
                    }
                }
                let hits = zip(sums, counts).count { $0 == $1 }
                // Of tokens without a count in the window both are 0.
                let empty = (0..<40).reduce(0) { sum, number in
                    sum + windows.count { old[0].sum(number, $0, now).events == 0 }
                }
                #expect(hits <= empty + 2 && empty < 60)
            }
        }
    }

    @Test("counts that begin with a generation are of it, and are refreshed to the next")
    func begun() {
        var (plain, parties) = (cell(), cell())
        for party in parties.indices { parties[party].begin(in: ShareGeneration(7)) }
        for record in log(seed: 26, events: 200, from: start, days: 5) {
            for party in PartyID.allCases {
                plain[party.rawValue].take(record, at: party)
                parties[party.rawValue].take(record, at: party)
            }
        }
        #expect(parties[0].generation == ShareGeneration(7) && !parties[0].isRefreshing)
        for party in PartyID.allCases { parties[party.rawValue].refresh(by: key(8), of: party) }
        #expect(frauds(parties) == frauds(plain))
    }

    @Test("rows of an unfinished refresh wait for its key, and rows of a finished one need none")
    func restart() throws {
        var counters = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 25, events: 300, from: start, days: 5) { counters.take(record, at: .zero) }
        counters.refresh(by: key(3), of: .zero)
        _ = counters.refreshNext(10)
        var disk = Disk()
        disk.write(counters.takeChanges())
        // What no slice had come to is as it was written before.
        var before = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 25, events: 300, from: start, days: 5) { before.take(record, at: .zero) }
        var whole = Disk()
        whole.write(before.takeChanges())
        whole.header = disk.header
        for (number, row) in disk.tokens { whole.tokens[number] = row }
        for (key, row) in disk.events { whole.events[key] = row }
        var read = try whole.read(spec)
        #expect(read.needsRefreshKey && read.isRefreshing && read.generation == ShareGeneration(3))
        read.resumeRefresh(by: key(3), of: .zero)
        #expect(!read.needsRefreshKey && read.isAlike(counters))
        while read.refreshNext(64) {}
        whole.write(read.takeChanges())
        let again = try whole.read(spec)
        #expect(!again.needsRefreshKey && !again.isRefreshing && again.isAlike(counters))
    }
}
