import Records
import ThreeParty

/// Why a label is not counted. Raw values are stable codes.
package enum LabelError: String, Error, Sendable, Hashable {
    /// No event of this id, or one that is in no window any more.
    case unknownEvent = "unknown_event"
    /// Another member sent the event.
    case foreignEvent = "foreign_event"
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

    struct Event: Sendable {
        var time: UInt32
        var member: UInt8
        /// What counts for it now: zero where nothing was said.
        var label: CountShare
        /// Numbers of its tokens, which they keep for as long as the event is in a window; `UInt32.max` for none.
        var tokens: SIMD4<UInt32>

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

    private var events: [EventID: Event] = [:]
    /// By window bucket, for expiry.
    private var ids: [UInt32: ContiguousArray<EventID>] = [:]
    /// The highest position of the label records of each source.
    private var positions: [Source: UInt64] = [:]
    /// Rows that differ from those last taken; made where they change, so that nobody waits for all of them at once.
    private var changed: [EventID: [UInt8]?] = [:]

    var count: Int { events.count }

    func knows(_ id: EventID, _ clock: CounterClock) -> Bool { events[id].map { isSeen($0, clock) } ?? false }

    private func isSeen(_ event: Event, _ clock: CounterClock) -> Bool {
        clock.bucket(Int64(event.time), .window) >= Int64(clock.oldest[Tier.window.rawValue])
    }

    /// Takes in an event that it does not know.
    mutating func add(_ id: EventID, _ event: Event, _ clock: CounterClock) {
        if let old = events.updateValue(event, forKey: id) { forget(id, old, clock) }
        ids[UInt32(clock.bucket(Int64(event.time), .window)), default: []].append(id)
        changed[id] = .some(Self.encode(event))
    }

    /// One that is in no window any more, and came again.
    private mutating func forget(_ id: EventID, _ old: Event, _ clock: CounterClock) {
        let bucket = UInt32(clock.bucket(Int64(old.time), .window))
        if let at = ids[bucket]?.firstIndex(of: id) { ids[bucket]?.remove(at: at) }
    }

    /// Whether a label record of this position has not been taken yet; then it has.
    mutating func takes(_ member: MemberNumber, _ partition: UInt32, _ position: UInt64) -> Bool {
        guard partition < Source.partitions else { return false }
        let source = Source(member: member.value, partition: partition)
        if let highest = positions[source], position <= highest { return false }
        positions[source] = position
        return true
    }

    mutating func take(
        _ member: MemberNumber, _ id: EventID, _ outcome: CountShare, _ clock: CounterClock
    ) -> Taken {
        guard var event = events[id], isSeen(event, clock) else { return .refused(.unknownEvent) }
        guard event.member == member.value else { return .refused(.foreignEvent) }
        let before = event.label
        event.label = outcome
        events[id] = event
        changed[id] = .some(Self.encode(event))
        return .counts(
            Effect(
                tokens: event.tokens, time: EventTime(seconds: Int64(event.time)), change: outcome - before))
    }

    /// Drops up to `limit` events that are in no window any more.
    mutating func sweep(_ limit: Int, _ clock: CounterClock) {
        var rest = limit
        for bucket in ids.keys.filter({ $0 < clock.oldest[Tier.window.rawValue] }).sorted() {
            while rest > 0, let id = ids[bucket]?.popLast() {
                events[id] = nil
                changed[id] = .some(nil)
                rest -= 1
            }
            if ids[bucket]?.isEmpty == true { ids[bucket] = nil }
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

    mutating func takeChanges() -> [(id: EventID, row: [UInt8]?)] {
        defer { changed = [:] }
        return changed.map { (id: $0.key, row: $0.value) }
    }

    /// time (4), member (1), the label's components (2 each), tokens' numbers (4 each); little-endian.
    private static func encode(_ event: Event) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(eventBytes + 4 * tokens)
        withUnsafeBytes(of: event.time.littleEndian) { out.append(contentsOf: $0) }
        out.append(event.member)
        withUnsafeBytes(of: event.label.first.littleEndian) { out.append(contentsOf: $0) }
        withUnsafeBytes(of: event.label.second.littleEndian) { out.append(contentsOf: $0) }
        for place in 0..<tokens where event.tokens[place] != .max {
            withUnsafeBytes(of: event.tokens[place].littleEndian) { out.append(contentsOf: $0) }
        }
        return out
    }

    private static let eventBytes = 9

    static func time(of row: [UInt8]) -> UInt32? { row.count < 4 ? nil : UInt32.unpack(Array(row[..<4]))[0] }

    init() {}

    init?(
        header: ArraySlice<UInt8>, rows: some Collection<(id: EventID, row: [UInt8])>, _ clock: CounterClock,
        isToken: (UInt32) -> Bool
    ) {
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
        for (id, row) in rows {
            guard let event = Self.decode(row) else { return nil }
            // Its tokens may have gone: nobody asks for them any more.
            if isSeen(event, clock) {
                guard event.numbers.allSatisfy(isToken) else { return nil }
            }
            add(id, event, clock)
        }
        changed = [:]
    }

    private static func decode(_ row: [UInt8]) -> Event? {
        let rest = row.count - eventBytes
        guard rest >= 0, rest % 4 == 0, rest / 4 <= tokens, MemberNumber(Int(row[4])) != nil else { return nil }
        let label = UInt16.unpack(Array(row[5..<eventBytes]))
        var numbers = SIMD4<UInt32>(repeating: .max)
        for (at, number) in UInt32.unpack(Array(row[eventBytes...])).enumerated() { numbers[at] = number }
        return Event(
            time: UInt32.unpack(Array(row[..<4]))[0], member: row[4],
            label: CountShare(first: label[0], second: label[1]), tokens: numbers)
    }

    /// All events that can still be labelled, by id; tokens by what `name` says.
    func canonical(_ clock: CounterClock, _ name: (UInt32) -> TokenKey) -> [(id: EventID, row: [UInt8])] {
        events.filter { isSeen($0.value, clock) }
            .map { id, event in
                var plain = event
                plain.tokens = SIMD4(repeating: .max)
                return (id, Self.encode(plain) + event.numbers.flatMap { name($0).bytes })
            }
            .sorted { $0.0.bytes.lexicographicallyPrecedes($1.0.bytes) }
    }
}
