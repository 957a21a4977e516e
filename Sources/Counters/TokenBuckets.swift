package import ThreeParty

/// One token's buckets, only those in which something happened. One allocation a token, twenty bytes a bucket: there are
/// millions of these.
///
/// In words of 32 bits: how many buckets of each tier (16, 8 and 8 bits), then the buckets, tier after tier, each in order of
/// time: its number since 1970, events, the two components of the confirmed frauds, members that sent events (two words).
struct TokenBuckets: Sendable {
    private var words: ContiguousArray<UInt32> = []
    private static let stride = 5

    /// Whether the token has no bucket in any tier.
    var isEmpty: Bool { words.isEmpty }

    /// Buckets of a tier, seen or not.
    func count(_ tier: Tier) -> Int {
        guard let counts = words.first else { return 0 }
        switch tier {
        case .window: return Int(counts & 0xFFFF)
        case .hour: return Int(counts >> 16 & 0xFF)
        case .minute: return Int(counts >> 24)
        }
    }

    /// Where a tier's first bucket begins.
    private func begin(_ tier: Tier) -> Int {
        switch tier {
        case .window: 1
        case .hour: 1 + count(.window) * Self.stride
        case .minute: 1 + (count(.window) + count(.hour)) * Self.stride
        }
    }

    private static func one(_ tier: Tier) -> UInt32 {
        switch tier {
        case .window: 1
        case .hour: 1 << 16
        case .minute: 1 << 24
        }
    }

    /// How many buckets a tier may have: what its count has room for. Fewer are ever seen at a time (`Tier.ahead`).
    private static func most(_ tier: Tier) -> Int { tier == .window ? 0xFFFF : 0xFF }

    // MARK: Changes

    /// Counts an event in the bucket of each tier that has room for its time; usually at the end, so in constant time.
    mutating func add(_ time: Int64, _ member: MemberNumber, _ clock: CounterClock) {
        for tier in Tier.allCases {
            let bucket = UInt32(clock.bucket(time, tier))
            guard bucket >= clock.oldest[tier.rawValue], time <= clock.latest[tier.rawValue] else { continue }
            let at = place(bucket, tier, clock)
            words[at + 1] &+= 1
            words[at + 3] |= UInt32(truncatingIfNeeded: member.bit)
            words[at + 4] |= UInt32(member.bit >> 32)
        }
    }

    /// Adds to the confirmed frauds of the bucket that an event was counted in; false where that has gone.
    mutating func add(_ change: CountShare, _ time: Int64, _ clock: CounterClock) -> Bool {
        let bucket = UInt32(clock.bucket(time, .window))
        guard bucket >= clock.oldest[Tier.window.rawValue], let at = find(bucket, .window) else { return false }
        let share = Self.share(words[at + 2]) + change
        words[at + 2] = UInt32(share.first) | UInt32(share.second) << 16
        return true
    }

    private static func share(_ word: UInt32) -> CountShare {
        CountShare(first: UInt16(truncatingIfNeeded: word), second: UInt16(word >> 16))
    }

    /// The index of a bucket's first word, searched from the newest back; nil where there is no such bucket.
    private func find(_ bucket: UInt32, _ tier: Tier) -> Int? {
        let begin = begin(tier)
        // What changes is nearly always near the end.
        var at = begin + count(tier) * Self.stride
        while at > begin {
            at -= Self.stride
            if words[at] == bucket { return at }
            if words[at] < bucket { return nil }
        }
        return nil
    }

    /// Where a bucket lies, put in where it was not there.
    private mutating func place(_ bucket: UInt32, _ tier: Tier, _ clock: CounterClock) -> Int {
        if let at = find(bucket, tier) { return at }
        if words.count + Self.stride > words.capacity || count(tier) == Self.most(tier) { trim(clock) }
        if words.isEmpty {
            // A first event has one bucket of each tier.
            words.reserveCapacity(1 + 3 * Self.stride)
            words.append(0)
        } else if words.count + Self.stride > words.capacity {
            // Grows by a quarter: most stay small.
            let buckets = words.count / Self.stride
            words.reserveCapacity(words.count + Self.stride * max(1, buckets / 4))
        }
        let begin = begin(tier)
        var at = begin + count(tier) * Self.stride
        while at > begin, words[at - Self.stride] > bucket { at -= Self.stride }
        words.insert(contentsOf: repeatElement(0, count: Self.stride), at: at)
        words[at] = bucket
        words[0] += Self.one(tier)
        return at
    }

    /// Drops what no query sees any more. A token whose window buckets are all gone has nothing left.
    mutating func trim(_ clock: CounterClock) {
        for tier in Tier.allCases where !words.isEmpty {
            let begin = begin(tier)
            var dropped = 0
            while dropped < count(tier), words[begin + dropped * Self.stride] < clock.oldest[tier.rawValue] {
                dropped += 1
            }
            guard dropped > 0 else { continue }
            words.removeSubrange(begin..<begin + dropped * Self.stride)
            words[0] -= UInt32(dropped) * Self.one(tier)
        }
        if words.count == 1 {
            words = []
        } else if words.capacity > 2 * words.count + 4 * Self.stride {
            words = ContiguousArray(words)
        }
    }

    // MARK: Queries

    /// The sums over buckets `low ... high`.
    func sum(_ low: Int64, _ high: Int64, _ tier: Tier, _ clock: CounterClock) -> BucketSum {
        var sum = BucketSum()
        let low = max(low, Int64(clock.oldest[tier.rawValue]))
        let begin = begin(tier)
        var at = begin + count(tier) * Self.stride
        while at > begin {
            at -= Self.stride
            let bucket = Int64(words[at])
            if bucket < low { break }
            if bucket > high { continue }
            sum.events += Int(words[at + 1])
            sum.frauds += Self.share(words[at + 2])
            sum.members |= UInt64(words[at + 3]) | UInt64(words[at + 4]) << 32
        }
        return sum
    }

    // MARK: Rows

    /// Whether any query sees something of it.
    func isSeen(_ clock: CounterClock) -> Bool {
        Tier.allCases.contains { tier in
            let count = count(tier)
            return count > 0 && words[begin(tier) + (count - 1) * Self.stride] >= clock.oldest[tier.rawValue]
        }
    }

    /// Appends the words, little-endian, from which nothing that has gone can be told.
    func write(to out: inout [UInt8], _ clock: CounterClock) {
        let isTrim = Tier.allCases.allSatisfy { tier in
            count(tier) == 0 || words[begin(tier)] >= clock.oldest[tier.rawValue]
        }
        var trimmed = self
        if !isTrim { trimmed.trim(clock) }
        for word in trimmed.words { withUnsafeBytes(of: word.littleEndian) { out.append(contentsOf: $0) } }
    }

    /// Nil for bytes that are no token's buckets.
    init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count % 4 == 0, bytes.count >= 4 * (1 + Self.stride) else { return nil }
        words = ContiguousArray(UInt32.unpack(Array(bytes)))
        let buckets = Tier.allCases.reduce(0) { $0 + count($1) }
        guard words.count == 1 + buckets * Self.stride else { return nil }
        for tier in Tier.allCases {
            let places = Swift.stride(from: begin(tier), to: begin(tier) + count(tier) * Self.stride, by: Self.stride)
            guard zip(places, places.dropFirst()).allSatisfy({ words[$0] < words[$1] }) else { return nil }
        }
    }

    init() {}
}

/// What a token's buckets of a window hold.
package struct BucketSum: Sendable {
    /// Public among the parties.
    package var events = 0
    /// This party's components; the three parties' add up to the number of confirmed frauds.
    package var frauds = CountShare.zero
    /// A bit a member that sent one of the events.
    package var members: UInt64 = 0

    package var distinctMembers: Int { members.nonzeroBitCount }
}
