import Records
package import ThreeParty

/// What a label record says of an event.
package enum LabelChange: Sendable {
    /// This party's components of 1 for a confirmed fraud, of 0 for a legitimate event. Said again of an event, it is a
    /// correction and takes the former one's place.
    case outcome(CountShare)
    /// What was said of the event is taken back.
    case withdrawal
}

/// Why a label is not counted. Raw values are stable codes.
package enum LabelError: String, Error, Sendable, Hashable {
    /// No event of this id, or one that is in no window any more.
    case unknownEvent = "unknown_event"
    /// Another member sent the event.
    case foreignEvent = "foreign_event"
    /// There is nothing to take back.
    case doubledReversal = "doubled_reversal"
}

/// What became of a label.
package enum LabelOutcome: Sendable, Hashable {
    case counted
    /// The member's sequence had come to this position, or further, before.
    case repeated
    case refused(LabelError)
}

/// Which events may still be labelled, and what was said of each; so that a label counts once, however often it is
/// delivered.
///
/// It stays bounded: an event goes when it is in no window any more. About a hundred bytes an event.
struct LabelLedger: Sendable {
    /// An event has at most this many tokens.
    static let tokens = 4

    struct Event: Sendable {
        var time: UInt32
        var member: UInt8
        /// What counts for it now; nil where nothing does.
        var label: CountShare?
        /// Numbers of its tokens, which they keep for as long as the event is in a window; `UInt32.max` for none.
        var tokens: SIMD4<UInt32>

        var numbers: [UInt32] { (0..<LabelLedger.tokens).map { tokens[$0] }.filter { $0 != .max } }
    }

    /// What a label adds to the confirmed frauds of an event's tokens.
    struct Effect {
        var tokens: [UInt32]
        var time: EventTime
        var change: CountShare
    }

    enum Taken {
        case counts(Effect)
        case repeated
        case refused(LabelError)
    }

    private var events: [EventID: Event] = [:]
    /// By window bucket, for expiry.
    private var ids: [UInt32: ContiguousArray<EventID>] = [:]
    /// By member, the highest position of its labels.
    private var positions = [UInt64?](repeating: nil, count: 64)
    private var changed: Set<EventID> = []

    var count: Int { events.count }

    func knows(_ id: EventID, _ clock: CounterClock) -> Bool { events[id].map { isSeen($0, clock) } ?? false }

    private func isSeen(_ event: Event, _ clock: CounterClock) -> Bool {
        clock.bucket(Int64(event.time), .window) >= Int64(clock.oldest[Tier.window.rawValue])
    }

    /// Takes in an event that it does not know.
    mutating func add(_ id: EventID, _ event: Event, _ clock: CounterClock) {
        if let old = events.updateValue(event, forKey: id) { forget(id, old, clock) }
        ids[UInt32(clock.bucket(Int64(event.time), .window)), default: []].append(id)
        changed.insert(id)
    }

    /// One that is in no window any more, and came again.
    private mutating func forget(_ id: EventID, _ old: Event, _ clock: CounterClock) {
        let bucket = UInt32(clock.bucket(Int64(old.time), .window))
        if let at = ids[bucket]?.firstIndex(of: id) { ids[bucket]?.remove(at: at) }
    }

    mutating func take(
        _ member: MemberNumber, position: UInt64, of id: EventID, _ change: LabelChange, _ clock: CounterClock
    ) -> Taken {
        if let highest = positions[Int(member.value)], position <= highest { return .repeated }
        positions[Int(member.value)] = position
        guard var event = events[id], isSeen(event, clock) else { return .refused(.unknownEvent) }
        guard event.member == member.value else { return .refused(.foreignEvent) }
        let before = event.label
        switch change {
        case .outcome(let share): event.label = share
        case .withdrawal:
            guard before != nil else { return .refused(.doubledReversal) }
            event.label = nil
        }
        events[id] = event
        changed.insert(id)
        return .counts(
            Effect(
                tokens: event.numbers, time: EventTime(seconds: Int64(event.time)),
                change: (event.label ?? .zero) - (before ?? .zero)))
    }

    /// Drops up to `limit` events that are in no window any more.
    mutating func sweep(_ limit: Int, _ clock: CounterClock) {
        var rest = limit
        for bucket in ids.keys.filter({ $0 < clock.oldest[Tier.window.rawValue] }).sorted() {
            while rest > 0, let id = ids[bucket]?.popLast() {
                events[id] = nil
                changed.insert(id)
                rest -= 1
            }
            if ids[bucket]?.isEmpty == true { ids[bucket] = nil }
            if rest == 0 { return }
        }
    }

    // MARK: Rows

    /// How many members' positions (1), then member (1) and position (8) of each; little-endian.
    var header: [UInt8] {
        var out: [UInt8] = [UInt8(positions.count { $0 != nil })]
        for (member, position) in positions.enumerated() {
            guard let position else { continue }
            out.append(UInt8(member))
            withUnsafeBytes(of: position.littleEndian) { out += $0 }
        }
        return out
    }

    mutating func takeChanges() -> [(id: EventID, row: [UInt8]?)] {
        defer { changed = [] }
        return changed.map { ($0, events[$0].map(Self.encode)) }
    }

    /// time (4), member (1), whether labelled (1), the label's components (2 each), tokens' numbers (4 each); little-endian.
    private static func encode(_ event: Event) -> [UInt8] {
        var out: [UInt8] = []
        withUnsafeBytes(of: event.time.littleEndian) { out += $0 }
        out += [event.member, event.label == nil ? 0 : 1]
        let label = event.label ?? .zero
        return out + UInt16.pack([label.first, label.second]) + UInt32.pack(event.numbers)
    }

    init() {}

    init?(
        header: ArraySlice<UInt8>, rows: some Collection<(id: EventID, row: [UInt8])>, _ clock: CounterClock,
        isToken: (UInt32) -> Bool
    ) {
        guard let count = header.first, header.count == 1 + 9 * Int(count) else { return nil }
        for at in 0..<Int(count) {
            let begin = header.startIndex + 1 + 9 * at
            guard let member = MemberNumber(Int(header[begin])) else { return nil }
            positions[Int(member.value)] = header[begin + 1..<begin + 9].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        for (id, row) in rows {
            guard let event = Self.decode(row) else { return nil }
            // Its tokens may have gone: nobody asks for them any more.
            if isSeen(event, clock) {
                guard event.numbers.allSatisfy(isToken) else { return nil }
            }
            add(id, event, clock)
        }
        changed = []
    }

    private static func decode(_ row: [UInt8]) -> Event? {
        guard row.count >= 10, (row.count - 10) % 4 == 0, (row.count - 10) / 4 <= tokens, row[5] < 2,
            MemberNumber(Int(row[4])) != nil
        else { return nil }
        let label = UInt16.unpack(Array(row[6..<10]))
        var numbers = SIMD4<UInt32>(repeating: .max)
        for (at, number) in UInt32.unpack(Array(row[10...])).enumerated() { numbers[at] = number }
        return Event(
            time: UInt32.unpack(Array(row[..<4]))[0], member: row[4],
            label: row[5] == 1 ? CountShare(first: label[0], second: label[1]) : nil, tokens: numbers)
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
