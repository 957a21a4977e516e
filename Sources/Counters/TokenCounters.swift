package import Records
package import ThreeParty

/// What one party knows of every token: how many events, from which members, and its shares of how many of them were confirmed
/// frauds, in buckets of event time (DESIGN section 4.5). No I/O, no clock.
///
/// Parties that hand in the same calls in the same order hold shares of the same counts. Answers don't depend on when `sweep`
/// is called.
package struct TokenCounters: Sendable {
    /// How the counts are kept; rows of another spec are not read.
    package let spec: CounterSpec
    var clock: CounterClock

    // MARK: By number, which is a token's for as long as it has buckets

    var keys: ContiguousArray<CountedEntity> = []
    var buckets: ContiguousArray<TokenBuckets> = []
    /// What tells a row from others at all three parties, whatever it is called and wherever it lies: of the first event that was
    /// counted in it since nothing of it was seen.
    var origins: ContiguousArray<UInt128> = []
    /// Of the generation that a row's shares have come to.
    var marks: ContiguousArray<UInt8> = []
    var shares = RowGeneration(kind: "token")
    private var isChanged: ContiguousArray<Bool> = []
    var index = NumberIndex<CountedEntity>()
    var free: [UInt32] = []

    /// Whose rows differ from those that were last taken.
    private var changed: [UInt32] = []
    private var swept = 0

    // MARK: Rotation

    /// How many rotations were finished.
    var generation: UInt32 = 0
    var rotation: Rotation?
    /// Numbers below have rows without keys of an earlier generation.
    var renewed = 0
    /// Numbers from here on never had any.
    var renewable = 0

    /// - Parameter now: nil where nothing is known of the time: the first event counted sets it.
    package init(spec: CounterSpec, now: EventTime? = nil) {
        self.spec = spec
        clock = CounterClock(now: now, spec: spec)
    }

    /// Nil before any event.
    package var now: EventTime? { clock.now.map { EventTime(seconds: $0) } }

    /// Tokens with state, of which some may hold nothing that is still seen.
    package var count: Int { keys.count - free.count }

    // MARK: Changes

    /// Moves the time on, at a record that all parties agree on. It never goes back.
    package mutating func advance(to time: EventTime) {
        if let now = clock.now, time.seconds <= now { return }
        clock = CounterClock(now: time, spec: spec)
    }

    /// Sets the time where nothing is known of it.
    mutating func begin(at time: EventTime) {
        if clock.now == nil { advance(to: time) }
    }

    /// Moves the time on to where an event is ahead of it by no more than the reach.
    mutating func follow(_ time: EventTime) { advance(to: EventTime(seconds: time.seconds - spec.reach)) }

    /// Counts an event of a token.
    ///
    /// - Parameter origin: of the row, where this is its first event; no two rows have one in common.
    package mutating func event(
        _ token: CountedEntity, _ member: MemberNumber, at time: EventTime, origin: UInt128 = 0
    ) -> EventOutcome {
        if time.seconds > CounterClock.end { return .early }
        if clock.isLate(time) { return .late }
        begin(at: time)
        follow(time)
        _ = count(number(adding: token), member, at: time, origin: origin)
        return .counted
    }

    /// Counts an event of the token with this number, at a time that is not late and that `clock` has followed.
    mutating func count(
        _ number: UInt32, _ member: MemberNumber, at time: EventTime, origin: @autoclosure () -> UInt128
    ) -> TokenBuckets.Counted {
        if buckets[Int(number)].isSeen(clock) {
            settle(number)
        } else {
            // As if it had been swept, which parties do at different times.
            buckets[Int(number)] = TokenBuckets()
            origins[Int(number)] = origin()
            marks[Int(number)] = shares.mark
        }
        change(number)
        return buckets[Int(number)].add(time.seconds, member, limit: spec.limit, clock)
    }

    /// Adds to the confirmed frauds of a token, in the bucket of the member's event that a label is of; false where that is in no
    /// window any more. That each label counts once, and only of events that are labelled, is the caller's to see to
    /// (`LabelLedger`).
    package mutating func label(
        _ token: CountedEntity, _ member: MemberNumber, eventAt time: EventTime, _ change: CountShare
    ) -> Bool {
        index.number(of: token, keys).map { label($0, member, eventAt: time, change) } ?? false
    }

    mutating func label(
        _ number: UInt32, _ member: MemberNumber, eventAt time: EventTime, _ change: CountShare
    ) -> Bool {
        guard !clock.isLate(time) else { return false }
        settle(number)
        guard buckets[Int(number)].add(change, time.seconds, member, clock) else { return false }
        self.change(number)
        return true
    }

    /// Looks at the next `limit` tokens and drops what is in no window any more.
    package mutating func sweep(_ limit: Int) {
        for _ in 0..<min(limit, keys.count) {
            if swept >= keys.count { swept = 0 }
            let number = UInt32(swept)
            swept += 1
            guard !buckets[Int(number)].isEmpty else { continue }
            buckets[Int(number)].trim(clock)
            if buckets[Int(number)].isEmpty { drop(number) }
        }
    }

    func number(of token: CountedEntity) -> UInt32? { index.number(of: token, keys) }

    mutating func number(adding token: CountedEntity) -> UInt32 {
        if let number = index.number(of: token, keys) { return number }
        let number: UInt32
        if let last = free.popLast() {
            number = last
            keys[Int(number)] = token
        } else {
            number = UInt32(keys.count)
            keys.append(token)
            buckets.append(TokenBuckets())
            isChanged.append(false)
            origins.append(0)
            marks.append(shares.mark)
            rotation?.keys.append(.none)
        }
        index.insert(number, keys)
        return number
    }

    private mutating func drop(_ number: UInt32) {
        index.remove(number, keys)
        keys[Int(number)] = .none
        rotation?.drop(number)
        free.append(number)
        change(number)
    }

    mutating func change(_ number: UInt32) {
        guard !isChanged[Int(number)] else { return }
        isChanged[Int(number)] = true
        changed.append(number)
    }

    /// Numbers whose rows changed since the last call.
    mutating func takeChanged() -> [UInt32] {
        defer { changed = [] }
        for number in changed { isChanged[Int(number)] = false }
        return changed
    }

    /// Room for numbers up to `count`, all of them free.
    mutating func reserve(_ count: Int) {
        keys = .init(repeating: .none, count: count)
        buckets = .init(repeating: TokenBuckets(), count: count)
        isChanged = .init(repeating: false, count: count)
        origins = .init(repeating: 0, count: count)
        marks = .init(repeating: shares.mark, count: count)
        index = NumberIndex(capacity: count)
    }

    // MARK: Queries

    /// Where a token's state lies, until the next change.
    package struct Place {
        fileprivate let number: UInt32
    }

    /// Nil for a token without state.
    package func place(of token: CountedEntity) -> Place? { number(of: token).map(Place.init) }

    /// What a window holds at an event's time; zeros for a token without state. An event late against `now` sees only what is
    /// left.
    ///
    /// - Parameter window: one that the spec holds (`CounterSpec.holds`).
    package func sum(of token: CountedEntity, over window: CountWindow, at time: EventTime) -> BucketSum {
        precondition(spec.holds(window), Self.tooFarBack)
        return place(of: token).map { sum(at: $0, over: window, at: time) } ?? BucketSum()
    }

    private static let tooFarBack = "a window reaches no further back than the counts that are kept"

    package func sum(at place: Place, over window: CountWindow, at time: EventTime) -> BucketSum {
        precondition(spec.holds(window), Self.tooFarBack)
        guard time.seconds >= window.delay else { return BucketSum() }
        let high = clock.bucket(time.seconds - window.delay, .window) - 1
        return buckets[Int(place.number)].sum(high - window.over / spec.bucketSeconds + 1, high, .window, clock)
    }

    /// What a lookup of a window's confirmed frauds reads: of the window's newest buckets as many as hold no more events than a
    /// lookup does, and of each bucket the first of those.
    package func labelled(at place: Place, over window: CountWindow, at time: EventTime) -> BucketSum {
        precondition(spec.holds(window), Self.tooFarBack)
        guard time.seconds >= window.delay else { return BucketSum() }
        let high = clock.bucket(time.seconds - window.delay, .window) - 1
        return buckets[Int(place.number)].labelled(high - window.over / spec.bucketSeconds + 1, high, clock)
    }

    /// Events and members over a span that ends at an event's time. Confirmed frauds are not kept for these, and events that
    /// were more than three hours ahead (nine days, for the day) are not in it.
    package func velocity(of token: CountedEntity, over span: VelocitySpan, at time: EventTime) -> BucketSum {
        place(of: token).map { velocity(at: $0, over: span, at: time) } ?? BucketSum()
    }

    package func velocity(at place: Place, over span: VelocitySpan, at time: EventTime) -> BucketSum {
        guard time.seconds >= 0 else { return BucketSum() }
        let tier: Tier = span == .day ? .hour : .minute
        return buckets[Int(place.number)].sum(
            clock.bucket(max(time.seconds - span.seconds, 0), tier), clock.bucket(time.seconds, tier), tier, clock)
    }
}
