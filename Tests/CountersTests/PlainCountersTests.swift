import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Token counters beside a list of all that happened")
struct PlainCountersTests {
    /// Counters, the list, and a store, with everything that a party may do to them.
    private struct Party {
        let spec: CounterSpec
        var counters: TokenCounters
        var plain: PlainCounters
        var generator: SplitMix64
        var generation: UInt64 = 0
        var clock = start
        var header: [UInt8] = []
        var rows: [UInt32: [UInt8]] = [:]
        var rotations = 0
        var restarts = 0

        static let tokens = 12

        init(_ spec: CounterSpec, seed: UInt64) {
            self.spec = spec
            counters = TokenCounters(spec: spec)
            plain = PlainCounters(spec: spec)
            generator = SplitMix64(seed)
        }

        private mutating func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }

        /// A moment near the time: mostly just before it, now and then far off.
        private mutating func moment() -> Int64 {
            switch draw(0...9) {
            case 0: clock + draw(-2 * spec.reach...2 * spec.reach)
            case 1: clock + draw(0...4 * hour)
            case 2: clock - draw(0...spec.reach)
            // Around the hour, where buckets meet.
            case 3, 4: (clock - draw(0...2 * day)) / hour * hour + draw(-1...1)
            default: clock - draw(0...2 * hour)
            }
        }

        mutating func step() throws {
            let number = Int(draw(0...Int64(Self.tokens - 1)))
            switch draw(0...19) {
            case 0...10:
                let (at, sender) = (moment(), [0, 1, 31, 32, 63][Int(draw(0...4))])
                let outcome = counters.event(token(number, generation: generation), member(sender), at: time(at))
                #expect(outcome == plain.event(number, sender, at))
            case 11...13:
                let at = moment()
                let share = CountShare(
                    first: UInt16.random(in: 0 ... .max, using: &generator),
                    second: UInt16.random(in: 0 ... .max, using: &generator))
                let sender = [0, 1, 31, 32, 63][Int(draw(0...4))]
                let isCounted = counters.label(
                    token(number, generation: generation), member(sender), eventAt: time(at), share)
                #expect(isCounted == plain.label(number, sender, at, share))
            case 14:
                clock += draw(0...3) == 0 ? draw(0...spec.reach) : draw(0...2 * hour)
                counters.advance(to: time(clock))
                plain.advance(to: clock)
                // An earlier moment moves nothing.
                counters.advance(to: time(clock - draw(0...day)))
            case 15: counters.sweep(Int(draw(0...8)))
            case 16: try restart()
            default: try rotate()
            }
            #expect(counters.now?.seconds == plain.now)
        }

        private mutating func restart() throws {
            for (number, row) in counters.takeChanges() { rows[number] = row.map { Array($0) } }
            header = counters.header
            guard draw(0...1) == 0 else { return }
            counters = try TokenCounters(spec: spec, header: header, rows: rows.map { (number: $0, row: $1) })
            restarts += 1
        }

        private mutating func rotate() throws {
            // A token that came after the last one moved keeps the rotation from its end.
            let former = counters.unmoved(Int(draw(0...4)))
            if !former.isEmpty {
                try counters.rekey(former.map { (from: $0, to: next($0)) })
            } else if counters.unmovedCount > 0 {
                return
            } else if (try? counters.finishRotation()) != nil {
                generation += 1
                rotations += 1
            } else if !counters.renew(Int(draw(1...5))) {
                try counters.beginRotation()
            }
        }

        private func next(_ key: CountedEntity) -> CountedEntity {
            let number = (0..<Self.tokens).first { token($0, generation: generation) == key }!
            return token(number, generation: generation + 1)
        }

        func compare(at: Int64) {
            let length = spec.bucketSeconds
            let windows = [
                CountWindow(over: length, delay: 0), CountWindow(over: 2 * length, delay: length),
                CountWindow(over: spec.reach / length * length - length, delay: 0),
            ].filter(spec.holds)
            for number in 0..<Self.tokens {
                let key = token(number, generation: generation)
                for window in windows {
                    let sum = PlainCounters.Answer(counters.sum(of: key, over: window, at: time(at)))
                    #expect(sum == plain.sum(number, window, at))
                }
                for span in VelocitySpan.allCases {
                    let sum = PlainCounters.Answer(counters.velocity(of: key, over: span, at: time(at)))
                    #expect(sum == plain.velocity(number, span, at))
                }
            }
        }
    }

    @Test(
        "hold the same after any sequence of events, labels, time, sweeps, restarts and rotations",
        arguments: [hour, 6 * hour, day], [1, 2] as [UInt64])
    func sequences(bucket: Int64, seed: UInt64) throws {
        let limit = seed == 1 ? 2 : CounterSpec.usualLimit
        var party = Party(spec(bucket: bucket, days: 4, limit: limit), seed: seed &* 97 &+ UInt64(bucket))
        for round in 0..<700 {
            try party.step()
            guard round % 50 == 49 else { continue }
            for at in [0, 59, 3 * day].map({ party.clock + $0 }) + [party.clock / day * day] { party.compare(at: at) }
        }
        #expect(party.rotations > 1 && party.restarts > 5)
    }

    @Test("hold the same from the first seconds of 1970 on", arguments: [1, 2] as [UInt64])
    func beginning(seed: UInt64) throws {
        var party = Party(spec(bucket: hour, days: 2), seed: seed)
        party.clock = 0
        for round in 0..<300 {
            try party.step()
            guard round % 30 == 29 else { continue }
            for at in [-1, 0, 59, hour, party.clock, party.clock + hour] { party.compare(at: at) }
        }
    }
}
