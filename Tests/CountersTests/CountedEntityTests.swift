import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Tokens' keys, members' numbers and windows")
struct CountedEntityTests {
    /// Keys that differ in one bit each, those of zeros and ones in part, and some of a seed.
    private static let keys: [[UInt8]] = {
        var generator = SplitMix64(1)
        var keys = (0..<20).map { _ in generator.bytes(33) }
        for bit in 0..<(33 * 8) {
            var key = [UInt8](repeating: 0, count: 33)
            key[bit / 8] = 0x80 >> UInt8(bit % 8)
            keys.append(key)
        }
        keys.append([UInt8](repeating: 255, count: 33))
        return keys
    }()

    @Test("a key is its 33 bytes, and neither 32 nor 34 nor zeros")
    func bytes() throws {
        for bytes in Self.keys { #expect(try #require(CountedEntity(bytes)).bytes == bytes) }
        for count in Array(0...70) where count != 33 {
            #expect(CountedEntity([UInt8](repeating: 1, count: count)) == nil)
        }
        #expect(CountedEntity([UInt8](repeating: 0, count: 33)) == nil)
        // A part of another array counts from where it begins.
        let long = [9, 9] + Self.keys[0] + [9]
        #expect(CountedEntity(long[2..<35])?.bytes == Self.keys[0])
        #expect(
            long.withUnsafeBytes { CountedEntity(UnsafeRawBufferPointer(rebasing: $0[2..<35])) }?.bytes == Self.keys[0])
    }

    @Test("a key is never printed, in whatever way")
    func printed() throws {
        let key = try #require(CountedEntity(Self.keys[0]))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(dumped == "- CountedEntity(33 bytes)\n")
        #expect(["\(key)", String(reflecting: key)] == ["CountedEntity(33 bytes)", "CountedEntity(33 bytes)"])
        #expect(Mirror(reflecting: key).children.isEmpty)
    }

    @Test("keys are equal and in order as their bytes are")
    func order() throws {
        let keys = Self.keys.compactMap { CountedEntity($0) }
        for left in keys.prefix(60) {
            for right in keys.suffix(240) {
                #expect((left == right) == (left.bytes == right.bytes))
                #expect((left < right) == left.bytes.lexicographicallyPrecedes(right.bytes))
            }
        }
        #expect(Set(keys).count == keys.count)
        let sorted = Self.keys.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(keys.sorted().map(\.bytes) == sorted)
    }

    @Test("tokens that differ in any one bit are counted apart")
    func apart() {
        var counters = TokenCounters(spec: spec(days: 1))
        let keys = Self.keys.compactMap { CountedEntity($0) }
        for (number, key) in keys.enumerated() {
            for _ in 0...(number % 3) { _ = counters.event(key, member(1), at: time(start)) }
        }
        #expect(counters.count == keys.count)
        for (number, key) in keys.enumerated() {
            #expect(counters.velocity(of: key, over: .day, at: time(start)).events == number % 3 + 1)
        }
        #expect(counters.canonical.map(\.token) == keys.sorted())
    }

    @Test("each of 64 members has a bit of its own, and there is no 65th")
    func members() throws {
        var counters = TokenCounters(spec: spec(days: 1))
        var seen: UInt64 = 0
        for number in 0..<64 {
            let member = try #require(MemberNumber(number))
            #expect(member.value == UInt8(number))
            _ = counters.event(token(1), member, at: time(start))
            _ = counters.event(token(2 + number), member, at: time(start))
            let own = counters.velocity(of: token(2 + number), over: .minute, at: time(start))
            #expect(own.members == 1 << UInt64(number) && own.distinctMembers == 1)
            seen |= own.members
            let all = counters.velocity(of: token(1), over: .minute, at: time(start))
            #expect(all.members == seen && all.distinctMembers == number + 1 && all.events == number + 1)
        }
        #expect(seen == .max)
        for number in [Int.min, -1, 64, 256, .max] { #expect(MemberNumber(number) == nil) }
    }

    @Test("a spec is of whole hours, of a day or more, and of 4,096 buckets at most")
    func specs() {
        let seconds: [Int64] = [
            .min, -hour, 0, 1, 59, 60, hour - 1, hour, hour + 1, 2 * hour, day - 1, day, 7 * day, 4096 * hour, .max,
        ]
        for bucket in seconds {
            for reach in seconds {
                let spec = CounterSpec(bucketSeconds: bucket, reach: reach)
                let isWhole = bucket > 0 && bucket % 3600 == 0
                // Rounded up, how many buckets the reach is of.
                let buckets = isWhole && reach > 0 ? (reach / bucket) + (reach % bucket == 0 ? 0 : 1) : 0
                #expect((spec != nil) == (isWhole && reach >= day && buckets <= 4096), "\(bucket) \(reach)")
                if let spec { #expect(spec.bucketSeconds == bucket && spec.reach == reach) }
            }
        }
    }

    @Test("a window is held where it is of whole buckets and has room for one more", arguments: [hour, 6 * hour, day])
    func windows(bucket: Int64) throws {
        let spec = try #require(CounterSpec(bucketSeconds: bucket, reach: 5 * day + 7))
        for over in stride(from: -day, through: 6 * day, by: Int(3 * hour)) {
            for delay in stride(from: -day, through: 6 * day, by: Int(3 * hour)) {
                let isWhole = over > 0 && delay >= 0 && over % bucket == 0 && delay % bucket == 0
                let holds = spec.holds(CountWindow(over: over, delay: delay))
                #expect(holds == (isWhole && over + delay + bucket <= 5 * day + 7), "\(over) \(delay)")
            }
        }
        for huge in [Int64.max / bucket * bucket, Int64.min / bucket * bucket] {
            #expect(!spec.holds(CountWindow(over: huge, delay: huge)))
            #expect(!spec.holds(CountWindow(over: bucket, delay: huge)))
            #expect(!spec.holds(CountWindow(over: huge, delay: bucket)))
        }
    }

    @Test("the last second that there is can be counted, and nothing after it")
    func end() {
        let last = Int64(UInt32.max)
        var counters = TokenCounters(spec: spec(days: 3))
        #expect(counters.event(token(1), member(1), at: time(last + 1)) == .early)
        #expect(counters.event(token(1), member(1), at: time(last)) == .counted)
        #expect(counters.now == time(last))
        for at in [last + 1, last + day, .max] {
            #expect(counters.event(token(1), member(1), at: time(at)) == .early)
        }
        for span in VelocitySpan.allCases {
            #expect(counters.velocity(of: token(1), over: span, at: time(last)).events == 1)
        }
        // A time beyond it is the last one.
        counters.advance(to: time(.max))
        #expect(counters.now == time(last))
        var early = TokenCounters(spec: spec(days: 3), now: time(-5))
        #expect(early.now == time(0))
        #expect(early.event(token(1), member(1), at: time(0)) == .counted)
        #expect(early.event(token(1), member(1), at: time(-1)) == .late)
    }
}
