package import Records

/// A schedule in cron's form, UTC: minute, hour, day of the month, month and day of the week (POSIX.1-2024, crontab). A field is
/// `*`, or a list of numbers and ranges, each with `/STEP` where wanted; Sunday is 0 or 7. Where both days are given, either is
/// enough.
package struct CronForm: Sendable, Hashable, CustomStringConvertible {
    /// The text that it was read from.
    package let description: String
    private let minutes: [Int]
    private let hours: [Int]
    private let days: Set<Int>
    private let months: Set<Int>
    /// Sunday is 0.
    private let weekdays: Set<Int>
    private let isAnyDay: Bool
    private let isAnyWeekday: Bool

    /// Nil for a text that is none, and for a schedule that no day is in.
    package init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard fields.count == 5, let minutes = Self.numbers(fields[0], 0...59),
            let hours = Self.numbers(fields[1], 0...23), let days = Self.numbers(fields[2], 1...31),
            let months = Self.numbers(fields[3], 1...12), let weekdays = Self.numbers(fields[4], 0...7)
        else { return nil }
        description = fields.joined(separator: " ")
        self.minutes = minutes.sorted()
        self.hours = hours.sorted()
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        isAnyDay = fields[2] == "*"
        isAnyWeekday = fields[4] == "*"
        guard next(after: EventTime(seconds: 0)) != nil else { return nil }
    }

    private static func numbers(_ field: String, _ range: ClosedRange<Int>) -> Set<Int>? {
        var numbers: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2, let step = pieces.count == 2 ? Int(pieces[1]) : 1, step > 0 else { return nil }
            var reader = DigitReader(pieces[0])
            let bounds: ClosedRange<Int>
            if reader.skip("*") {
                bounds = range
            } else {
                guard let first = reader.number(1...2), range.contains(first) else { return nil }
                guard reader.skip("-") else {
                    guard reader.isAtEnd, pieces.count == 1 else { return nil }
                    numbers.insert(first)
                    continue
                }
                guard let last = reader.number(1...2), range.contains(last), first <= last else { return nil }
                bounds = first...last
            }
            guard reader.isAtEnd else { return nil }
            numbers.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return numbers
    }

    /// The first minute of the schedule after `time`; nil where none of the eight years after it is in it (a 29th of February comes
    /// in eight years at most).
    package func next(after time: EventTime) -> EventTime? {
        let first = EventTime(seconds: (time.seconds >= 0 ? time.seconds / 60 : (time.seconds - 59) / 60) * 60 + 60)
        for number in first.dayNumber...first.dayNumber + 8 * 366 {
            let midnight = EventTime(seconds: Int64(number) * EventTime.day)
            guard contains(day: midnight) else { continue }
            for hour in hours {
                for minute in minutes {
                    let moment = EventTime(seconds: midnight.seconds + Int64(hour * 3600 + minute * 60))
                    if moment >= first { return moment }
                }
            }
        }
        return nil
    }

    private func contains(day: EventTime) -> Bool {
        let date = day.date
        guard months.contains(date.month) else { return false }
        let isDay = days.contains(date.day)
        // `EventTime` counts from Monday.
        let isWeekday = weekdays.contains((day.weekday + 1) % 7)
        return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
    }
}
