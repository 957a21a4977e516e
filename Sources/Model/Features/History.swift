/// One entity's transactions in order of event time, with running totals, so that any window is two searches. One
/// allocation an entity, sixteen bytes a transaction and four for each other entity that is told apart: there are millions
/// of these.
///
/// In words of 32 bits a transaction is: time (seconds since 1970, until 2106), confirmed frauds up to and with it, amounts
/// up to and with it (two words, minor units; wraps, differences don't), then the low half of the key of each entity that
/// is told apart. The first record holds the totals of what was dropped.
struct History: Sendable {
    /// What a window at one moment holds: transactions `low ..< high`.
    struct Range {
        var low: Int
        var high: Int
        var count: Int { high - low }
    }

    private var words: ContiguousArray<UInt32> = []
    private static let fixed = 4

    /// - Parameter width: how many other entities are told apart.
    private static func stride(_ width: Int) -> Int { fixed + width }

    /// Reads where the next transaction is added.
    var newestWord: UInt32 { words.last ?? 0 }

    /// Transactions that are kept, without the record of totals.
    func count(width: Int) -> Int { words.isEmpty ? 0 : words.count / Self.stride(width) - 1 }

    /// The time of the newest; nil where there is none.
    func last(width: Int) -> Int64? {
        let count = count(width: width)
        return count > 0 ? time(count - 1, width) : nil
    }

    // MARK: One transaction, by its place from 0; -1 is what was dropped.

    /// Seconds since 1970; times outside of 1970 to 2106 are kept as the nearest of these.
    private func time(_ place: Int, _ width: Int) -> Int64 { Int64(words[(place + 1) * Self.stride(width)]) }

    /// Confirmed frauds up to and with this one, modulo 2^32.
    private func frauds(_ place: Int, _ width: Int) -> UInt32 { words[(place + 1) * Self.stride(width) + 1] }

    private func sum(_ place: Int, _ width: Int) -> Int64 {
        let at = (place + 1) * Self.stride(width) + 2
        return Int64(bitPattern: UInt64(words[at]) | UInt64(words[at + 1]) << 32)
    }

    private mutating func set(_ place: Int, _ width: Int, frauds: UInt32, sum: Int64) {
        let at = (place + 1) * Self.stride(width)
        words[at + 1] = frauds
        words[at + 2] = UInt32(truncatingIfNeeded: sum)
        words[at + 3] = UInt32(truncatingIfNeeded: sum >> 32)
    }

    // MARK: Changes

    /// Takes a transaction in at its time; a late one goes before those that are later.
    ///
    /// - Parameters:
    ///   - columns: places of the entities that are told apart among all.
    ///   - reach: seconds of event time that late transactions may still ask for; what is older goes when room is needed.
    mutating func add(_ event: WindowEvent, fraud: Bool, columns: [Int], reach: Int64) {
        let (time, amount, width) = (event.time, event.amount, columns.count)
        let stride = Self.stride(width)
        if words.isEmpty {
            words.reserveCapacity(2 * stride)
            for _ in 0..<stride { words.append(0) }
        } else if words.count + stride > words.capacity {
            trim(through: Swift.max(last(width: width) ?? .min, time) - reach, width: width)
            // Grows by a quarter: most stay small.
            if words.count + stride > words.capacity {
                words.reserveCapacity(words.count + stride * Swift.max(1, words.count / stride / 4))
            }
        }
        let count = count(width: width)
        let place = (last(width: width) ?? .min) <= time ? count : firstIndex(after: time, width)
        let (frauds, sum) = (frauds(place - 1, width) &+ (fraud ? 1 : 0), sum(place - 1, width) &+ amount)
        if place == count {
            for _ in 0..<stride { words.append(0) }
        } else {
            words.insert(contentsOf: repeatElement(0, count: stride), at: (place + 1) * stride)
        }
        let at = (place + 1) * stride
        words[at] = UInt32(clamping: time)
        set(place, width, frauds: frauds, sum: sum)
        for column in 0..<width {
            words[at + Self.fixed + column] = UInt32(truncatingIfNeeded: event.keys[columns[column]])
        }
        // Those that are later come one place further now.
        for later in place + 1..<Swift.max(place, count) + 1 {
            set(
                later, width, frauds: self.frauds(later, width) &+ (fraud ? 1 : 0),
                sum: self.sum(later, width) &+ amount)
        }
    }

    /// Marks one transaction of this time and amount. Those are alike to every window, so any of them may carry the mark.
    mutating func confirm(time: Int64, amount: Int64, fraud: Bool, width: Int) {
        let count = count(width: width)
        var place = firstIndex(after: time - 1, width)
        while place < count, self.time(place, width) == time {
            if sum(place, width) &- sum(place - 1, width) == amount,
                (frauds(place, width) != frauds(place - 1, width)) != fraud
            {
                for later in place..<count {
                    let frauds = frauds(later, width)
                    set(later, width, frauds: fraud ? frauds &+ 1 : frauds &- 1, sum: sum(later, width))
                }
                return
            }
            place += 1
        }
    }

    /// Drops what is at or before `bound`, once that is half of all.
    private mutating func trim(through bound: Int64, width: Int) {
        let count = count(width: width)
        guard count > 0, time(0, width) <= bound else { return }
        let stale = firstIndex(after: bound, width)
        // The newest that is dropped becomes the record of totals.
        if stale * 2 >= count { words.removeFirst(stale * Self.stride(width)) }
    }

    // MARK: Windows

    /// The transactions of a window that ends `delay` before `time`. Cost: two binary searches.
    func range(_ window: Feature.Window, at time: Int64, width: Int) -> Range {
        let end = time - window.delay
        let high = firstIndex(after: end, width)
        return Range(low: firstIndex(after: end - window.span, width, below: high), high: high)
    }

    /// Amounts in minor units.
    func sum(_ range: Range, width: Int) -> Int64 { sum(range.high - 1, width) &- sum(range.low - 1, width) }

    /// Confirmed frauds among the range's transactions.
    func frauds(_ range: Range, width: Int) -> Int {
        Int(frauds(range.high - 1, width) &- frauds(range.low - 1, width))
    }

    /// The largest amount of the newest `limit` transactions of the range, in minor units.
    func max(_ range: Range, width: Int, limit: Int) -> Int64 {
        var largest: Int64 = 0
        for place in Swift.max(range.low, range.high - limit)..<range.high {
            largest = Swift.max(largest, sum(place, width) &- sum(place - 1, width))
        }
        return largest
    }

    /// How many different names the newest `limit` transactions of the range have at `column`, told apart by 32 bits of
    /// their keys.
    func distinct(_ range: Range, column: Int, width: Int, limit: Int) -> Int {
        let from = Swift.max(range.low, range.high - limit)
        var keys = (from..<range.high).map { words[($0 + 1) * Self.stride(width) + Self.fixed + column] }
        keys.sort()
        var count = 0
        var last: UInt32 = 0
        for key in keys where key != last {
            count += 1
            last = key
        }
        return count
    }

    /// The time of the transaction before the newest of the range; nil where there is none.
    func timeBeforeNewest(_ range: Range, width: Int) -> Int64? {
        range.count >= 2 ? time(range.high - 2, width) : nil
    }

    /// The first transaction later than `time`.
    private func firstIndex(after time: Int64, _ width: Int, below end: Int? = nil) -> Int {
        var low = 0
        var high = end ?? count(width: width)
        while low < high {
            let middle = (low + high) / 2
            if self.time(middle, width) <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
