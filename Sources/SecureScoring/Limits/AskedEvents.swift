import Records
import Sealing

/// The latest events that were scored on a partition, batch by batch in the log's order: which ids are known, and how much each
/// member asked on a day. No I/O, no clock.
///
/// Everything stands at an offset, so what came of a batch can be taken back where the leader begins again before it.
struct AskedEvents: Sendable {
    /// The events of one batch; none is kept without.
    struct Batch: Sendable, Hashable {
        let range: Range<Int64>
        var events: [AskedEvent]
        /// Whether all parties agreed on these events; before that they are what this party would take.
        var isSettled: Bool
    }

    /// What is left of batches whose ids are known no more.
    struct Forgotten: Sendable, Hashable {
        /// The offset after the last of them.
        var end: Int64 = 0
        /// By member, the last day on which it asked, and how much.
        var days: [UInt8: Day] = [:]
    }

    /// How many events there were of a day.
    struct Day: Sendable, Hashable {
        var day: Int32
        var count: Int
    }

    private struct Key: Hashable {
        let member: UInt8
        let id: EventID
    }

    private let limit: Int
    private var total = 0
    private var sources: [Key: SourcePosition] = [:]
    /// By member, the days on which it asked, of which there are few.
    private var days: [[Day]] = []
    /// In the order of their offsets.
    private(set) var batches: ArraySlice<Batch> = []
    private(set) var forgotten = Forgotten()
    /// The first offsets of batches that a store has otherwise, or not at all.
    private(set) var changed: Set<Int64> = []

    /// - Parameter limit: ids that are known at least.
    init(limit: Int) {
        self.limit = limit
        // It fills up, and stays so: growing would hash all of it anew each time.
        sources.reserveCapacity(limit)
    }

    /// Events as a store has them, or has to have them from now on.
    init(limit: Int, batches: [Batch], forgotten: Forgotten, areChanged: Bool) {
        self.init(limit: limit)
        self.forgotten = forgotten
        if areChanged { changed = Set(batches.map(\.range.lowerBound)) }
        for batch in batches {
            self.batches.append(batch)
            for event in batch.events { add(event) }
        }
    }

    /// How many transactions of a member's were scored of those that came on a day.
    func count(_ member: UInt8, on day: Int32) -> Int {
        let old = forgotten.days[member].flatMap { $0.day == day ? $0.count : nil } ?? 0
        guard Int(member) < days.count, let known = days[Int(member)].last(where: { $0.day == day }) else { return old }
        return old + known.count
    }

    /// Takes back all from an offset on.
    mutating func rewind(to offset: Int64) {
        while let last = batches.last, last.range.upperBound > offset {
            batches.removeLast()
            changed.insert(last.range.lowerBound)
            for event in last.events where event.offset >= offset { remove(event) }
            let rest = last.events.filter { $0.offset < offset }
            guard !rest.isEmpty else { continue }
            batches.append(
                Batch(range: last.range.lowerBound..<offset, events: rest, isSettled: last.isSettled))
            break
        }
        if offset < forgotten.end { forgotten = Forgotten() }
    }

    /// Begins a batch behind all others, of which nothing is taken yet.
    mutating func begin(_ range: Range<Int64>) {
        rewind(to: range.lowerBound)
        batches.append(Batch(range: range, events: [], isSettled: false))
    }

    /// Takes an event into the newest batch, where nothing is against that; else what is.
    ///
    /// - Parameter objection: to the event, by the place of the scored transaction with its id; nil where none is known.
    mutating func take(_ event: AskedEvent, unless objection: (SourcePosition?) -> Refusal?) -> Refusal? {
        // One look at the ids, also where it is new: there are many, and they lie anywhere in memory.
        func put(_ place: inout SourcePosition?) -> Refusal? {
            if let refusal = objection(place) { return refusal }
            place = event.source
            return nil
        }
        if let refusal = put(&sources[Key(member: event.member, id: event.id)]) { return refusal }
        total += 1
        batches[batches.endIndex - 1].events.append(event)
        change(event, by: 1)
        return nil
    }

    /// Settles a batch where the parties agreed on what this party would take of it; false where there is no such batch.
    ///
    /// - Parameter offsets: of the transactions that they agreed on. What they are follows from the log.
    mutating func settle(_ range: Range<Int64>, as offsets: some Sequence<Int64>) -> Bool {
        guard let at = batches.lastIndex(where: { $0.range == range }),
            batches[at].events.lazy.map(\.offset).elementsEqual(offsets)
        else { return false }
        settle(at: at)
        return true
    }

    /// Settles what the parties agreed to take of a batch, whether this party began it or heard of it only now.
    mutating func settle(_ range: Range<Int64>, _ events: [AskedEvent]) {
        if batches.last(where: { $0.range == range }) == nil { begin(range) }
        guard let at = batches.lastIndex(where: { $0.range == range }) else { return }
        if batches[at].events != events {
            for event in batches[at].events { remove(event) }
            for event in events { add(event) }
            batches[at].events = events
        }
        settle(at: at)
    }

    private mutating func settle(at place: Int) {
        batches[place].isSettled = true
        let range = batches[place].range
        if batches[place].events.isEmpty { batches.remove(at: place) } else { changed.insert(range.lowerBound) }
        while let first = batches.first, first.isSettled, total - first.events.count >= limit { forget() }
    }

    /// The batch that begins at an offset, where it is settled and any of its events is known; else nil.
    func settled(at start: Int64) -> Batch? {
        var (low, high) = (batches.startIndex, batches.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if batches[middle].range.lowerBound < start { low = middle + 1 } else { high = middle }
        }
        guard low < batches.endIndex, batches[low].range.lowerBound == start, batches[low].isSettled else { return nil }
        return batches[low]
    }

    /// Notes that a store has everything that is settled.
    mutating func areStored() { changed = [] }

    /// Forgets the ids of the oldest batch, and keeps how many there were.
    private mutating func forget() {
        guard let first = batches.popFirst() else { return }
        changed.insert(first.range.lowerBound)
        forgotten.end = first.range.upperBound
        for event in first.events {
            remove(event)
            var last = forgotten.days[event.member] ?? Day(day: event.day, count: 0)
            if event.day > last.day { last = Day(day: event.day, count: 0) }
            if event.day == last.day { last.count += 1 }
            forgotten.days[event.member] = last
        }
    }

    private mutating func add(_ event: AskedEvent) {
        total += 1
        sources[Key(member: event.member, id: event.id)] = event.source
        change(event, by: 1)
    }

    private mutating func remove(_ event: AskedEvent) {
        total -= 1
        sources[Key(member: event.member, id: event.id)] = nil
        change(event, by: -1)
    }

    private mutating func change(_ event: AskedEvent, by count: Int) {
        let member = Int(event.member)
        while days.count <= member { days.append([]) }
        guard let at = days[member].lastIndex(where: { $0.day == event.day }) else {
            days[member].append(Day(day: event.day, count: count))
            return
        }
        days[member][at].count += count
        if days[member][at].count == 0 { days[member].remove(at: at) }
    }
}
