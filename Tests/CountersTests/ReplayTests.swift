import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Counters after a restart")
struct ReplayTests {
    private let spec = CounterSpec(
        bucketSeconds: day,
        windows: [CountWindow(over: 3 * day, delay: 2 * day), CountWindow(over: 10 * day, delay: 0)])!

    private func replay(_ records: some Sequence<Record>, _ counters: PartyCounters? = nil) -> PartyCounters {
        var counters = counters ?? PartyCounters(spec: spec, now: time(start))
        for record in records { counters.take(record, at: .one) }
        return counters
    }

    @Test("two replays of the log are alike in every bit")
    func twoReplays() {
        let records = log(seed: 1, events: 2000, from: start, days: 40)
        #expect(replay(records).isAlike(replay(records)))
        #expect(!replay(records).isAlike(replay(records.dropLast(3))))
        #expect(!replay(records).canonical.tokens.isEmpty)
    }

    @Test("rows and the rest of the log are the whole log, wherever it stopped", arguments: [0, 1, 500, 3333, 7000])
    func snapshotAndRest(stop: Int) throws {
        let records = log(seed: 2, events: 2000, from: start, days: 40)
        var counters = PartyCounters(spec: spec, now: time(start))
        var disk = Disk()
        for (index, record) in records.prefix(stop).enumerated() {
            counters.take(record, at: .one)
            // Written every now and then: only what changed.
            if index % 97 == 0 {
                counters.sweep(20)
                disk.write(counters.takeChanges())
            }
        }
        disk.write(counters.takeChanges())
        let restored = try disk.read(spec)
        #expect(restored.isAlike(counters))
        #expect(replay(records.dropFirst(stop), restored).isAlike(replay(records)))
    }

    @Test("what changed is written, and nothing else")
    func dirty() {
        var counters = replay(log(seed: 3, events: 500, from: start, days: 5))
        let all = counters.takeChanges()
        #expect(all.tokens.count == 40 && all.events.count == 500)
        #expect(counters.takeChanges().tokens.isEmpty && counters.takeChanges().events.isEmpty)
        let now = counters.counters.now
        _ = counters.event(eventID(9999), from: member(1), of: [token(3)], at: now)
        let one = counters.takeChanges()
        #expect(one.tokens.count == 1 && one.events.map(\.id) == [eventID(9999)])
        _ = counters.label(
            .outcome(CountShare(first: 1, second: 2)), of: eventID(9999), from: member(1), position: 1 << 40)
        let two = counters.takeChanges()
        #expect(two.tokens.map(\.number) == one.tokens.map(\.number) && two.events.count == 1)
        #expect(two.header != one.header)
    }

    @Test("damaged rows are errors")
    func damaged() throws {
        var counters = replay(log(seed: 3, events: 300, from: start, days: 5))
        var disk = Disk()
        disk.write(counters.takeChanges())
        func expectError(_ change: (inout Disk) -> Void) {
            var copy = disk
            change(&copy)
            #expect(throws: PartyCounters.RowError.self) { _ = try copy.read(spec) }
        }
        let number = try #require(disk.tokens.keys.sorted().first)
        expectError { $0.header = [] }
        expectError { $0.header[0] = 9 }
        expectError { $0.header.removeLast() }
        expectError { $0.tokens[number]?.removeLast() }
        expectError { $0.tokens[number]?[0] = 7 }
        expectError { $0.tokens[number]?[4] = 1 }
        expectError { $0.tokens[1_000] = $0.tokens[number] }
        expectError { $0.events[eventID(299)]?.removeLast() }
        expectError { $0.tokens = [:] }
        for length in 0..<60 { expectError { $0.tokens[number] = Array($0.tokens[number]!.prefix(length)) } }
        var wrong = Disk()
        wrong.header = disk.header
        #expect(try wrong.read(spec).canonical.tokens.isEmpty)
    }
}

@Suite("Token rotation")
struct RotationTests {
    private let spec = CounterSpec(bucketSeconds: day, windows: [CountWindow(over: 5 * day, delay: day)])!

    @Test("moves all state in slices beside the events, through crashes, and leaves no former key behind")
    func rotation() throws {
        let records = log(seed: 6, events: 1500, from: start, days: 20)
        let next = (0..<40).reduce(into: [TokenKey: TokenKey]()) { $0[token($1)] = token($1, generation: 1) }
        // As if tokens had had their next keys from the beginning.
        var expected = PartyCounters(spec: spec, now: time(start))
        for record in records { expected.take(record, at: .two, generation: 1) }

        var counters = PartyCounters(spec: spec, now: time(start))
        var disk = Disk()
        var generation: UInt64 = 0
        for (index, record) in records.enumerated() {
            counters.take(record, at: .two, generation: generation)
            if index == 2000 { try counters.beginRotation() }
            if index > 2000, generation == 0 {
                if index % 5 == 0 { try counters.rekey(counters.unmoved(3).map { (from: $0, to: next[$0]!) }) }
                if index == 2200 {
                    while case let slice = counters.unmoved(100), !slice.isEmpty {
                        try counters.rekey(slice.map { (from: $0, to: next[$0]!) })
                    }
                    try counters.finishRotation()
                    generation = 1
                }
            }
            if index > 2300, index % 10 == 0 { _ = counters.renew(4) }
            if index % 3 == 0 { counters.sweep(5) }
            // A crash between any two records, before, in and after the rotation.
            if index % 30 == 0 {
                disk.write(counters.takeChanges())
                counters = try disk.read(spec)
            }
        }
        disk.write(counters.takeChanges())
        #expect(counters.isAlike(expected))
        #expect(try disk.read(spec).isAlike(expected))
        let former = Set((0..<40).map { token($0).bytes })
        for row in disk.tokens.values { #expect(!former.contains(Array(row[5..<38])) && row[4] == 0) }
    }

    @Test("keeps its order, and two tokens never become one")
    func order() throws {
        var counters = PartyCounters(spec: spec, now: time(start))
        for number in 0..<10 {
            _ = counters.event(eventID(number), from: member(1), of: [token(number)], at: time(start))
        }
        #expect(throws: TokenCounters.RotationError.notUnderWay) { try counters.finishRotation() }
        #expect(throws: TokenCounters.RotationError.notUnderWay) {
            try counters.rekey([(from: token(1), to: token(11))])
        }
        try counters.beginRotation()
        #expect(throws: TokenCounters.RotationError.underWay) { try counters.beginRotation() }
        #expect(throws: TokenCounters.RotationError.unmoved(10)) { try counters.finishRotation() }
        try counters.rekey([(from: token(1), to: token(11)), (from: token(99), to: token(12))])
        #expect(throws: TokenCounters.RotationError.taken) {
            try counters.rekey([(from: token(2), to: token(11))])
        }
        // What a rotation does not change: a next key that another token bears now, as both are moved.
        try counters.rekey([(from: token(2), to: token(1))])
        #expect(counters.unmoved(100).count == 8)
        for (at, former) in counters.unmoved(100).enumerated() {
            try counters.rekey([(from: former, to: token(50 + at))])
        }
        // Tokens that come and go in the meantime.
        _ = counters.event(eventID(20), from: member(1), of: [token(20)], at: time(start))
        #expect(throws: TokenCounters.RotationError.unmoved(1)) { try counters.finishRotation() }
        try counters.rekey(counters.unmoved(100).map { (from: $0, to: token(70)) })
        try counters.finishRotation()
        #expect(counters.counters.windows(of: token(1), at: time(start + day))[0].events == 1)
        #expect(counters.counters.windows(of: token(20), at: time(start + day))[0].events == 0)
        #expect(counters.counters.windows(of: token(70), at: time(start + day))[0].events == 1)
        // Labels of events from before find their tokens.
        let share = CountShare(first: 5, second: 0)
        #expect(counters.label(.outcome(share), of: eventID(20), from: member(1), position: 0) == .counted)
        #expect(counters.counters.windows(of: token(70), at: time(start + day))[0].frauds.first == 5)
        // The next one waits until rows are free of former keys.
        #expect(throws: TokenCounters.RotationError.underWay) { try counters.beginRotation() }
        while counters.renew(3) {}
        try counters.beginRotation()
        counters.advance(to: time(start + 30 * day))
        counters.sweep(100)
        #expect(counters.counters.count == 0)
        try counters.finishRotation()
    }
}
