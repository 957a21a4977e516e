import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Labels at three parties")
struct LabelShareTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 5 * day)!
    private let window = CountWindow(over: 2 * day, delay: 0)

    /// - Parameter generation: of the tokens at the last party.
    private func opened(_ parties: [PartyCounters], _ number: Int, generation: UInt64 = 0) -> UInt16 {
        CountersTests.opened(
            PartyID.allCases.reduce(into: [:]) {
                let key = token(number, generation: $1 == .two ? generation : 0)
                $0[$1] = parties[$1.rawValue].counters.sum(of: key, over: window, at: time(start + day)).frauds
            })
    }

    /// Events 0 ... 29 of member `number % 3`, each of two of five tokens, all within a day.
    private func parties() -> [PartyCounters] {
        PartyID.allCases.map { _ in
            var counters = PartyCounters(spec: spec, members: 3)
            for number in 0..<30 {
                _ = counters.event(
                    eventID(number), from: member(number % 3), of: [token(number % 5), token((number + 1) % 5)],
                    at: time(start + Int64(number)))
            }
            return counters
        }
    }

    @Test("add up to what was last said of each event, whatever was said before", arguments: [1, 2, 3] as [UInt64])
    func last(seed: UInt64) {
        var generator = SplitMix64(seed)
        var parties = parties()
        var said: [Int: UInt16] = [:]
        for round in 0..<400 {
            let number = Int.random(in: 0..<30, using: &generator)
            let count: UInt16 = [0, 1, 1, 7, .max][Int.random(in: 0..<5, using: &generator)]
            let shares = generator.share(count)
            for party in PartyID.allCases {
                let outcome = parties[party.rawValue].label(
                    shares[party]!, of: eventID(number), from: member(number % 3))
                #expect(outcome == .counted)
            }
            said[number] = count
            guard round % 20 == 0 else { continue }
            for at in 0..<5 {
                let own = said.filter { $0.key % 5 == at || ($0.key + 1) % 5 == at }
                #expect(opened(parties, at) == own.values.reduce(0, &+))
            }
        }
    }

    @Test("leave no trace once all were taken back, but other shares of zero")
    func withdrawn() {
        var generator = SplitMix64(4)
        var parties = parties()
        for count in [1, 0] as [UInt16] {
            for number in 0..<30 {
                let shares = generator.share(count)
                for party in PartyID.allCases {
                    _ = parties[party.rawValue].label(shares[party]!, of: eventID(number), from: member(number % 3))
                }
            }
            for at in 0..<5 { #expect(opened(parties, at) == (count == 1 ? 12 : 0)) }
        }
    }

    @Test("are one party's random numbers: without the third component they say nothing of the count")
    func uniform() {
        // The same two components are of any count, by what the third one is.
        for count in [0, 1, 2, 40_000] as [UInt16] {
            var parties = parties()
            let (zero, one) = (UInt16(12_345), UInt16(54_321))
            let all = [zero, one, count &- zero &- one]
            for party in PartyID.allCases {
                let share = CountShare(first: all[party.rawValue], second: all[party.next.rawValue])
                _ = parties[party.rawValue].label(share, of: eventID(0), from: member(0))
            }
            let sum = parties[0].counters.sum(of: token(0), over: window, at: time(start + day))
            #expect(sum.frauds.first == zero && sum.frauds.second == one)
            #expect(opened(parties, 0) == count)
        }
    }

    @Test("change nothing where they are refused, and no other member's, event's or token's count ever")
    func refused() {
        var generator = SplitMix64(5)
        var parties = parties()
        let shares = generator.share(1)
        for party in PartyID.allCases {
            let before = parties[party.rawValue]
            for number in 0..<30 {
                let outcome = parties[party.rawValue].label(
                    shares[party]!, of: eventID(number), from: member((number + 1) % 3))
                #expect(outcome == .refused(.unknownEvent))
            }
            for id in [30, 31, -1, .max] {
                let outcome = parties[party.rawValue].label(shares[party]!, of: eventID(id), from: member(0))
                #expect(outcome == .refused(.unknownEvent))
            }
            #expect(parties[party.rawValue].stands(where: before))
            let outcome = parties[party.rawValue].label(shares[party]!, of: eventID(7), from: member(1))
            #expect(outcome == .counted)
        }
        #expect((0..<5).map { opened(parties, $0) } == [0, 0, 1, 1, 0])
    }

    @Test("keep their sums over restarts and rotations at each party by itself")
    func moved() throws {
        var generator = SplitMix64(6)
        var parties = parties()
        for number in stride(from: 0, to: 30, by: 4) {
            let shares = generator.share(1)
            for party in PartyID.allCases {
                _ = parties[party.rawValue].label(shares[party]!, of: eventID(number), from: member(number % 3))
            }
        }
        let expected = (0..<5).map { opened(parties, $0) }
        #expect(expected.reduce(0, +) == 16)
        // One party starts again, one moves its tokens in slices, one does neither.
        var disk = Disk()
        disk.write(parties[1].takeChanges())
        parties[1] = try disk.read(spec, members: 3)
        try parties[2].beginRotation()
        while case let slice = parties[2].unmoved(2), !slice.isEmpty {
            let next = slice.map { key in
                (from: key, to: (0..<5).first { token($0) == key }.map { token($0, generation: 1) }!)
            }
            try parties[2].rekey(next)
        }
        try parties[2].finishRotation()
        #expect((0..<5).map { opened(parties, $0, generation: 1) } == expected)
    }
}
