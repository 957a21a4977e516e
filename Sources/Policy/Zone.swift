import Foundation
package import Records

/// Whose clock on the wall a schedule goes by: a fixed offset, or a place with its daylight saving.
package struct Zone: Sendable, Hashable {
    private let zone: TimeZone

    package static let utc = Zone(TimeZone(secondsFromGMT: 0)!)

    private init(_ zone: TimeZone) { self.zone = zone }

    /// Reads `UTC`, an offset such as `+02:00`, at most 14 hours either way, or a zone of the IANA time zone database
    /// such as `Europe/Berlin`. Nil for anything else, also for the database's names without a slash, such as `CET`.
    package init?(_ text: String) {
        if text == "UTC" {
            self = .utc
        } else if let sign = text.first, sign == "+" || sign == "-" {
            guard let shift = Zone.time(text.dropFirst()), shift <= 14 * 3600 else { return nil }
            self.init(TimeZone(secondsFromGMT: sign == "+" ? shift : -shift)!)
        } else {
            guard text.contains("/"), let zone = TimeZone(identifier: text) else { return nil }
            self.init(zone)
        }
    }

    /// What the clock on the wall shows, as if it were UTC. In the hour that daylight saving repeats, both passes show
    /// the same; the hour that it skips is shown by no time.
    package func wallTime(_ time: EventTime) -> EventTime {
        let date = Date(timeIntervalSince1970: Double(time.seconds))
        return EventTime(seconds: time.seconds + Int64(zone.secondsFromGMT(for: date)))
    }

    /// Seconds from midnight to a time of day such as `06:30`; `24:00` is the day's end. Nil for anything else.
    package static func time(_ text: some StringProtocol) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":") else { return nil }
        let numbers = [0, 1, 3, 4].map { Int(digits[$0]) - 48 }
        guard numbers.allSatisfy({ (0...9).contains($0) }) else { return nil }
        let (hour, minute) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard minute < 60, hour < 24 || hour == 24 && minute == 0 else { return nil }
        return hour * 3600 + minute * 60
    }
}
