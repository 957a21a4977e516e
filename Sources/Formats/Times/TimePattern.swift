package import Records

/// A form of times, in letters as Unicode and Java have them: `dd.MM.yyyy HH:mm`.
///
/// `yyyy` is a year, `yy` one from 2000 on; `MM` a month, `MMM` and `MMMM` its English name; `dd` a day; `HH` an hour, `hh`
/// one of twelve with `a` for AM or PM; `mm` minutes, `ss` seconds, `S` any decimals of them; `X` a zone as RFC 3339 has
/// it. One letter in place of two takes one digit or two. What stands between quotes, and all that is no letter, stands
/// for itself.
package struct TimePattern: Sendable, Hashable {
    /// Why a pattern can't be used, as a sentence part for the mapping's author.
    package struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        package let reason: String
        package var description: String { reason }
    }

    fileprivate enum Field: Hashable {
        case year, month, day, hour, hourOfTwelve, half, minute, second, fraction, zone
    }

    fileprivate enum Item: Hashable {
        case digits(Field, ClosedRange<Int>)
        case yearOfCentury
        case monthName
        case half
        case fraction
        case zone
        case literal(Unicode.Scalar)
    }

    private let items: [Item]

    /// - Throws: a letter that stands for nothing, a part that is there twice or missing.
    package init(_ pattern: String) throws(Mistake) {
        var (items, fields): ([Item], [Field]) = ([], [])
        var rest = Array(pattern.unicodeScalars)[...]
        while let first = rest.first {
            if first == "'" {
                items += try Self.takeQuoted(&rest).map { .literal($0) }
                continue
            }
            let run = rest.prefix { $0 == first }
            guard ("a"..."z").contains(first) || ("A"..."Z").contains(first) else {
                rest.removeFirst()
                items.append(.literal(first))
                continue
            }
            rest = rest.dropFirst(run.count)
            let (field, item) = try Self.item(first, run.count)
            guard !fields.contains(field) else {
                throw Mistake(reason: "`\(first)` is there twice; `M` is a month, `m` a minute")
            }
            fields.append(field)
            items.append(item)
        }
        self.items = items
        try Self.check(Set(fields))
        try Self.checkMinutes(fields)
    }

    /// Minutes follow the hour: `dd.mm.yyyy HH:MM`, with months and minutes mixed up, would read a wrong time.
    private static func checkMinutes(_ fields: [Field]) throws(Mistake) {
        guard let minute = fields.firstIndex(of: .minute) else { return }
        guard minute > 0, [.hour, .hourOfTwelve].contains(fields[minute - 1]) else {
            throw Mistake(reason: "`mm` are minutes and follow the hour; a month is `MM`")
        }
    }

    private static func check(_ fields: Set<Field>) throws(Mistake) {
        for (field, letters) in [(Field.year, "yyyy"), (.month, "MM"), (.day, "dd")] where !fields.contains(field) {
            throw Mistake(reason: "`\(letters)` is missing: a time has a year, a month and a day")
        }
        guard fields.contains(.half) == fields.contains(.hourOfTwelve) else {
            throw Mistake(reason: "`hh` and `a` go together: an hour of twelve, and AM or PM")
        }
        guard !fields.contains(.hour) || !fields.contains(.hourOfTwelve) else {
            throw Mistake(reason: "`HH` and `hh` are both there")
        }
        let hasHour = fields.contains(.hour) || fields.contains(.hourOfTwelve)
        guard hasHour || !fields.contains(.minute), fields.contains(.minute) || !fields.contains(.second),
            fields.contains(.second) || !fields.contains(.fraction)
        else { throw Mistake(reason: "minutes need an hour (`HH`), seconds need minutes (`mm`), `S` needs `ss`") }
    }

    /// What stands between two quotes; two quotes one behind the other are one that stands for itself.
    private static func takeQuoted(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Mistake) -> [Unicode.Scalar] {
        rest.removeFirst()
        guard let end = rest.firstIndex(of: "'") else { throw Mistake(reason: "a quote is not closed") }
        let text = Array(rest[..<end])
        rest = rest[(end + 1)...]
        return text.isEmpty ? ["'"] : text
    }

    private static func item(_ letter: Unicode.Scalar, _ count: Int) throws(Mistake) -> (Field, Item) {
        switch (letter, count) {
        case ("y", 4), ("u", 4): return (.year, .digits(.year, 4...4))
        case ("y", 2), ("u", 2): return (.year, .yearOfCentury)
        case ("M", 3), ("M", 4): return (.month, .monthName)
        case ("M", 1...2): return (.month, .digits(.month, count...2))
        case ("d", 1...2): return (.day, .digits(.day, count...2))
        case ("H", 1...2): return (.hour, .digits(.hour, count...2))
        case ("h", 1...2): return (.hourOfTwelve, .digits(.hourOfTwelve, count...2))
        case ("m", 1...2): return (.minute, .digits(.minute, count...2))
        case ("s", 1...2): return (.second, .digits(.second, count...2))
        case ("a", 1): return (.half, .half)
        case ("S", _): return (.fraction, .fraction)
        case ("X", 1...3), ("x", 1...3), ("Z", 1): return (.zone, .zone)
        default:
            let letters = String(repeating: String(letter), count: count)
            throw Mistake(
                reason:
                    "`\(letters)` is not known; known are yyyy, yy, MM, M, MMM, dd, d, HH, H, hh, h, a, mm, m, ss, s, S "
                    + "and X; letters that stand for themselves are quoted, such as 'T'")
        }
    }

    /// The moment of a text; nil where it is not of the pattern, or there is no such time.
    ///
    /// - Parameter zone: the zone of texts without one.
    /// - Throws: what the zone says of a time that is there twice or never.
    package func time(
        of text: String, in zone: LocalZone?
    ) throws(LocalZone.LocalTimeError) -> EventTime? {
        var reader = DigitReader(text)
        var parts = Parts()
        for item in items { guard parts.read(item, &reader) else { return nil } }
        guard reader.isAtEnd, let local = parts.local else { return nil }
        if let offset = parts.offset { return EventTime(seconds: local.seconds - offset) }
        return try zone?.moment(of: local) ?? local
    }
}

/// What the items of a pattern read from a text.
private struct Parts {
    private var numbers: [TimePattern.Field: Int] = [:]
    private var isAfternoon: Bool?
    private(set) var offset: Int64?

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// False where the text has something else.
    mutating func read(_ item: TimePattern.Item, _ reader: inout DigitReader) -> Bool {
        switch item {
        case .digits(let field, let count):
            numbers[field] = reader.number(count)
            return numbers[field] != nil
        case .yearOfCentury:
            numbers[.year] = reader.number(2).map { 2000 + $0 }
            return numbers[.year] != nil
        case .monthName:
            let month = Self.months.firstIndex {
                reader.skip(anyCase: $0) || reader.skip(anyCase: String($0.prefix(3)))
            }
            numbers[.month] = month.map { $0 + 1 }
            return month != nil
        case .half:
            isAfternoon = reader.skip(anyCase: "PM") ? true : reader.skip(anyCase: "AM") ? false : nil
            return isAfternoon != nil
        case .fraction: return reader.passDigits()
        case .zone:
            offset = reader.offset()
            return offset != nil
        case .literal(let scalar):
            // Spreadsheets put U+202F or U+00A0 before AM and PM.
            if scalar == " " { return reader.skip(" ") || reader.skip(text: "\u{202F}") || reader.skip(text: "\u{A0}") }
            return reader.skip(text: String(Character(scalar)))
        }
    }

    /// The time that the clock shows, as if it were UTC; nil where there is none. Midnight, where no hour is told.
    var local: EventTime? {
        guard let year = numbers[.year], let month = numbers[.month], let day = numbers[.day] else { return nil }
        var hour = numbers[.hour] ?? 0
        if let number = numbers[.hourOfTwelve], let isAfternoon {
            guard (1...12).contains(number) else { return nil }
            hour = number % 12 + (isAfternoon ? 12 : 0)
        }
        return EventTime(
            year: year, month: month, day: day, hour: hour, minute: numbers[.minute] ?? 0,
            second: numbers[.second] ?? 0)
    }
}
