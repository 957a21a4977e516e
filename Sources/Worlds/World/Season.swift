import Records

/// The calendar of a world, day by day: weekdays, months, public holidays, Christmas shopping.
///
/// Holidays are those that most of Europe keeps. Times of day are UTC, without summer time.
struct Season: Sendable {
    /// What people shop for on a day.
    enum Mood: Int, Sendable, CaseIterable {
        case workday, weekend
        /// 24 November to 24 December, and which of the two it is otherwise.
        case shoppingWorkday, shoppingWeekend
        case holiday
    }

    struct Day: Sendable {
        /// Days since 1970.
        var number: Int
        var dayOfMonth: Int
        var isWorkingDay: Bool
        /// The month's last working day.
        var isLastWorkingDay: Bool
        var mood: Mood
        /// How much people buy, about 1 on average over a year.
        var spending: Double
        var midnight: Int64 { Int64(number) * EventTime.day }
    }

    let days: [Day]

    /// - Parameter first: days since 1970.
    init(first: Int, count: Int) {
        days = (first..<first + count).map { number in
            let (year, month, dayOfMonth) = Self.date(number)
            let weekday = EventTime(seconds: Int64(number) * EventTime.day).weekday
            let isHoliday = Self.isHoliday(number)
            let shopping = month == 11 && dayOfMonth >= 24 || month == 12 && dayOfMonth <= 24
            let mood: Mood =
                isHoliday
                ? .holiday
                : weekday >= 5
                    ? (shopping ? .shoppingWeekend : .weekend) : (shopping ? .shoppingWorkday : .workday)
            var spending = Self.weekdays[weekday] * Self.months[month - 1]
            if isHoliday { spending *= 0.45 }
            // The fourth Friday of November: day 22 to 28.
            if month == 11, weekday == 4, (22...28).contains(dayOfMonth) { spending *= 1.5 }
            let left = EventTime.length(ofMonth: month, year: year) - dayOfMonth
            let later = (number + 1..<number + 1 + left).contains(where: Self.isWorking)
            return Day(
                number: number, dayOfMonth: dayOfMonth, isWorkingDay: Self.isWorking(number),
                isLastWorkingDay: Self.isWorking(number) && !later, mood: mood, spending: spending)
        }
    }

    /// Monday to Sunday.
    static let weekdays = [0.93, 0.94, 0.96, 1.0, 1.18, 1.24, 0.75]
    /// January to December.
    static let months = [0.9, 0.93, 0.98, 1.0, 1.01, 1.02, 1.04, 0.99, 0.98, 1.0, 1.05, 1.16]

    static func isWorking(_ number: Int) -> Bool {
        EventTime(seconds: Int64(number) * EventTime.day).weekday < 5 && !isHoliday(number)
    }

    static func isHoliday(_ number: Int) -> Bool {
        let (year, month, day) = date(number)
        switch (month, day) {
        case (1, 1), (5, 1), (12, 25), (12, 26): return true
        default:
            let easter = easterSunday(year)
            return number == easter - 2 || number == easter + 1
        }
    }

    /// The last day on or before a day of the month that is a working day. A month without the day ends on its last.
    static func workingDay(_ dayOfMonth: Int, monthOf number: Int) -> Int {
        let (year, month, day) = date(number)
        var payday = number - day + min(dayOfMonth, EventTime.length(ofMonth: month, year: year))
        while !isWorking(payday) { payday -= 1 }
        return payday
    }

    private static func date(_ number: Int) -> (year: Int, month: Int, day: Int) {
        EventTime(seconds: Int64(number) * EventTime.day).date
    }

    /// Days since 1970 (Meeus, Jones and Butcher's algorithm for the Gregorian calendar).
    static func easterSunday(_ year: Int) -> Int {
        let a = year % 19
        let (b, c) = (year / 100, year % 100)
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let (month, day) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1)
        return EventTime(year: year, month: month, day: day)?.dayNumber ?? 0
    }
}
