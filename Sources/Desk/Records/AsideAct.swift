/// What keeps an item, or its clock, for a time.
package enum AsideAct: Hashable, Sendable {
    /// Puts it aside until a moment, in microseconds since 1970 by the log's clock, or until one of some things happens.
    case snooze(until: Int64, wakes: Set<WakeEvent>)
    /// Brings it back; nil where a person does.
    case wake(WakeEvent?)
    /// Stops its clock until a moment, by the log's clock in microseconds since 1970, and lets it go on before that.
    case pause(until: Int64, Pause.Awaited)
    case resume

    package var isPause: Bool { if case .pause = self { true } else { false } }

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .snooze: "snooze"
        case .wake: "wake"
        case .pause: "pause"
        case .resume: "resume"
        }
    }

    /// Longest time that something is put aside, in microseconds: ninety days.
    package static let longest: Int64 = 90 * 86_400_000_000
}

/// What brings a snoozed item back before its time. A raw value stands in records.
package enum WakeEvent: String, Sendable, Hashable, CaseIterable, Codable {
    /// A label of its payment, such as the answer to a recall.
    case label
    /// Another alert of its customer.
    case alert
}

/// An item that is put aside.
package struct Snooze: Hashable, Sendable {
    /// Since when and until when, by the log's clock in microseconds.
    package var at: Int64
    package var until: Int64
    package var wakes: Set<WakeEvent>

    package init(at: Int64, until: Int64, wakes: Set<WakeEvent>) {
        self.at = at
        self.until = until
        self.wakes = wakes
    }
}
