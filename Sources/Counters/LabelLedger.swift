import Records
import ThreeParty

/// Why a label is not counted. Raw values are stable codes.
package enum LabelError: String, Error, Sendable, Hashable {
    /// The member has no event of this id, or one that is in no window any more.
    case unknownEvent = "unknown_event"
    /// As many events of the history's day as may be are counted already.
    case historyFull = "history_full"
    /// The label record before its own has not come.
    case sourceGap = "source_gap"
}

/// What became of a label.
package enum LabelOutcome: Sendable, Hashable {
    case counted
    case refused(LabelError)
}

/// Which events may still be labelled, and what was said of each; so that a label counts once, however often it is
/// delivered.
///
/// It stays bounded: an event goes when it is in no window any more. About a hundred bytes an event.
struct LabelLedger: Sendable {
    /// An event has at most this many tokens.
    static let tokens = 4

    /// A partition of a member's transactions: what label records come of, in order.
    struct Source: Hashable, Comparable {
        var member: UInt8
        var partition: UInt32

        /// A member has at most this many.
        static let partitions: UInt32 = 4096

        static func < (left: Source, right: Source) -> Bool {
            (left.member, left.partition) < (right.member, right.partition)
        }
    }

    /// What is known of one event. Its label is this party's share, so it says nothing of whether there was a fraud.
    struct Event: Sendable {
        var time: UInt32
        /// What counts for it now: zero where nothing was said.
        var label: CountShare
        /// Numbers of the tokens that its label counts for, which they keep for as long as the event is in a window;
        /// `UInt32.max` for none.
        var tokens: SIMD4<UInt32>
        /// Whether it differs from what was last taken.
        var isChanged = false
        /// Of the generation that its label has come to.
        var mark: UInt8 = 0
        /// False where the number is free.
        var isKnown = true

        var numbers: [UInt32] { tokens.indices.map { tokens[$0] }.filter { $0 != .max } }
    }

    /// What a label adds to the confirmed frauds of an event's tokens.
    struct Effect {
        /// Numbers, `UInt32.max` for none.
        var tokens: SIMD4<UInt32>
        var time: EventTime
        var change: CountShare
    }

    enum Taken {
        case counts(Effect)
        case refused(LabelError)
    }

    // MARK: By number, which is an event's for as long as it is known

    private(set) var keyed: ContiguousArray<EventKey> = []
    var events: ContiguousArray<Event> = []
    var shares = RowGeneration(kind: "event")
    private var index = NumberIndex<EventKey>()
    private var free: [UInt32] = []

    /// By window bucket, for expiry.
    private var numbers: [UInt32: ContiguousArray<UInt32>] = [:]
    /// The highest position of the label records of each source.
    var positions: [Source: UInt64] = [:]
    /// Those that differ from what was last taken.
    private var changed: [UInt32] = []

    var count: Int { index.count }

    func knows(_ key: EventKey, _ clock: CounterClock) -> Bool { number(of: key, clock) != nil }

    private func number(of key: EventKey, _ clock: CounterClock) -> Int? {
        index.number(of: key, keyed).map { Int($0) }.flatMap { isSeen(events[$0], clock) ? $0 : nil }
    }

    func isSeen(_ event: Event, _ clock: CounterClock) -> Bool {
        clock.bucket(Int64(event.time), .window) >= Int64(clock.oldest[Tier.window.rawValue])
    }

    /// Takes in an event that it does not know.
    mutating func add(_ key: EventKey, _ event: Event, _ clock: CounterClock) {
        if let old = index.number(of: key, keyed) { leave(old, clock) }
        let number: UInt32
        if let last = free.popLast() {
            number = last
            keyed[Int(number)] = key
            // Of who had the number, a change may be on the list.
            let isListed = events[Int(number)].isChanged
            events[Int(number)] = event
            events[Int(number)].isChanged = isListed
        } else {
            number = UInt32(keyed.count)
            keyed.append(key)
            events.append(event)
        }
        index.insert(number, keyed)
        numbers[UInt32(clock.bucket(Int64(event.time), .window)), default: []].append(number)
        change(Int(number))
    }

    /// Notes that an event's row has to be written again; once, however often it changes.
    mutating func change(_ number: Int) {
        guard !events[number].isChanged else { return }
        events[number].isChanged = true
        changed.append(UInt32(number))
    }

    /// One that is in no window any more, and came again.
    private mutating func leave(_ number: UInt32, _ clock: CounterClock) {
        let bucket = UInt32(clock.bucket(Int64(events[Int(number)].time), .window))
        if let at = numbers[bucket]?.firstIndex(of: number) { numbers[bucket]?.remove(at: at) }
        drop(number)
    }

    private mutating func drop(_ number: UInt32) {
        index.remove(number, keyed)
        events[Int(number)].isKnown = false
        free.append(number)
    }

    /// The highest position of the label records of a source; nil where none was taken.
    func position(_ member: MemberNumber, _ partition: UInt32) -> UInt64? {
        positions[Source(member: member.value, partition: partition)]
    }

    /// Whether a label record of this position has not been taken yet; then it has.
    mutating func takes(_ member: MemberNumber, _ partition: UInt32, _ position: UInt64) -> Bool {
        guard partition < Source.partitions else { return false }
        let source = Source(member: member.value, partition: partition)
        if let highest = positions[source], position <= highest { return false }
        positions[source] = position
        return true
    }

    /// Puts a member's word on its own event in the place of the one before, and says what that adds to the counts.
    ///
    /// - Returns: the difference of new and old share, for the event's tokens and time; or `unknownEvent`. A word that
    ///   repeats the last one adds shares of zero.
    mutating func take(_ key: EventKey, _ outcome: CountShare, _ clock: CounterClock) -> Taken {
        guard let number = number(of: key, clock) else { return .refused(.unknownEvent) }
        settle(number)
        let event = events[number]
        events[number].label = outcome
        change(number)
        return .counts(
            Effect(
                tokens: event.tokens, time: EventTime(seconds: Int64(event.time)), change: outcome - event.label))
    }

    /// Drops up to `limit` events that are in no window any more.
    mutating func sweep(_ limit: Int, _ clock: CounterClock) {
        var rest = limit
        for bucket in numbers.keys.filter({ $0 < clock.oldest[Tier.window.rawValue] }).sorted() {
            while rest > 0, let number = numbers[bucket]?.popLast() {
                drop(number)
                rest -= 1
            }
            if numbers[bucket]?.isEmpty == true { numbers[bucket] = nil }
            if rest == 0 { return }
        }
    }

    // MARK: Rows

    /// How many positions (4), then member (1), partition (4) and position (8) of each, in order of member and partition;
    /// little-endian.
    var header: [UInt8] {
        var out = UInt32.pack([UInt32(positions.count)])
        out.reserveCapacity(4 + Self.positionBytes * positions.count)
        for (source, position) in positions.sorted(by: { $0.key < $1.key }) {
            out.append(source.member)
            withUnsafeBytes(of: source.partition.littleEndian) { out += $0 }
            withUnsafeBytes(of: position.littleEndian) { out += $0 }
        }
        return out
    }

    private static let positionBytes = 13

    /// How many changes the next `takeChanges` gives.
    var changes: Int { changed.count }

    /// The rows of all events that were added or labelled since the last call. Events that went have none: a store
    /// deletes by time.
    mutating func takeChanges() -> [EventRow] {
        var rows: [EventRow] = []
        rows.reserveCapacity(changed.count)
        for number in changed.lazy.map({ Int($0) }) {
            events[number].isChanged = false
            if events[number].isKnown { rows.append(EventRow(key: keyed[number], event: events[number])) }
        }
        changed = []
        return rows
    }

    init() {}

    /// The ledger that a header and rows were written of; nil where they are of no ledger, or an event in a window has
    /// a token that `isToken` does not know.
    init?(
        header: ArraySlice<UInt8>, rows: some Collection<(key: EventKey, row: [UInt8])>, _ clock: CounterClock,
        generation: ShareGeneration = .dealt, isRefreshing: Bool = false, isToken: (UInt32) -> Bool
    ) {
        shares = RowGeneration(kind: "event", current: generation)
        guard header.count >= 4 else { return nil }
        let count = Int(UInt32.unpack(Array(header.prefix(4)))[0])
        var rest = header.dropFirst(4)
        guard rest.count == Self.positionBytes * count else { return nil }
        for _ in 0..<count {
            let source = Source(member: rest.removeFirst(), partition: UInt32.unpack(Array(rest.prefix(4)))[0])
            let position = rest.dropFirst(4).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
            guard MemberNumber(Int(source.member)) != nil, source.partition < Source.partitions,
                positions.updateValue(position, forKey: source) == nil
            else { return nil }
            rest.removeFirst(Self.positionBytes - 1)
        }
        for (key, row) in rows {
            guard let event = EventRow.decode(row), isRefreshing || event.mark == shares.mark else { return nil }
            // Its tokens may have gone: nobody asks for them any more.
            if isSeen(event, clock) {
                guard event.numbers.allSatisfy(isToken) else { return nil }
            }
            add(key, event, clock)
        }
        _ = takeChanges()
    }

    /// All events that can still be labelled, by member and id; tokens by what `name` says.
    func canonical(_ clock: CounterClock, _ name: (UInt32) -> CountedEntity) -> [(key: EventKey, row: [UInt8])] {
        events.indices.filter { events[$0].isKnown && isSeen(events[$0], clock) }
            .map { number in
                var plain = events[number]
                plain.tokens = SIMD4(repeating: .max)
                let key = keyed[number]
                return (key, EventRow(key: key, event: plain).bytes + events[number].numbers.flatMap { name($0).bytes })
            }
            .sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
    }
}

extension LabelError: CustomStringConvertible {
    package var description: String { "the label is not counted: `\(rawValue)`" }
}
