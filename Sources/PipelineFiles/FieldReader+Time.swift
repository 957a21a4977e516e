import Formats
import Records

extension FieldReader {
    private static let timeKeys = ["join", "epoch", "pattern", "zone", "overlap", "start", "unit"]

    /// As `source`, with how the time is written: `{ field: am, pattern: "dd.MM.yyyy HH:mm", zone: Europe/Berlin }`.
    func time(_ node: YAMLNode) throws(ConfigurationError) -> (FieldSource, TimeForm) {
        guard node.isMapping else { return (try source(node), TimeForm()) }
        if let value = node.optional("value") {
            throw value.wrong("each record has a time of its own: a field belongs here")
        }
        for key in ["codes", "otherwise"] {
            if let node = node.optional(key) { throw node.wrong("a time has no codes, and nothing takes its place") }
        }
        if case .iso20022 = format, let key = Self.timeKeys.first(where: { node.optional($0) != nil }) {
            throw node.wrong("`\(key)` is for other formats: ISO 20022 says how times are written")
        }
        var form = TimeForm()
        form.reading = try reading(node)
        form.zone = try zone(node)
        guard let join = node.optional("join") else { return (try source(node, beside: Self.timeKeys), form) }
        if let field = node.optional("field") { throw field.wrong("`join` names the fields") }
        for entry in try join.list { form.joined.append(try known(entry)) }
        guard form.joined.count > 1 else {
            throw join.wrong("two fields or more belong here: a date and a time of day")
        }
        return (FieldSource(form.joined), form)
    }

    private func reading(_ node: YAMLNode) throws(ConfigurationError) -> TimeForm.Reading {
        let forms = ["epoch", "pattern", "start"].compactMap { node.optional($0) }
        guard forms.count <= 1 else { throw node.wrong("only one of `epoch`, `pattern` and `start` belongs here") }
        if let unit = node.optional("unit"), node.optional("start") == nil {
            throw unit.wrong("`unit` needs a `start` that it counts from")
        }
        if let epoch = node.optional("epoch") {
            let unit: EpochUnit = try choice(epoch) ?? .seconds
            return .epoch(perSecond: unit.perSecond)
        }
        if let pattern = node.optional("pattern") {
            let text = try pattern.string
            do { return .pattern(try TimePattern(text)) } catch { throw pattern.wrong(error.reason) }
        }
        guard let start = node.optional("start") else { return .rfc3339 }
        guard let from = EventTime(rfc3339: try start.string) else {
            throw start.wrong("a time such as 2026-01-01T00:00:00Z belongs here")
        }
        let unit: SpanUnit = try choice(node.child("unit")) ?? .seconds
        return .since(from, secondsPerUnit: unit.seconds)
    }

    private enum EpochUnit: String, CaseIterable {
        case seconds, milliseconds, microseconds, nanoseconds

        var perSecond: Int64 {
            switch self {
            case .seconds: 1
            case .milliseconds: 1000
            case .microseconds: 1_000_000
            case .nanoseconds: 1_000_000_000
            }
        }
    }

    private enum SpanUnit: String, CaseIterable {
        case seconds, minutes, hours, days

        var seconds: Int64 {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3600
            case .days: EventTime.day
            }
        }
    }

    /// An offset such as `+01:00`, or a name of the IANA database.
    private func zone(_ node: YAMLNode) throws(ConfigurationError) -> LocalZone? {
        guard let named = node.optional("zone") else {
            if let overlap = node.optional("overlap") { throw overlap.wrong("`overlap` is for times of a `zone`") }
            return nil
        }
        for key in ["epoch", "start"] where node.optional(key) != nil {
            throw named.wrong("`\(key)` counts from a moment, and needs no zone")
        }
        guard var zone = LocalZone(try named.string) else {
            throw named.wrong("a zone such as +01:00, UTC or Europe/Berlin belongs here")
        }
        zone.overlap = try choice(node.optional("overlap")) ?? .reject
        return zone
    }
}

extension LocalZone {
    fileprivate init?(_ text: String) {
        var reader = DigitReader(text)
        if let offset = reader.offset(), reader.isAtEnd {
            self.init(offset: offset)
        } else {
            self.init(named: text)
        }
    }
}
