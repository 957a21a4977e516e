/// How many elements a member may have evaluated: so fast, and so many at once after a rest. It bounds how many
/// identifiers a member, or a thief of its keys, can try.
package struct RateLimit: Sendable, Hashable {
    /// How fast a used-up level comes back; 1 to 10^9.
    package let elementsPerSecond: Int64
    /// At least the largest batch, so that any lawful request fits some day.
    package let burst: Int64

    package init(elementsPerSecond: Int, burst: Int) {
        precondition(
            (1...1_000_000_000).contains(elementsPerSecond)
                && (PartialEvaluation.batch.upperBound...1_000_000_000).contains(burst),
            "a rate from 1 to 10^9, and a burst from the largest batch to 10^9")
        self.elementsPerSecond = Int64(elementsPerSecond)
        self.burst = Int64(burst)
    }

    /// The default: 50 a second, and a million at first, for the names that a member has met before it joined.
    package static let standard = RateLimit(elementsPerSecond: 50, burst: 1_000_000)

    /// Card numbers of 16 digits that begin with the same six (one BIN): nine digits are free, and Luhn's follows from them.
    package static let cardsOfBIN: Int64 = 1_000_000_000

    /// The days that a member needs to have so many identifiers evaluated, whole ones of them.
    package func days(toTry identifiers: Int64) -> Int64 {
        max(identifiers - burst, 0) / (elementsPerSecond * 86_400)
    }

    /// The days for all cards of a BIN, where they are fewer than half a year: then the rate does not protect a card's number.
    package var daysToTryBIN: Int64? {
        let days = days(toTry: Self.cardsOfBIN)
        return days < 182 ? days : nil
    }
}

/// How far a member's rate is used up: what a party keeps over a restart.
package struct RateLevel: Sendable, Hashable {
    /// What is left, in thousandths of an element.
    package let thousandths: Int64
    /// When that was, in milliseconds of the evaluator's clock.
    package let time: Int64

    package init(thousandths: Int64, time: Int64) {
        self.thousandths = thousandths
        self.time = time
    }
}

/// A token bucket over a clock that is handed in; it begins full. Whole numbers only: the level is in thousandths of an
/// element, of which a millisecond adds as many as a second adds elements.
package struct RateBucket: Sendable {
    private let limit: RateLimit
    private var level: Int64
    private var last: Int64

    /// A full bucket.
    ///
    /// - Parameter now: milliseconds of the clock that later calls of `take` go by.
    package init(_ limit: RateLimit, at now: Int64) {
        self.limit = limit
        level = limit.burst * 1000
        last = now
    }

    /// Goes on from a level that was kept. One that the limit does not allow, because that was changed, is brought within it.
    package init(_ limit: RateLimit, from level: RateLevel) {
        self.limit = limit
        self.level = min(max(level.thousandths, 0), limit.burst * 1000)
        last = level.time
    }

    /// The level as of the last call of `take`; what came back after it is not in it.
    package var current: RateLevel { RateLevel(thousandths: level, time: last) }

    /// Takes all of `elements` or nothing.
    ///
    /// - Parameter now: milliseconds; a time before the last one counts as the last one.
    /// - Throws: `rateExhausted`.
    package mutating func take(_ elements: Int, at now: Int64) throws(TokenError) {
        let rate = limit.elementsPerSecond
        let full = limit.burst * 1000
        if now > last {
            let (elapsed, isLong) = now.subtractingReportingOverflow(last)
            level = isLong || elapsed >= (full - level) / rate + 1 ? full : min(level + elapsed * rate, full)
            last = now
        }
        let need = Int64(elements) * 1000
        guard level >= need else {
            let (until, isBeyond) = last.addingReportingOverflow((need - level + rate - 1) / rate)
            throw .rateExhausted(until: isBeyond ? .max : until)
        }
        level -= need
    }
}
