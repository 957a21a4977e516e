package import Records

/// How a member writes times (docs/CANONICAL.md, "Times"): as RFC 3339 where nothing is said, and never guessed.
package struct TimeForm: Sendable, Hashable {
    /// What a text or number says.
    package enum Reading: Sendable, Hashable {
        /// A time of RFC 3339, or as databases write it: `EventTime.init(rfc3339:)`.
        case rfc3339
        /// So many parts of a second since 1970-01-01T00:00:00Z; a second has `perSecond` of them.
        case epoch(perSecond: Int64)
        /// A time of a pattern of the mapping's.
        case pattern(TimePattern)
        /// A number of units of so many seconds since a start.
        case since(EventTime, secondsPerUnit: Int64)
    }

    package var reading = Reading.rfc3339
    /// Fields whose texts are one, with a blank between them, in place of the mapping's source: a date and a time of day.
    package var joined: [String] = []
    /// The zone of times that name none; nil is UTC.
    package var zone: LocalZone?

    package init() {}
}
