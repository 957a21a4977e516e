/// One entity's transactions in order of event time, with running totals, so that any window is two searches. Sixteen
/// bytes a transaction, and eight for each other entity that is told apart.
struct History: Sendable {
    struct Entry: Sendable {
        /// Seconds since 1970, until 2106.
        var time: UInt32
        /// Confirmed frauds up to and with this one.
        var frauds: UInt32
        /// Amounts up to and with this one, in minor units; wraps, differences don't.
        var sum: Int64
    }

    /// What the windows at one moment hold.
    struct Range {
        var low: Int
        var high: Int
        var count: Int { high - low }
    }

    private(set) var entries: ContiguousArray<Entry> = []
    /// Keys of other entities, `width` a transaction.
    private var others: ContiguousArray<UInt64> = []
    /// The totals before the first entry.
    private var base = Entry(time: 0, frauds: 0, sum: 0)

    var last: Int64? { entries.last.map { Int64($0.time) } }

    /// Takes a transaction in at its time; a late one goes before those that are later.
    mutating func add(time: Int64, amount: Int64, fraud: Bool, others keys: some Collection<UInt64>) {
        Self.makeRoom(&entries, 1)
        if !keys.isEmpty { Self.makeRoom(&others, keys.count) }
        let index = (last ?? .min) <= time ? entries.count : firstIndex(after: time)
        let before = index > 0 ? entries[index - 1] : base
        let entry = Entry(
            time: UInt32(clamping: time), frauds: before.frauds &+ (fraud ? 1 : 0), sum: before.sum &+ amount)
        if index == entries.count {
            entries.append(entry)
            others.append(contentsOf: keys)
            return
        }
        entries.insert(entry, at: index)
        others.insert(contentsOf: keys, at: index * keys.count)
        for later in index + 1..<entries.count {
            entries[later].sum &+= amount
            if fraud { entries[later].frauds &+= 1 }
        }
    }

    /// Grows by a quarter: there are millions of these, most of them small.
    private static func makeRoom<Element>(_ list: inout ContiguousArray<Element>, _ count: Int) {
        guard list.count + count > list.capacity else { return }
        list.reserveCapacity(list.count + Swift.max(count, list.count / 4 + 1))
    }

    /// Marks one transaction of this time and amount. Those are alike to every window, so any of them may carry the mark.
    mutating func confirm(time: Int64, amount: Int64, fraud: Bool) {
        var index = firstIndex(after: time - 1)
        while index < entries.count, Int64(entries[index].time) == time {
            let before = index > 0 ? entries[index - 1] : base
            if entries[index].sum &- before.sum == amount, (entries[index].frauds != before.frauds) != fraud {
                for later in index..<entries.count {
                    if fraud { entries[later].frauds &+= 1 } else { entries[later].frauds &-= 1 }
                }
                return
            }
            index += 1
        }
    }

    /// Drops what is at or before `bound`, once that is half of all.
    mutating func trim(through bound: Int64, width: Int) {
        guard let first = entries.first, Int64(first.time) <= bound else { return }
        let stale = firstIndex(after: bound)
        guard stale * 2 >= entries.count else { return }
        base = entries[stale - 1]
        entries.removeFirst(stale)
        others.removeFirst(stale * width)
    }

    func range(_ window: Feature.Window, at time: Int64) -> Range {
        let end = time - window.delay
        let high = firstIndex(after: end)
        return Range(low: firstIndex(after: end - window.span, below: high), high: high)
    }

    func sum(_ range: Range) -> Int64 { total(range.high).sum &- total(range.low).sum }

    func frauds(_ range: Range) -> Int { Int(total(range.high).frauds &- total(range.low).frauds) }

    /// The largest amount of the newest `limit` transactions of the range, in minor units.
    func max(_ range: Range, limit: Int) -> Int64 {
        var largest: Int64 = 0
        for index in Swift.max(range.low, range.high - limit)..<range.high {
            largest = Swift.max(largest, total(index + 1).sum &- total(index).sum)
        }
        return largest
    }

    /// How many different keys the newest `limit` transactions of the range have at `column` of `width`.
    func distinct(_ range: Range, column: Int, width: Int, limit: Int) -> Int {
        let from = Swift.max(range.low, range.high - limit)
        var keys = (from..<range.high).map { others[$0 * width + column] }
        keys.sort()
        var count = 0
        var last: UInt64 = 0
        for key in keys where key != last {
            count += 1
            last = key
        }
        return count
    }

    /// The time of the transaction before the newest of the range; nil where there is none.
    func timeBeforeNewest(_ range: Range) -> Int64? {
        range.count >= 2 ? Int64(entries[range.high - 2].time) : nil
    }

    private func total(_ count: Int) -> Entry { count > 0 ? entries[count - 1] : base }

    /// The first entry later than `time`.
    private func firstIndex(after time: Int64, below end: Int? = nil) -> Int {
        var low = 0
        var high = end ?? entries.count
        while low < high {
            let middle = (low + high) / 2
            if Int64(entries[middle].time) <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
