import Records

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
        let date = EventTime(seconds: max(day, 0) * EventTime.day).date
        self.init(length, year: Int64(date.year), number: Int64(date.month - 1) / length.rawValue + 1)
    }

    package var description: String { "\(year)-\(length.letter)\(number)" }

    package var before: ReportPeriod { ReportPeriod(length, at: days.lowerBound - 1) }

    package var next: ReportPeriod { ReportPeriod(length, at: days.upperBound + 1) }

    package var days: ClosedRange<Int64> {
        let last = number * length.rawValue
        let end = Self.day(year, last) + Int64(EventTime.length(ofMonth: Int(last), year: Int(year))) - 1
        return Self.day(year, last - length.rawValue + 1)...end
    }

    /// The first day of a month.
    private static func day(_ year: Int64, _ month: Int64) -> Int64 {
        guard let time = EventTime(year: Int(year), month: Int(month), day: 1) else {
            fatalError("a period has no year")
        }
        return Int64(time.dayNumber)
    }
}
