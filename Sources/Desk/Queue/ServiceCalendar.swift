package import Policy
import Records

/// When people work: hours by weekday on the clock of one zone, and days on which nobody does.
package struct ServiceCalendar: Hashable, Sendable {
    package var zone = Zone.utc
    /// Seconds of the day, by weekday; Monday is 0. A day that is not there is none of work.
    package var hours: [Int: Range<Int>] = [:]
    /// Days off, numbered from 1970-01-01 as 0.
    package var holidays: Set<Int> = []

    package init() {}

    private static let second: Int64 = 1_000_000

    /// The work time of a day; nil where there is none. An end that daylight saving skips is where the clock goes on behind it.
    private func work(on day: Int) -> Range<Int64>? {
        let midnight = Int64(day) * EventTime.day
        guard !holidays.contains(day), let hours = hours[EventTime(seconds: midnight).weekday] else { return nil }
        let (start, end) = (instant(midnight + Int64(hours.lowerBound)), instant(midnight + Int64(hours.upperBound)))
        return start < end ? start * Self.second..<end * Self.second : nil
    }

    /// The instant at which the zone's clock shows a time, in seconds; the first one where it shows it twice.
    private func instant(_ wall: Int64) -> Int64 {
        func offset(_ seconds: Int64) -> Int64 { zone.wallTime(EventTime(seconds: seconds)).seconds - seconds }
        // The offset of a day before and a day behind: at most one change lies between them.
        let (before, behind) = (wall - offset(wall - EventTime.day), wall - offset(wall + EventTime.day))
        let first = min(before, behind)
        if zone.wallTime(EventTime(seconds: first)).seconds == wall { return first }
        return max(before, behind)
    }

    private func day(_ micros: Int64) -> Int { zone.wallTime(EventTime(seconds: micros / Self.second)).dayNumber }

    /// Whether people work then, in microseconds since 1970.
    package func isOpen(at micros: Int64) -> Bool { work(on: day(micros)).map { $0.contains(micros) } ?? false }

    /// When so much work time has passed.
    ///
    /// - Parameters: in microseconds; of a calendar with hours.
    package func after(_ time: Int64, from start: Int64) -> Int64 {
        guard !hours.isEmpty else { return start + time }
        var left = time
        var day = day(start)
        while true {
            if let work = work(on: day), work.upperBound > start {
                let begin = max(work.lowerBound, start)
                if left <= work.upperBound - begin { return begin + left }
                left -= work.upperBound - begin
            }
            day += 1
        }
    }

    /// How much work time lies between two moments, in microseconds; 0 where the second is before the first.
    package func work(from start: Int64, to end: Int64) -> Int64 {
        guard !hours.isEmpty else { return max(0, end - start) }
        guard start < end else { return 0 }
        return (day(start)...day(end)).reduce(0) { sum, day in
            guard let work = work(on: day) else { return sum }
            return sum + max(0, min(work.upperBound, end) - max(work.lowerBound, start))
        }
    }
}
