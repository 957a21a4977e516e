extension EventTime {
    /// Reads a time as RFC 3339 has it, and as databases write it: `2018-07-05T00:00:31Z`.
    ///
    /// In place of `T` there may be `t` or a blank, in place of `Z` a `z` or an offset such as `+02:00`, `+0200`, `+02`
    /// (ISO 8601), a blank before it or not, or ` UTC`. Fractions of a second, behind a point or a comma, are dropped. A
    /// date alone is its midnight, and a second 60 is the second before it where a leap second can be (RFC 3339,
    /// section 5.7): at the end of a month, UTC.
    ///
    /// Nil for anything else, for impossible dates and for what is in UTC before the year 1 or after 9999, which
    /// RFC 3339 can't write. What names no zone is UTC.
    package init?(rfc3339 text: some StringProtocol) {
        self.init(rfc3339: text) { (local: EventTime) in local }
    }

    /// Reads a time as `init(rfc3339:)` does, where what names no zone is in one of the caller's.
    ///
    /// - Parameter zone: the moment of a local time, which it gets as if it were UTC; may throw where there is none.
    package init?<Failure: Error>(
        rfc3339 text: some StringProtocol, zone: (EventTime) throws(Failure) -> EventTime
    ) throws(Failure) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2)
        else { return nil }
        guard !reader.isAtEnd else {
            guard let midnight = EventTime(year: year, month: month, day: day) else { return nil }
            self = try zone(midnight)
            guard Self.written.contains(seconds) else { return nil }
            return
        }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            let local = EventTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second == 60 ? 59 : second),
            reader.passFraction()
        else { return nil }
        if reader.isAtEnd {
            self = try zone(local)
        } else {
            guard let offset = reader.offset(), reader.isAtEnd else { return nil }
            self.init(seconds: local.seconds - offset)
        }
        guard Self.written.contains(seconds), second < 60 || isEndOfMonth else { return nil }
    }

    /// The years 1 ... 9999.
    private static let written: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The last second of a month, UTC: where leap seconds are put in.
    private var isEndOfMonth: Bool { EventTime(seconds: seconds + 1).rfc3339.hasSuffix("-01T00:00:00Z") }
}

/// A text that times are read from, from left to right.
package struct DigitReader {
    private let bytes: [UInt8]
    private var at = 0

    package init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    package var isAtEnd: Bool { at == bytes.count }
    package var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// A number of exactly so many digits; nil, and nothing is passed, where others stand there.
    package mutating func number(_ digits: Int) -> Int? { number(digits...digits) }

    /// A number of as many digits as there are, up to the most that it may have.
    package mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        var (value, end) = (0, at)
        while end < bytes.count, end - at < digits.upperBound, (48...57).contains(bytes[end]) {
            value = value * 10 + Int(bytes[end] - 48)
            end += 1
        }
        guard end - at >= digits.lowerBound else { return nil }
        at = end
        return value
    }

    /// Passes a character of ASCII, where it stands there.
    package mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Passes a text whose letters may be large or small, where it stands there.
    package mutating func skip(anyCase text: String) -> Bool {
        let end = at + text.utf8.count
        guard end <= bytes.count,
            zip(bytes[at..<end], text.utf8).allSatisfy({ Self.lowered($0) == Self.lowered($1) })
        else { return false }
        at = end
        return true
    }

    /// Passes a text, where it stands there.
    package mutating func skip(text: String) -> Bool {
        guard bytes[at...].starts(with: text.utf8) else { return false }
        at += text.utf8.count
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }

    /// Passes a point or comma with digits behind it; false where none is behind it.
    mutating func passFraction() -> Bool { skip(".") || skip(",") ? passDigits() : true }

    /// Passes one digit or more.
    package mutating func passDigits() -> Bool {
        let start = at
        while let c = peek, (48...57).contains(c) { at += 1 }
        return at > start
    }

    /// Seconds that a zone is ahead of UTC: `Z`, `+02:00`, `+0200`, `+02` or ` UTC`.
    package mutating func offset() -> Int64? {
        if skip("Z") || skip("z") || skip(anyCase: " UTC") { return 0 }
        _ = skip(" ")
        let isAhead = skip("+")
        guard isAhead || skip("-"), let hours = number(2), hours < 24 else { return nil }
        var minutes = 0
        if skip(":") || peek.map({ (48...57).contains($0) }) == true {
            guard let number = number(2), number < 60 else { return nil }
            minutes = number
        }
        let shift = Int64(hours * 3600 + minutes * 60)
        return isAhead ? shift : -shift
    }
}
