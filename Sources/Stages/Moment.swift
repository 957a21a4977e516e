/// An instant of a monotonic clock, as the time since an arbitrary start. Only moments of one clock can be compared.
package struct Moment: Hashable, Comparable, Sendable {
    package var sinceStart: Duration

    package init(sinceStart: Duration) { self.sinceStart = sinceStart }

    package static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(sinceStart: moment.sinceStart + duration)
    }

    package static func - (end: Moment, begin: Moment) -> Duration { end.sinceStart - begin.sinceStart }

    package static func < (left: Moment, right: Moment) -> Bool { left.sinceStart < right.sinceStart }
}
