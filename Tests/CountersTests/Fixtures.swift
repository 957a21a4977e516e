import Counters
import Records
import Support
import Testing
import ThreeParty

let hour: Int64 = 3600
let day: Int64 = 86_400

extension SplitMix64 {
    mutating func share(_ count: UInt16) -> [PartyID: CountShare] {
        let zero = UInt16.random(in: 0...UInt16.max, using: &self)
        let one = UInt16.random(in: 0...UInt16.max, using: &self)
        let all = [zero, one, count &- zero &- one]
        return PartyID.allCases.reduce(into: [:]) {
            $0[$1] = CountShare(first: all[$1.rawValue], second: all[$1.next.rawValue])
        }
    }
}

func token(_ number: Int, generation: UInt64 = 0) -> CountedEntity {
    var generator = SplitMix64(state: UInt64(number) &* 31 &+ generation &* 1_000_003)
    return CountedEntity([2] + (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })!
}

func eventID(_ number: Int) -> EventID {
    let bytes = withUnsafeBytes(of: Int64(number).bigEndian) { Array($0) }
    return EventID(bytes + bytes)!
}

func member(_ number: Int) -> MemberNumber { MemberNumber(number)! }

func event(_ sender: Int, _ number: Int) -> EventKey { EventKey(member(sender), eventID(number)) }

func time(_ seconds: Int64) -> EventTime { EventTime(seconds: seconds) }

/// The count that three parties' shares are of, after a check that each component is held twice alike.
func opened(_ shares: [PartyID: CountShare]) -> UInt16 {
    let (zero, one, two) = (shares[.zero]!, shares[.one]!, shares[.two]!)
    #expect(zero.second == one.first && one.second == two.first && two.second == zero.first)
    return zero.first &+ one.first &+ two.first
}

/// A spec that holds windows of `over` and `delay` up to these many days in all.
func spec(bucket: Int64 = day, days: Int64, limit: Int = CounterSpec.usualLimit) -> CounterSpec {
    CounterSpec(bucketSeconds: bucket, reach: days * day + bucket, limit: limit)!
}

/// What a record of the log says, in the clear, with each party's shares.
enum Record {
    struct Label {
        var id: Int
        var isFraud: Bool
        var shares: [PartyID: CountShare]
    }

    case event(Int, member: Int, tokens: [Int], at: Int64)
    case labels([Label], member: Int, partition: UInt32, position: UInt64)
    /// The end of a batch.
    case settle
}

/// A log of events of 40 tokens over `days`, with labels, corrections, and repeats of records. Member 4 has a clock that is
/// five days ahead.
func log(seed: UInt64, events: Int, from start: Int64, days: Int64) -> [Record] {
    var generator = SplitMix64(state: seed)
    var records: [Record] = []
    var positions: [[UInt64]] = .init(repeating: [0, 0], count: 5)
    var sent: [[Int]] = .init(repeating: [], count: 5)
    for number in 0..<events {
        let now = start + days * day * Int64(number) / Int64(events)
        let sender = Int.random(in: 0..<5, using: &generator)
        let tokens = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            Int.random(in: 0..<40, using: &generator)
        }
        let at = now - Int64.random(in: 0..<2 * day, using: &generator) + (sender == 4 ? 5 * day : 0)
        records.append(.event(number, member: sender, tokens: tokens, at: at))
        sent[sender].append(number)
        let labelling = Int.random(in: 0..<5, using: &generator)
        let labels = sent[labelling].suffix(60).shuffled(using: &generator).prefix(3).map { id in
            let isFraud = Int.random(in: 0..<3, using: &generator) == 0
            return Record.Label(id: id, isFraud: isFraud, shares: generator.share(isFraud ? 1 : 0))
        }
        let partition = Int.random(in: 0..<2, using: &generator)
        positions[labelling][partition] += UInt64.random(in: 1...3, using: &generator)
        records.append(
            .labels(
                labels, member: labelling, partition: UInt32(partition), position: positions[labelling][partition]))
        if Int.random(in: 0..<5, using: &generator) == 0 { records.append(records[records.count - 1]) }
        if Int.random(in: 0..<4, using: &generator) == 0 { records.append(.settle) }
    }
    return records + [.settle]
}

extension PartyCounters {
    /// An event that the log takes as it happens.
    mutating func event(
        _ id: EventID, from member: MemberNumber, of tokens: [CountedEntity], at time: EventTime
    ) -> EventOutcome { event(id, from: member, of: tokens, at: time, logged: time) }

    /// The end of a batch long after all events.
    mutating func settle() { settle(logged: time(Int64(UInt32.max))) }

    mutating func take(_ record: Record, at party: PartyID, generation: UInt64 = 0) {
        switch record {
        case .settle: settle()
        case .event(let id, let sender, let tokens, let at):
            _ = event(
                eventID(id), from: member(sender), of: tokens.map { token($0, generation: generation) }, at: time(at))
        case .labels(let labels, let sender, let partition, let position):
            guard takesLabels(from: member(sender), partition: partition, position: position) else { return }
            for each in labels { _ = label(each.shares[party]!, of: eventID(each.id), from: member(sender)) }
        }
    }

    /// Moves the time by the word of two members, with events that name no token.
    mutating func settle(at now: Int64) {
        for sender in [1, 2] {
            _ = event(eventID(-Int(now) * 2 - sender), from: member(sender), of: [], at: time(now))
        }
        settle()
    }

    /// Whether header and rows would be alike, too.
    func stands(where other: PartyCounters) -> Bool {
        var (one, two) = (self, other)
        return isAlike(other) && one.takeChanges().header == two.takeChanges().header
    }

    func sum(_ number: Int, _ window: CountWindow, _ at: Int64) -> BucketSum {
        counters.sum(of: token(number), over: window, at: time(at))
    }

    func isAlike(_ other: PartyCounters) -> Bool {
        let (a, b) = (canonical, other.canonical)
        return a.tokens.elementsEqual(b.tokens) { $0.token == $1.token && $0.buckets == $1.buckets }
            && a.events.elementsEqual(b.events) { $0.key == $1.key && $0.row == $1.row }
    }
}

/// A store's rows, written as the shell would.
struct Disk {
    var header: [UInt8] = []
    var tokens: [UInt32: [UInt8]] = [:]
    var events: [EventKey: [UInt8]] = [:]

    mutating func write(_ changes: PartyCounters.Changes) {
        header = changes.header
        for (number, row) in changes.tokens { tokens[number] = row.map { Array($0) } }
        for row in changes.events { events[row.key] = row.bytes }
    }

    func read(_ spec: CounterSpec, members: Int = 5) throws -> PartyCounters {
        try PartyCounters(
            spec: spec, members: members, header: header, tokens: tokens.map { (number: $0.key, row: $0.value) },
            events: events.map { (key: $0.key, row: $0.value) })
    }
}
