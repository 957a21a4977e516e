import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Counters after a restart")
struct ReplayTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 11 * day)!

    private func replay(_ records: some Sequence<Record>, _ counters: PartyCounters? = nil) -> PartyCounters {
        var counters = counters ?? PartyCounters(spec: spec, members: 5)
        for record in records { counters.take(record, at: .one) }
        return counters
    }

    @Test("two replays of the log are alike in every bit")
    func twoReplays() {
        let records = log(seed: 1, events: 2000, from: start, days: 40)
        #expect(replay(records).stands(where: replay(records)))
        #expect(!replay(records).isAlike(replay(records.dropLast(20))))
        #expect(!replay(records).canonical.tokens.isEmpty)
    }

    @Test("rows and the rest of the log are the whole log, wherever it stopped", arguments: [0, 1, 2, 500, 3333, 4500])
    func snapshotAndRest(stop: Int) throws {
        let records = log(seed: 2, events: 2000, from: start, days: 40)
        var counters = PartyCounters(spec: spec, members: 5)
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
        #expect(restored.stands(where: counters))
        #expect(replay(records.dropFirst(stop), restored).stands(where: replay(records)))
    }

    @Test("what changed is written, and nothing else")
    func dirty() throws {
        var counters = replay(log(seed: 3, events: 500, from: start, days: 5))
        let all = counters.takeChanges()
        #expect(all.tokens.count == 40 && all.events.count == 500 && counters.eventCount == 500)
        #expect(counters.takeChanges().tokens.isEmpty && counters.takeChanges().events.isEmpty)
        let now = try #require(counters.counters.now)
        #expect(counters.event(eventID(9999), from: member(1), of: [token(3)], at: now) == .counted)
        let one = counters.takeChanges()
        #expect(one.tokens.count == 1 && one.events.map(\.key) == [event(1, 9999)])
        #expect(counters.takesLabels(from: member(1), partition: 17, position: 1 << 40) == true)
        #expect(counters.label(CountShare(first: 1, second: 2), of: eventID(9999), from: member(1)) == .counted)
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
        for length in 0..<disk.header.count { expectError { $0.header = Array(disk.header.prefix(length)) } }
        expectError { $0.header.append(0) }
        for at in [1, 9, 17] { expectError { $0.header[at] ^= 1 } }
        expectError { $0.header.replaceSubrange(21..<29, with: [UInt8](repeating: 0x7F, count: 8)) }
        expectError { $0.header[55] = 0xFF }
        expectError { $0.header[56] = 64 }
        expectError { $0.tokens[number]?.removeLast() }
        expectError { $0.tokens[number]?[0] = 7 }
        expectError { $0.tokens[number]?[4] = 1 }
        expectError { $0.tokens[1_000] = $0.tokens[number] }
        let event = try #require(disk.events.keys.first { $0.id == eventID(299) })
        expectError { $0.events[event]?.removeLast() }
        expectError { $0.tokens = [:] }
        for length in 0..<60 { expectError { $0.tokens[number] = Array($0.tokens[number]!.prefix(length)) } }
        var wrong = Disk()
        wrong.header = disk.header
        #expect(try wrong.read(spec).canonical.tokens.isEmpty)
    }

    @Test("rows of another version or another spec are named as such")
    func otherSpec() throws {
        var counters = replay(log(seed: 3, events: 300, from: start, days: 5))
        var disk = Disk()
        disk.write(counters.takeChanges())
        for other in [
            CounterSpec(bucketSeconds: day, reach: 12 * day)!, CounterSpec(bucketSeconds: hour, reach: 11 * day)!,
            CounterSpec(bucketSeconds: day, reach: 11 * day, limit: 9)!,
        ] {
            let error = TokenCounters.RowError.spec(bucketSeconds: day, reach: 11 * day, limit: 8191)
            #expect(throws: PartyCounters.RowError.tokens(error)) {
                _ = try disk.read(other)
            }
        }
        disk.header[0] = 1
        #expect(throws: PartyCounters.RowError.tokens(.version(1))) { _ = try disk.read(spec) }
    }

    @Test("the highest position of every partition is kept, however many there are")
    func positions() throws {
        var counters = PartyCounters(spec: spec, members: 5)
        for partition in 0..<4096 as Range<UInt32> {
            for sender in [0, 63] {
                _ = counters.takesLabels(
                    from: member(sender), partition: partition, position: UInt64(partition) << 40)
            }
        }
        var disk = Disk()
        disk.write(counters.takeChanges())
        var restored = try disk.read(spec)
        #expect(restored.stands(where: counters))
        for partition in 0..<4096 as Range<UInt32> {
            let position = UInt64(partition) << 40
            func takes(_ sender: Int, _ position: UInt64) -> Bool {
                restored.takesLabels(from: member(sender), partition: partition, position: position)
            }
            #expect(!takes(63, position) && takes(63, position + 1) && takes(1, position))
        }
    }
}

@Suite("Token rotation")
struct RotationTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 7 * day)!

    private func sum(_ counters: PartyCounters, _ number: Int) -> BucketSum {
        counters.sum(number, CountWindow(over: 5 * day, delay: day), start + 2 * day)
    }

    @Test("moves all state in slices beside the events, through crashes, and leaves no former key behind")
    func rotation() throws {
        let records = log(seed: 6, events: 1500, from: start, days: 20)
        let next = (0..<40).reduce(into: [CountedEntity: CountedEntity]()) { $0[token($1)] = token($1, generation: 1) }
        // As if tokens had had their next keys from the beginning.
        var expected = PartyCounters(spec: spec, members: 5)
        for record in records { expected.take(record, at: .two, generation: 1) }

        var counters = PartyCounters(spec: spec, members: 5)
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
        for row in disk.tokens.values { #expect(!former.contains(Array(row[22..<55])) && row[4] == 0) }
    }

    @Test("keeps its order, and two tokens never become one")
    func order() throws {
        var counters = PartyCounters(spec: spec, members: 5)
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
        #expect(sum(counters, 1).events == 1)
        #expect(sum(counters, 20).events == 0)
        #expect(sum(counters, 70).events == 1)
        // Labels of events from before find their tokens.
        let share = CountShare(first: 5, second: 0)
        #expect(counters.label(share, of: eventID(20), from: member(1)) == .counted)
        #expect(sum(counters, 70).frauds.first == 5)
        // The next one waits until rows are free of former keys.
        #expect(throws: TokenCounters.RotationError.underWay) { try counters.beginRotation() }
        while counters.renew(3) {}
        try counters.beginRotation()
        for days in stride(from: 7 as Int64, through: 28, by: 7) { counters.settle(at: start + days * day) }
        counters.sweep(100)
        #expect(counters.counters.count == 0)
        try counters.finishRotation()
    }
}
