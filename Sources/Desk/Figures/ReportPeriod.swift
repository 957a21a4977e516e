/// A quarter or half of a year of the Gregorian calendar, in days of UTC since 1970.
package struct ReportPeriod: Hashable, Sendable, CustomStringConvertible {
    package enum Length: Int64, Sendable {
        case quarter = 3
        case half = 6

        fileprivate var letter: Character { self == .quarter ? "Q" : "H" }
    }

    package let length: Length
    package let year: Int64
    /// From 1.
    package let number: Int64

    /// - Parameter text: `2026-Q1` or `2026-H2`.
    /// - Returns: nil where it is none, or of no year from 1970 to 9999.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, let year = Int64(parts[0]), (1970...9999).contains(year),
            let letter = parts[1].first, parts[1].count == 2, let number = Int64(parts[1].dropFirst()),
            let length = [Length.quarter, .half].first(where: { $0.letter == letter }), number >= 1,
            number <= 12 / length.rawValue
        else { return nil }
        self.init(length, year: year, number: number)
    }

    private init(_ length: Length, year: Int64, number: Int64) {
        (self.length, self.year, self.number) = (length, year, number)
    }

    /// The period that a day is in.
    package init(_ length: Length, at day: Int64) {
        let (year, month) = Self.month(of: day)
        self.init(length, year: year, number: (month - 1) / length.rawValue + 1)
    }

    package var description: String { "\(year)-\(length.letter)\(number)" }

    package var before: ReportPeriod { ReportPeriod(length, at: days.lowerBound - 1) }

    package var next: ReportPeriod { ReportPeriod(length, at: days.upperBound + 1) }

    package var days: ClosedRange<Int64> {
        let first = (number - 1) * length.rawValue
        let end = first + length.rawValue
        return Self.day(year, first + 1)...Self.day(end == 12 ? year + 1 : year, end == 12 ? 1 : end + 1) - 1
    }

    /// The first day of a month, by Hinnant's count of days from civil dates.
    private static func day(_ year: Int64, _ month: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private static func month(of day: Int64) -> (year: Int64, month: Int64) {
        let day = max(day, 0) + 719_468
        let era = day / 146_097
        let ofEra = day - era * 146_097
        let years = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * years + years / 4 - years / 100)
        let shifted = (5 * ofYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (years + era * 400 + (month <= 2 ? 1 : 0), month)
    }
}
