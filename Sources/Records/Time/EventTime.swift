/// When something happened at its source: whole seconds since 1970-01-01T00:00:00Z, without leap seconds. Windows,
/// labels and schedules go by it, and never by the clock of whoever computes.
package struct EventTime: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    package let seconds: Int64

    /// Seconds of a day.
    package static let day: Int64 = 86_400

    package init(seconds: Int64) { self.seconds = seconds }

    /// Days since 1970-01-01, rounded down.
    package var dayNumber: Int { Int(seconds / Self.day) - (seconds % Self.day < 0 ? 1 : 0) }
    /// 0 ... 86,399.
    private var secondOfDay: Int {
        let rest = Int(seconds % Self.day)
        return rest < 0 ? rest + Int(Self.day) : rest
    }
    /// The hour of the day, UTC: 0 ... 23.
    package var hour: Int { secondOfDay / 3600 }
    /// The day of the week, UTC: Monday is 0, Sunday is 6 (ISO 8601 less one). 1970-01-01 was a Thursday.
    package var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }

    package static func < (left: EventTime, right: EventTime) -> Bool { left.seconds < right.seconds }
}

extension EventTime {
    /// The instant of a date and a time of day, UTC, in the proleptic Gregorian calendar; midnight where no time is
    /// given. Nil where there is no such date or time: years are 1 to 9999, and a 60th second is none.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= EventTime.length(ofMonth: month, year: year),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        // Days from civil, after Howard Hinnant's "chrono-compatible low-level date algorithms".
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        self.init(seconds: Int64(days) * Self.day + Int64(hour * 3600 + minute * 60 + second))
    }

    /// Days of a month, 28 to 31, by the Gregorian rule of leap years.
    ///
    /// - Parameter month: 1 to 12.
    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The calendar date, UTC (proleptic Gregorian; Hinnant's "civil from days").
    package var date: (year: Int, month: Int, day: Int) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let m = (5 * dayOfYear + 2) / 153
        let month = m < 10 ? m + 3 : m - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
    }

    /// The time as `2018-07-05T00:00:31Z` (RFC 3339): 20 characters for years 0 to 9999, so that these texts sort as
    /// the times do. Years beyond, which RFC 3339 has not, are written with all their digits.
    package var rfc3339: String {
        let (year, month, day) = date
        let rest = secondOfDay
        if (0...9999).contains(year) {
            return String(unsafeUninitializedCapacity: 20) { bytes in
                // Filled from behind, each number with its digits; fast, since worlds write millions of times.
                var place = 19
                func put(_ number: Int, _ digits: Int, behind mark: Unicode.Scalar) {
                    bytes[place] = UInt8(truncatingIfNeeded: mark.value)
                    var rest = number
                    for _ in 0..<digits {
                        place -= 1
                        bytes[place] = UInt8(rest % 10) + 48
                        rest /= 10
                    }
                    place -= 1
                }
                put(rest % 60, 2, behind: "Z")
                put(rest / 60 % 60, 2, behind: ":")
                put(rest / 3600, 2, behind: ":")
                put(day, 2, behind: "T")
                put(month, 2, behind: "-")
                put(year, 4, behind: "-")
                return 20
            }
        }
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let paddedYear = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
        return "\(paddedYear)-\(two(month))-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}
