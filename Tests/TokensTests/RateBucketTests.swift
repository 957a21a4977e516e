import Records
import Support
import Testing
import Tokens

/// A bucket as one would reckon it by hand: what was taken and when, in thousandths, looked at anew for each request.
private struct PlainBucket {
    let rate: Int64
    let burst: Int64
    var now: Int64
    var level: Int64

    init(_ limit: RateLimit, at start: Int64) {
        rate = limit.elementsPerSecond
        burst = limit.burst
        now = start
        level = burst * 1000
    }

    /// Millisecond after millisecond, of which each adds as many thousandths as a second adds elements.
    mutating func wait(until time: Int64) {
        while now < time {
            now += 1
            level = min(level + rate, burst * 1000)
        }
    }

    mutating func take(_ elements: Int64) -> Bool {
        guard level >= elements * 1000 else { return false }
        level -= elements * 1000
        return true
    }

    /// From when on so many fit.
    func fits(_ elements: Int64) -> Int64 {
        var later = self
        while later.level < elements * 1000 { later.wait(until: later.now + 1) }
        return later.now
    }
}

@Suite("A member's rate")
struct RateBucketTests {
    @Test(
        "grants what a count by the millisecond grants, and names the moment from which on the rest fits",
        arguments: [1, 3, 7, 50, 999, 1000, 1001, 4000])
    func oracle(rate: Int) throws {
        var generator = SplitMix64(UInt64(rate))
        let limit = RateLimit(elementsPerSecond: rate, burst: 1024 + rate)
        var bucket = RateBucket(limit, at: 50)
        var plain = PlainBucket(limit, at: 50)
        var refusals = 0
        for _ in 0..<300 {
            // A clock that goes back counts as one that stands.
            let step =
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: Int64.random(in: 0...900, using: &generator)
                case 1: Int64.random(in: -500 ... -1, using: &generator)
                default: Int64.random(in: 0...20, using: &generator)
                }
            let shown = plain.now + step
            plain.wait(until: shown)
            let elements = Int.random(in: 1...1024, using: &generator)
            let refused = refusal { () throws(TokenError) in try bucket.take(elements, at: shown) }
            if plain.take(Int64(elements)) {
                #expect(refused == nil)
            } else {
                refusals += 1
                #expect(refused != nil)
                // Waiting for it is slow: the first ones are enough.
                guard refusals < 20 else { continue }
                #expect(refused == .rateExhausted(until: plain.fits(Int64(elements))))
            }
            #expect(bucket.current == RateLevel(thousandths: plain.level, time: plain.now))
        }
        #expect(refusals > 0)
    }

    @Test("fits at the moment that a refusal named, and not a millisecond before", arguments: [1, 3, 7, 1000, 999_999])
    func exact(rate: Int) throws {
        let limit = RateLimit(elementsPerSecond: rate, burst: 2000)
        for elements in [1, 2, 10, 1024, 2000] {
            var bucket = RateBucket(limit, at: 0)
            try bucket.take(2000, at: 0)
            guard
                case .rateExhausted(let until) = refusal({ () throws(TokenError) in try bucket.take(elements, at: 0) })
            else { throw TokenError.malformed }
            var early = bucket
            if until > 1 {
                let error = refusal { () throws(TokenError) in try early.take(elements, at: until - 1) }
                #expect(error == .rateExhausted(until: until))
            }
            try bucket.take(elements, at: until)
        }
    }

    @Test("is never above the burst and what the time since the beginning adds", arguments: [1, 2, 3] as [UInt64])
    func bound(seed: UInt64) {
        var generator = SplitMix64(seed)
        let limit = RateLimit(elementsPerSecond: 20, burst: 1024)
        var bucket = RateBucket(limit, at: 0)
        var granted: [(at: Int64, elements: Int64)] = []
        var now: Int64 = 0
        for _ in 0..<400 {
            now += Int64.random(in: 0...4000, using: &generator)
            let elements = Int.random(in: 1...300, using: &generator)
            if refusal({ () throws(TokenError) in try bucket.take(elements, at: now) }) == nil {
                granted.append((now, Int64(elements)))
            }
        }
        for (first, start) in granted.enumerated() {
            var total: Int64 = 0
            for grant in granted[first...] {
                total += grant.elements
                #expect(total * 1000 <= 1024 * 1000 + (grant.at - start.at) * 20)
            }
        }
    }

    @Test("a refusal changes nothing, however often it is asked for")
    func refusals() throws {
        let limit = RateLimit(elementsPerSecond: 5, burst: 1024)
        var bucket = RateBucket(limit, at: 0)
        try bucket.take(1000, at: 0)
        let before = bucket.current
        for _ in 0..<100 { #expect(refusal { () throws(TokenError) in try bucket.take(25, at: 0) } != nil) }
        #expect(bucket.current == before && before == RateLevel(thousandths: 24_000, time: 0))
        try bucket.take(24, at: 0)
        #expect(bucket.current == RateLevel(thousandths: 0, time: 0))
    }

    @Test("what was kept goes on to the millisecond where it was left, whenever it was")
    func kept() throws {
        let limit = RateLimit(elementsPerSecond: 7, burst: 1024)
        var generator = SplitMix64(9)
        var whole = RateBucket(limit, at: 0)
        var restarted = RateBucket(limit, at: 0)
        var now: Int64 = 0
        for _ in 0..<200 {
            now += Int64.random(in: 0...60_000, using: &generator)
            let elements = Int.random(in: 1...700, using: &generator)
            let one = refusal { () throws(TokenError) in try whole.take(elements, at: now) }
            let other = refusal { () throws(TokenError) in try restarted.take(elements, at: now) }
            #expect(one == other && whole.current == restarted.current)
            restarted = RateBucket(limit, from: restarted.current)
        }
    }

    @Test("a moment beyond the last one that there is is named as the last one")
    func overflow() throws {
        let limit = RateLimit(elementsPerSecond: 1, burst: 1024)
        var bucket = RateBucket(limit, at: .max - 10)
        try bucket.take(1024, at: .max - 10)
        #expect(refusal { () throws(TokenError) in try bucket.take(1024, at: .max) } == .rateExhausted(until: .max))
        var early = RateBucket(limit, at: .min)
        try early.take(1024, at: .min)
        #expect(
            refusal { () throws(TokenError) in try early.take(1, at: .min) } == .rateExhausted(until: .min + 1000))
        try early.take(1024, at: .max)
    }

    @Test("rates and bursts out of bounds are the caller's mistake, and those at the bounds are taken")
    func limits() async {
        let most = 1_000_000_000
        let widest = RateLimit(elementsPerSecond: most, burst: most)
        #expect(widest.elementsPerSecond == Int64(most) && widest.burst == Int64(most))
        #expect(RateLimit(elementsPerSecond: 1, burst: 1024).burst == 1024)
        await #expect(processExitsWith: .failure) { _ = RateLimit(elementsPerSecond: 0, burst: 1024) }
        await #expect(processExitsWith: .failure) { _ = RateLimit(elementsPerSecond: 1, burst: 1023) }
        await #expect(processExitsWith: .failure) { _ = RateLimit(elementsPerSecond: 1_000_000_001, burst: 1024) }
        await #expect(processExitsWith: .failure) { _ = RateLimit(elementsPerSecond: 1, burst: 1_000_000_001) }
    }

    /// The figures of docs/TOKENS.md.
    @Test(
        "tells in how many days a member can try all cards of a BIN",
        arguments: [(50, 1_000_000, 231), (75, 1_000_000, 154), (1000, 1_000_000, 11), (4000, 20_000, 2)])
    func days(rate: Int, burst: Int, days: Int64) {
        let limit = RateLimit(elementsPerSecond: rate, burst: burst)
        #expect(limit.days(toTry: RateLimit.cardsOfBIN) == days)
        #expect(limit.daysToTryBIN == (days < 182 ? days : nil))
        #expect(limit.days(toTry: 100_000) == 0 && limit.days(toTry: 0) == 0)
    }

    @Test("is by default one that protects a card's number")
    func standard() {
        #expect(RateLimit.standard.daysToTryBIN == nil)
        #expect(RateLimit.standard.days(toTry: RateLimit.cardsOfBIN) == 231)
        // Two parties of three answer: where batches could be charged at two alone, it would be two thirds of that.
        #expect(RateLimit(elementsPerSecond: 75, burst: 1_500_000).days(toTry: RateLimit.cardsOfBIN) == 154)
    }
}
