/// The bounds of a transaction's event time against the time at which its record came into the log. Counts are looked up at the
/// event time, so who may choose it freely reads how they went over time.
package struct EventTimeLimits: Hashable, Sendable {
    /// How far an event may be ahead of its record, in seconds.
    package var ahead: Int64
    /// How far an event may be behind its record, in seconds.
    package var late: Int64

    package init(ahead: Int64, late: Int64) {
        self.ahead = ahead
        self.late = late
    }

    /// The limits of a consortium whose roster names none: what is further ahead, agents reject by the default validation rules,
    /// too; and a week is room for an agent that was down.
    package static let standard = EventTimeLimits(ahead: EventTime.day, late: 7 * EventTime.day)
}
