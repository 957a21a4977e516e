package import Records

/// Times that a rule holds at, by the clock on a zone's walls. What is asked for is the transaction's own time, so a
/// decision that comes late is the same.
package struct Schedule: Sendable, Hashable {
    /// What a schedule looks at: the time of day or the date.
    package enum Part: Sendable, Hashable {
        /// Hours of the day, 0 to 23, each from its first second to its last.
        case hours(Limits<Int>)
        /// Monday is 0, Sunday is 6.
        case weekdays(Set<Int>)
        /// Seconds of the day, 0 to 86,400: from the first until before the second; over midnight where the first is
        /// later. Equal ones are the whole day.
        case daily(from: Int, until: Int)
        /// Single days, numbered from 1970-01-01 as 0.
        case days(Set<Int>)
        /// A span of days, numbered in the same way.
        case dates(Limits<Int>)
    }

    /// The names of weekdays in policy files; a name's place is the weekday's number.
    package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    package let part: Part
    package let zone: Zone

    package init(_ part: Part, zone: Zone) {
        self.part = part
        self.zone = zone
    }

    /// Whether the instant is within the schedule, by what the zone's clock shows then.
    package func contains(_ time: EventTime) -> Bool {
        let wall = zone.wallTime(time)
        switch part {
        case .hours(let limits): return limits.contain(wall.hour)
        case .weekdays(let days): return days.contains(wall.weekday)
        case .daily(let from, let until):
            let second = Int(wall.seconds - Int64(wall.dayNumber) * EventTime.day)
            return from < until ? (from..<until).contains(second) : second >= from || second < until
        case .days(let days): return days.contains(wall.dayNumber)
        case .dates(let limits): return limits.contain(wall.dayNumber)
        }
    }
}
