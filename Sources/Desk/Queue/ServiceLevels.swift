package import Records

/// Within what time somebody is to look at an alert.
package struct ServiceLevels: Hashable, Sendable {
    /// Seconds of work for a payment that is held, and for one that was stopped.
    package var held: Int64
    package var stopped: Int64
    /// Other times for payments of an amount or more; the largest amount that a payment reaches counts.
    package var large: [Level] = []
    /// When work time passes; nil where it always does.
    package var calendar: ServiceCalendar?
    /// Seconds of work before it is late, from which on it is nearly so; nil where nobody is told.
    package var warning: Int64?

    package struct Level: Hashable, Sendable {
        package var isHeld: Bool
        /// Hundredths of the consortium's currency.
        package var from: MinorUnits
        package var seconds: Int64

        package init(isHeld: Bool, from: MinorUnits, seconds: Int64) {
            self.isHeld = isHeld
            self.from = from
            self.seconds = seconds
        }
    }

    /// - Parameters: at least a second each.
    package init(held: Int64, stopped: Int64) {
        self.held = held
        self.stopped = stopped
    }

    /// Half an hour while a payment waits, four hours where it was stopped.
    package static let standard = ServiceLevels(held: 1800, stopped: 14_400)

    /// When it is late, in microseconds since 1970.
    ///
    /// - Parameter pauses: in order.
    package func due(_ facts: AlertFacts, pauses: [Pause] = []) -> Int64 {
        due(isHeld: facts.isHeld, amount: facts.amount, decidedAt: facts.decidedAt, pauses: pauses)
    }

    package func due(isHeld: Bool, amount: MinorUnits, decidedAt: Int64, pauses: [Pause] = []) -> Int64 {
        after(time(isHeld: isHeld, amount: amount), from: decidedAt, pauses)
    }

    /// From when on it is nearly late; nil where nobody is told.
    package func soon(isHeld: Bool, amount: MinorUnits, decidedAt: Int64, pauses: [Pause] = []) -> Int64? {
        warning.map { after(max(0, time(isHeld: isHeld, amount: amount) - $0), from: decidedAt, pauses) }
    }

    /// Seconds of work within which somebody is to look.
    private func time(isHeld: Bool, amount: MinorUnits) -> Int64 {
        let level = large.filter { $0.isHeld == isHeld && !(amount < $0.from) }.max { $0.from < $1.from }
        return level?.seconds ?? (isHeld ? held : stopped)
    }

    /// When so many seconds of work have passed without those in which the clock stood.
    private func after(_ seconds: Int64, from start: Int64, _ pauses: [Pause]) -> Int64 {
        let calendar = calendar ?? ServiceCalendar()
        var (left, start) = (seconds * 1_000_000, start)
        for pause in pauses where pause.until > start {
            let passed = calendar.work(from: start, to: pause.at)
            if passed >= left { break }
            left -= passed
            start = pause.until
        }
        return calendar.after(left, from: start)
    }
}
