package import Records

/// Times that a rule holds at, by the clock on a zone's walls.
package struct Schedule: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        /// Hours of the day, 0 to 23.
        case hours(Limits<Int>)
        /// Monday is 0, Sunday is 6.
        case weekdays(Set<Int>)
        /// From the first second of the day until before the other; over midnight where the first is later.
        case daily(from: Int, until: Int)
        /// Days since 1970-01-01.
        case days(Set<Int>)
        case dates(Limits<Int>)
    }

    package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    package let part: Part
    package let zone: Zone

    package init(_ part: Part, zone: Zone) {
        self.part = part
        self.zone = zone
    }

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
