/// The public shape of a batch's count lookups: how many thresholds each lookup of a transaction has.
package struct CountShape: Sendable, Hashable {
    /// Thermometer bits of each lookup, in order.
    package let thresholds: [Int]
    /// Thermometer bits of a transaction.
    package let bits: Int
    private let ends: [Int]

    private static let mostThresholds = 1023

    /// Nil for what no feature spec has: 1 ... 64 lookups of 1 ... 1,023 thresholds, together at most 16,384.
    package init?(thresholds: [Int]) {
        guard (1...64).contains(thresholds.count),
            thresholds.allSatisfy({ (1...Self.mostThresholds).contains($0) })
        else { return nil }
        self.thresholds = thresholds
        var ends: [Int] = []
        for count in thresholds { ends.append((ends.last ?? 0) + count) }
        guard let bits = ends.last, bits <= 16_384 else { return nil }
        self.ends = ends
        self.bits = bits
    }

    /// Lookups of one transaction.
    package var lookups: Int { thresholds.count }
    /// Bytes of a transaction's packed thermometer bits, least significant bit first.
    package var bytes: Int { (bits + 7) / 8 }

    /// A lookup's bits among a transaction's.
    package func range(of lookup: Int) -> Range<Int> { (lookup == 0 ? 0 : ends[lookup - 1])..<ends[lookup] }
}

/// What one party asks of a batch's counts: its shares, and what they are held against, a transaction after the other.
package struct CountQueries: Sendable {
    package let shape: CountShape
    /// `lookups` a transaction.
    package private(set) var shares: [CountShare] = []
    /// Of each lookup's table; `lookups` a transaction.
    package private(set) var domains: [CountDomain] = []
    /// `bits` a transaction; see `CountThreshold`.
    package private(set) var thresholds: [UInt16] = []
    /// A refusal code for each transaction, or 0.
    package private(set) var refusals: [UInt8] = []

    package init(shape: CountShape) { self.shape = shape }

    package var transactions: Int { refusals.count }

    /// - Parameters:
    ///   - shares: one a lookup.
    ///   - events: one a lookup, of which its count is a part, up to `CountDomain.mostEvents`. All three parties have the same.
    ///   - thresholds: those of the first lookup, then those of the second, and so on. All three parties have the same.
    package mutating func append(
        _ shares: some Collection<CountShare>, of events: some Collection<Int>, thresholds: some Collection<UInt16>
    ) {
        precondition(
            shares.count == shape.lookups && events.count == shape.lookups && thresholds.count == shape.bits)
        self.shares += shares
        domains += events.lazy.map { CountDomain(events: $0) }
        self.thresholds += thresholds
        refusals.append(0)
    }

    /// A transaction that this party can't use.
    package mutating func append(refused code: UInt8) {
        shares += repeatElement(.zero, count: shape.lookups)
        domains += repeatElement(CountDomain(events: 0), count: shape.lookups)
        thresholds += repeatElement(CountThreshold.never, count: shape.bits)
        refusals.append(code)
    }

    /// The domain of a lookup by its number in the batch; nil where this party refused its transaction.
    func domain(ofTaken lookup: Int) -> CountDomain? {
        refusals[lookup / shape.lookups] == 0 ? domains[lookup] : nil
    }
}

/// From which count on a thermometer bit is set: 0 is always, 1 ... `CountDomain.mostEvents`, or never.
package enum CountThreshold {
    /// A threshold that no count reaches, so that its bit is 0 in every transaction.
    package static let never = UInt16(CountDomain.mostEvents + 1)

    /// For the count itself: the least that is at or above `edge`.
    package static func count(_ edge: Double) -> UInt16 {
        guard edge > 0 else { return 0 }
        return edge <= Double(CountDomain.mostEvents) ? UInt16(edge.rounded(.up)) : never
    }

    /// For the rate of `events`, which are public among the parties: the least count whose quotient, as a `Double`, is at or
    /// above `edge`; so it equals the rate computed in the clear in every case. Without events the rate is that of one.
    package static func rate(_ edge: Double, of events: Int) -> UInt16 {
        let events = Double(max(events, 1))
        guard edge > 0 else { return 0 }
        guard edge * events <= Double(never) else { return never }
        // The product may be rounded to the other side of a whole number.
        var least = (edge * events).rounded(.up)
        while least > 0, (least - 1) / events >= edge { least -= 1 }
        while least / events < edge { least += 1 }
        return count(least)
    }
}
