import Records
import ThreeParty

/// How many events of its history each member has told of each day, so that no history fills the parties' memory: as a member's
/// transactions are limited by what it may ask in a day.
///
/// A day goes once an event of it would be late; so no party's numbers hang on what it swept.
struct HistoryDays: Sendable, Hashable {
    private struct Day: Hashable, Comparable {
        var member: UInt8
        /// Days since 1970, of event time.
        var number: UInt32

        static func < (left: Day, right: Day) -> Bool {
            (left.member, left.number) < (right.member, right.number)
        }
    }

    private var counts: [Day: UInt32] = [:]
    /// The first day that there is; none before it.
    private var first = UInt32.max

    init() {}

    private static func day(_ member: MemberNumber, _ time: EventTime) -> Day {
        Day(member: member.value, number: UInt32(clamping: time.seconds / EventTime.day))
    }

    /// The number of a member's events of the day that a time lies in.
    func count(_ member: MemberNumber, _ time: EventTime) -> Int { Int(counts[Self.day(member, time)] ?? 0) }

    /// Adds an event.
    mutating func add(_ member: MemberNumber, _ time: EventTime) {
        let day = Self.day(member, time)
        counts[day, default: 0] &+= 1
        first = min(first, day.number)
    }

    /// Drops days that end at or before a time, in seconds since 1970.
    mutating func expire(before oldest: Int64) {
        let whole = oldest / EventTime.day
        guard Int64(first) < whole else { return }
        counts = counts.filter { Int64($0.key.number) >= whole }
        first = counts.keys.map(\.number).min() ?? .max
    }

    // MARK: Rows

    /// How many days (4), then member (1), day (4) and count (4) of each, in order; little-endian.
    var header: [UInt8] {
        var out = UInt32.pack([UInt32(counts.count)])
        out.reserveCapacity(4 + Self.dayBytes * counts.count)
        for (day, count) in counts.sorted(by: { $0.key < $1.key }) {
            out.append(day.member)
            out += UInt32.pack([day.number, count])
        }
        return out
    }

    private static let dayBytes = 9

    /// Takes its part from the front of `header`; nil where that is none.
    init?(taking header: inout ArraySlice<UInt8>) {
        guard header.count >= 4 else { return nil }
        let count = Int(UInt32.unpack(Array(header.prefix(4)))[0])
        header.removeFirst(4)
        guard header.count >= count * Self.dayBytes else { return nil }
        for _ in 0..<count {
            let member = header.removeFirst()
            let numbers = UInt32.unpack(Array(header.prefix(8)))
            header.removeFirst(8)
            guard MemberNumber(Int(member)) != nil,
                counts.updateValue(numbers[1], forKey: Day(member: member, number: numbers[0])) == nil
            else { return nil }
            first = min(first, numbers[0])
        }
    }
}
