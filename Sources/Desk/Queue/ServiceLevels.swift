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
    package func due(_ facts: AlertFacts) -> Int64 {
        due(isHeld: facts.isHeld, amount: facts.amount, decidedAt: facts.decidedAt)
    }

    package func due(isHeld: Bool, amount: MinorUnits, decidedAt: Int64) -> Int64 {
        let level = large.filter { $0.isHeld == isHeld && !(amount < $0.from) }.max { $0.from < $1.from }
        let time = (level?.seconds ?? (isHeld ? held : stopped)) * 1_000_000
        return calendar?.after(time, from: decidedAt) ?? decidedAt + time
    }
}
