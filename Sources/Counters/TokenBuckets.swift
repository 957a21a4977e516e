package import ThreeParty

/// One token's buckets, a part for each member that sent an event in it. One allocation a token, twelve bytes a part: there are
/// millions of these.
///
/// In words of 32 bits: how many parts of windows, then of hours and of minutes (16 bits each); then the parts, tier after tier,
/// each in order of time and member: the bucket's number since 1970; events (24 bits) and member (8); the two components of the
/// confirmed frauds.
struct TokenBuckets: Sendable {
    private var words: ContiguousArray<UInt32> = []
    private static let stride = 3
    private static let head = 2
    /// Events that a part has room for.
    static let mostEvents = 1 << 24 - 1

    /// Whether the token has no bucket in any tier.
    var isEmpty: Bool { words.isEmpty }

    /// Parts of a tier, seen or not.
    func count(_ tier: Tier) -> Int {
        guard !words.isEmpty else { return 0 }
        switch tier {
        case .window: return Int(words[0])
        case .hour: return Int(words[1] & 0xFFFF)
        case .minute: return Int(words[1] >> 16)
        }
    }

    private mutating func count(_ change: Int, _ tier: Tier) {
        switch tier {
        case .window: words[0] = UInt32(Int(words[0]) + change)
        case .hour: words[1] = UInt32(Int(words[1]) + change)
        case .minute: words[1] = UInt32(Int(words[1]) + change << 16)
        }
    }

    /// Where a tier's first part begins.
    private func begin(_ tier: Tier) -> Int {
        switch tier {
        case .window: Self.head
        case .hour: Self.head + count(.window) * Self.stride
        case .minute: Self.head + (count(.window) + count(.hour)) * Self.stride
        }
    }

    /// How many parts a tier may have: what its count has room for. Fewer are ever seen at a time (`Tier.ahead`).
    private static func most(_ tier: Tier) -> Int { tier == .window ? Int(UInt32.max) : 0xFFFF }

    private func events(_ at: Int) -> Int { Int(words[at + 1] & 0xFF_FFFF) }

    private func member(_ at: Int) -> UInt8 { UInt8(words[at + 1] >> 24) }

    // MARK: Changes

    /// Counts an event in the bucket of each tier that has room for its time; usually at the end, so in constant time.
    ///
    /// - Parameter limit: of a member's events in a bucket of windows.
    mutating func add(_ time: Int64, _ member: MemberNumber, limit: Int, _ clock: CounterClock) -> Counted {
        let bucket = UInt32(clock.bucket(time, .window))
        if let at = find(bucket, member, .window), events(at) >= limit { return .not }
        let isLabelled = events(of: bucket) < CountDomain.mostEvents
        for tier in Tier.allCases {
            let bucket = UInt32(clock.bucket(time, tier))
            guard bucket >= clock.oldest[tier.rawValue], time <= clock.latest[tier.rawValue] else { continue }
            words[place(bucket, member, tier, clock) + 1] += 1
        }
        return isLabelled ? .labelled : .unlabelled
    }

    /// What became of an event of the token.
    enum Counted {
        /// Its member has as many in the bucket as it may.
        case not
        /// It is counted, and its label will be.
        case labelled
        /// It is counted, and its label won't be: the bucket has as many that are as a lookup holds.
        case unlabelled
    }

    /// The events of a bucket of windows.
    private func events(of bucket: UInt32) -> Int {
        let begin = begin(.window)
        var at = begin + count(.window) * Self.stride
        var sum = 0
        while at > begin, words[at - Self.stride] >= bucket {
            at -= Self.stride
            if words[at] == bucket { sum += events(at) }
        }
        return sum
    }

    /// Adds to the confirmed frauds of the bucket that a member's event was counted in; false where that has gone.
    mutating func add(_ change: CountShare, _ time: Int64, _ member: MemberNumber, _ clock: CounterClock) -> Bool {
        let bucket = UInt32(clock.bucket(time, .window))
        guard bucket >= clock.oldest[Tier.window.rawValue], let at = find(bucket, member, .window) else {
            return false
        }
        let share = Self.share(words[at + 2]) + change
        words[at + 2] = UInt32(share.first) | UInt32(share.second) << 16
        return true
    }

    // MARK: Refresh

    /// Appends where each part's confirmed frauds find their share of zero: by bucket and member, under the row's origin. Parts
    /// that are seen no more may be gone elsewhere.
    func addresses(_ origin: UInt128, onto addresses: inout [CountZeros.Address]) {
        let begin = begin(.window)
        for part in 0..<count(.window) {
            let at = begin + part * Self.stride
            addresses.append(.init(row: origin, place: UInt64(words[at]) << 8 | UInt64(member(at))))
        }
    }

    /// Adds to each part's confirmed frauds, in the order of `addresses`.
    mutating func add(taking zeros: inout ArraySlice<CountShare>) {
        let begin = begin(.window)
        for part in 0..<count(.window) {
            guard let zero = zeros.popFirst() else { preconditionFailure("a share of zero for each address") }
            let at = begin + part * Self.stride + 2
            let share = Self.share(words[at]) + zero
            words[at] = UInt32(share.first) | UInt32(share.second) << 16
        }
    }

    // MARK: Deal

    /// Puts another share in the place of each part's confirmed frauds, in order.
    mutating func mapShares(_ body: (CountShare) -> CountShare) {
        let begin = begin(.window)
        for part in 0..<count(.window) {
            let at = begin + part * Self.stride + 2
            let share = body(Self.share(words[at]))
            words[at] = UInt32(share.first) | UInt32(share.second) << 16
        }
    }

    private static func share(_ word: UInt32) -> CountShare {
        CountShare(first: UInt16(truncatingIfNeeded: word), second: UInt16(word >> 16))
    }

    /// The index of a part's first word, searched from the newest back; nil where there is no such part.
    private func find(_ bucket: UInt32, _ member: MemberNumber, _ tier: Tier) -> Int? {
        let begin = begin(tier)
        // What changes is nearly always near the end.
        var at = begin + count(tier) * Self.stride
        while at > begin {
            at -= Self.stride
            if words[at] < bucket { return nil }
            if words[at] == bucket, self.member(at) == member.value { return at }
        }
        return nil
    }

    /// Where a member's part of a bucket lies, put in where it was not there.
    private mutating func place(_ bucket: UInt32, _ member: MemberNumber, _ tier: Tier, _ clock: CounterClock) -> Int {
        if let at = find(bucket, member, tier) { return at }
        if words.count + Self.stride > words.capacity || count(tier) == Self.most(tier) { trim(clock) }
        if words.isEmpty {
            // A first event has one bucket of each tier.
            words.reserveCapacity(Self.head + 3 * Self.stride)
            words.append(contentsOf: repeatElement(0, count: Self.head))
        } else if words.count + Self.stride > words.capacity {
            // Grows by a quarter: most stay small.
            let buckets = words.count / Self.stride
            words.reserveCapacity(words.count + Self.stride * max(1, buckets / 4))
        }
        let begin = begin(tier)
        var at = begin + count(tier) * Self.stride
        while at > begin, order(at - Self.stride) > Self.order(bucket, member.value) { at -= Self.stride }
        words.insert(contentsOf: repeatElement(0, count: Self.stride), at: at)
        words[at] = bucket
        words[at + 1] = UInt32(member.value) << 24
        count(1, tier)
        return at
    }

    /// What a tier's parts are in order of.
    private static func order(_ bucket: UInt32, _ member: UInt8) -> UInt64 { UInt64(bucket) << 8 | UInt64(member) }

    private func order(_ at: Int) -> UInt64 { Self.order(words[at], member(at)) }

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
            count(-dropped, tier)
        }
        if words.count == Self.head {
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
            add(at, to: &sum)
        }
        return sum
    }

    private func add(_ at: Int, to sum: inout BucketSum) {
        sum.events += events(at)
        sum.frauds += Self.share(words[at + 2])
        sum.members |= 1 << UInt64(member(at))
    }

    /// The events whose labels count, and the confirmed frauds among them, over the newest of buckets `low ... high` of windows: as
    /// many as have together no more of them than a lookup holds.
    func labelled(_ low: Int64, _ high: Int64, _ clock: CounterClock) -> BucketSum {
        let all = self.sum(low, high, .window, clock)
        // Nearly always: nothing is left out.
        if all.events <= CountDomain.mostEvents { return all }
        var sum = BucketSum()
        let low = max(low, Int64(clock.oldest[Tier.window.rawValue]))
        let begin = begin(.window)
        var at = begin + count(.window) * Self.stride
        while at > begin, Int64(words[at - Self.stride]) >= low {
            let bucket = words[at - Self.stride]
            var own = BucketSum()
            while at > begin, words[at - Self.stride] == bucket {
                at -= Self.stride
                add(at, to: &own)
            }
            if Int64(bucket) > high { continue }
            own.events = min(own.events, CountDomain.mostEvents)
            guard sum.events + own.events <= CountDomain.mostEvents else { break }
            sum.events += own.events
            sum.frauds += own.frauds
            sum.members |= own.members
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
        guard bytes.count % 4 == 0, bytes.count >= 4 * (Self.head + Self.stride) else { return nil }
        words = ContiguousArray(UInt32.unpack(Array(bytes)))
        let parts = Tier.allCases.reduce(0) { $0 + count($1) }
        guard words.count == Self.head + parts * Self.stride else { return nil }
        for tier in Tier.allCases {
            let places = Swift.stride(from: begin(tier), to: begin(tier) + count(tier) * Self.stride, by: Self.stride)
            guard zip(places, places.dropFirst()).allSatisfy({ order($0) < order($1) }),
                places.allSatisfy({ member($0) < MemberNumber.limit && events($0) > 0 })
            else { return nil }
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
