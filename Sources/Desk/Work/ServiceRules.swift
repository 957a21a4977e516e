import Policy
import Records

/// What a desk's rules say of the time within which alerts are looked at.
package struct ServiceRules: Hashable, Sendable {
    package var zone: String?
    /// As lines have them: `mon-fri 08:00-18:00`.
    package var hours: [String] = []
    package var holidays: [String] = []
    /// Minutes of work; nil where the desk's own hold.
    package var held: Int64?
    package var stopped: Int64?
    package var large: [ServiceLevels.Level] = []
    /// Whether the desk says of each alert that it is late, as an act.
    package var escalates = false
    /// Minutes of work before an alert is late, from which on the desk says so, as an act; nil where it does not.
    package var warning: Int64?

    private static let minutes: ClosedRange<Int64> = 1...100_000

    /// The levels of a desk that has these rules.
    ///
    /// - Parameter base: what holds where nothing is said.
    package func levels(over base: ServiceLevels) -> ServiceLevels {
        var levels = base
        if let held { levels.held = held * 60 }
        if let stopped { levels.stopped = stopped * 60 }
        if !large.isEmpty { levels.large = large }
        if let warning { levels.warning = warning * 60 }
        if !hours.isEmpty {
            var calendar = ServiceCalendar()
            calendar.zone = zone.flatMap { Zone($0) } ?? .utc
            for line in hours { for (day, times) in Self.hours(line) ?? [:] { calendar.hours[day] = times } }
            calendar.holidays = Set(holidays.compactMap(Self.day))
            levels.calendar = calendar
        }
        return levels
    }

    /// Days with their seconds of work; nil where the text says none.
    private static func hours(_ text: String) -> [Int: Range<Int>]? {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return nil }
        let days = words[0].split(separator: "-", omittingEmptySubsequences: false).map {
            Schedule.weekdays.firstIndex(of: String($0))
        }
        let times = words[1].split(separator: "-", omittingEmptySubsequences: false).map { Zone.time($0) }
        guard (1...2).contains(days.count), let first = days[0], let last = days[days.count - 1], first <= last,
            times.count == 2, let from = times[0], let until = times[1], from < until
        else { return nil }
        return Dictionary(uniqueKeysWithValues: (first...last).map { ($0, from..<until) })
    }

    private static func day(_ text: String) -> Int? {
        text.utf8.count == 10 ? EventTime(rfc3339: text + "T00:00:00Z")?.dayNumber : nil
    }

    static let names = ["zone", "hours", "holiday", "due", "warn", "escalate"]

    /// - Returns: why a line says nothing.
    mutating func set(_ name: String, _ values: [String]) -> Mistake? {
        switch name {
        case "zone":
            guard values.count == 1, Zone(values[0]) != nil else { return .zone }
            zone = values[0]
        case "hours":
            let line = values.joined(separator: " ")
            guard let days = Self.hours(line) else {
                return .hours
            }
            guard hours.allSatisfy({ Set((Self.hours($0) ?? [:]).keys).isDisjoint(with: days.keys) }) else {
                return .hoursTwice
            }
            hours.append(line)
        case "holiday":
            guard values.count == 1, Self.day(values[0]) != nil, holidays.count < 1000 else {
                return .holiday
            }
            holidays.append(values[0])
        case "due": return setDue(values)
        case "warn":
            guard values.count == 1, let number = Int64(values[0]), Self.minutes.contains(number) else {
                return .warn
            }
            warning = number
        default:
            guard values.isEmpty else { return .escalate }
            escalates = true
        }
        return nil
    }

    private mutating func setDue(_ values: [String]) -> Mistake? {
        let isHeld = values.first == "held"
        guard (2...3).contains(values.count), isHeld || values[0] == "stopped",
            let minutes = Int64(values[1]), Self.minutes.contains(minutes)
        else { return .due }
        if values.count == 3 {
            guard let amount = try? MinorUnits(decimal: values[2]), amount.value > 0 else { return .noAmount }
            // An amount has several spellings.
            guard !large.contains(where: { $0.isHeld == isHeld && $0.from == amount }) else {
                return .repeated
            }
            large.append(.init(isHeld: isHeld, from: amount, seconds: minutes * 60))
        } else if isHeld {
            held = minutes
        } else {
            stopped = minutes
        }
        return nil
    }

    /// The lines that give these rules again.
    var lines: [String] {
        var lines: [String] = []
        if let zone { lines.append("zone \(zone)") }
        lines += hours.map { "hours \($0)" } + holidays.map { "holiday \($0)" }
        if let held { lines.append("due held \(held)") }
        if let stopped { lines.append("due stopped \(stopped)") }
        lines += large.map { "due \($0.isHeld ? "held" : "stopped") \($0.seconds / 60) \($0.from.decimal)" }
        if let warning { lines.append("warn \(warning)") }
        if escalates { lines.append("escalate") }
        return lines
    }
}
