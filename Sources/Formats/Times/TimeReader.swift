import Records

/// Reads the times of a mapping's records.
struct TimeReader: Sendable {
    private let source: FieldSource
    private let form: TimeForm
    /// Times are those of XML Schema, which a date may have a zone in.
    private let isMessage: Bool

    init(_ source: FieldSource, _ form: TimeForm, isMessage: Bool) {
        self.source = source
        self.form = form
        self.isMessage = isMessage
    }

    /// Fields that the time comes from, in order.
    var names: [String] { form.joined.isEmpty ? source.names : form.joined }

    /// The record's time.
    ///
    /// - Throws: `timeInvalid` for what is not of the mapping's form, or not between 2000 and 2099; `timeAmbiguous` for a
    ///   local time that is there twice; what `text` throws. A number is `wrongType` unless the mapping says what it
    ///   counts.
    func time(_ fields: [String: JSONScalar]) throws(Rejection) -> EventTime {
        let (name, text) = try written(fields)
        let time: EventTime?
        do throws(LocalZone.LocalTimeError) {
            time = try self.time(text)
        } catch {
            throw Rejection(reason: error == .twice ? .timeAmbiguous : .timeInvalid, field: name)
        }
        guard let time, RecordParser.times.contains(time.seconds) else {
            throw Rejection(reason: .timeInvalid, field: name)
        }
        return time
    }

    private func written(_ fields: [String: JSONScalar]) throws(Rejection) -> (name: String, text: String) {
        guard !form.joined.isEmpty else {
            let name = fields.first(of: source)
            return (name, try fields.text(name, numbers: form.reading != .rfc3339))
        }
        var texts: [String] = []
        for name in form.joined { texts.append(try fields.text(name)) }
        return (form.joined[0], texts.joined(separator: " "))
    }

    private func time(_ text: String) throws(LocalZone.LocalTimeError) -> EventTime? {
        switch form.reading {
        case .rfc3339:
            if isMessage { return EventTime(isoDateTime: text) }
            guard let zone = form.zone else { return EventTime(rfc3339: text) }
            return try EventTime(rfc3339: text) { local throws(LocalZone.LocalTimeError) in try zone.moment(of: local) }
        case .epoch(let perSecond):
            return ExactNumber(text)?.times(1, dividedBy: perSecond).map { EventTime(seconds: $0) }
        case .pattern(let pattern): return try pattern.time(of: text, in: form.zone)
        case .since(let start, let secondsPerUnit):
            guard let passed = ExactNumber(text)?.times(secondsPerUnit) else { return nil }
            let (seconds, overflow) = start.seconds.addingReportingOverflow(passed)
            return overflow ? nil : EventTime(seconds: seconds)
        }
    }
}
