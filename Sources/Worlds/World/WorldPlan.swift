package import Records

/// What an invented consortium is made of: `pipelines/worlds/*.yaml`.
package struct WorldPlan: Sendable, Hashable {
    package enum Invalid: Error, Sendable, Hashable {
        /// Customers, terminals or days are outside their bounds.
        case size
        /// There is no bank, two of one name, or a share that is not a positive number.
        case banks
        /// No segment has a share above 0, or one is negative.
        case segments
        /// A rate is negative or above `mostIncidents`.
        case typologies
    }

    package static let customerBounds = 100...10_000_000
    package static let terminalBounds = 100...10_000_000
    package static let dayBounds = 1...3660
    package static let mostIncidents = 10_000.0
    /// In words.
    package static let limits = "100 to 10,000,000 customers and as many terminals, and 1 to 3660 days"

    package let seed: UInt64
    package let customers: Int
    /// Shops' terminals, online merchants' and cash machines, which all banks share.
    package let terminals: Int
    package let days: Int
    /// The first day's midnight, UTC; a later time of that day is rounded down to it.
    package let start: EventTime
    package let banks: [BankShare]
    /// Shares of the customers, relative to their sum; a segment that isn't there has none.
    package let segments: [Segment: Double]
    /// Incidents in thirty days for 10,000 customers.
    package let typologies: [Typology: Double]

    package init(
        seed: UInt64 = 1, customers: Int = 5000, terminals: Int = 4000, days: Int = 60, start: EventTime,
        banks: [BankShare] = BankShare.threeBanks, segments: [Segment: Double] = Self.usualSegments,
        typologies: [Typology: Double] = Self.usualTypologies
    ) throws(Invalid) {
        guard Self.customerBounds.contains(customers), Self.terminalBounds.contains(terminals),
            Self.dayBounds.contains(days)
        else { throw .size }
        guard !banks.isEmpty, Set(banks.map(\.id)).count == banks.count,
            banks.allSatisfy({ $0.share > 0 && $0.share.isFinite })
        else { throw .banks }
        guard segments.values.allSatisfy({ $0 >= 0 && $0.isFinite }), segments.values.contains(where: { $0 > 0 }) else {
            throw .segments
        }
        guard typologies.values.allSatisfy({ (0...Self.mostIncidents).contains($0) }) else { throw .typologies }
        self.seed = seed
        self.customers = customers
        self.terminals = terminals
        self.days = days
        self.start = EventTime(seconds: Int64(start.dayNumber) * EventTime.day)
        self.banks = banks
        self.segments = segments
        self.typologies = typologies
    }

    package static let usualSegments = Dictionary(uniqueKeysWithValues: Segment.allCases.map { ($0, $0.habits.share) })
    package static let usualTypologies = Dictionary(uniqueKeysWithValues: Typology.allCases.map { ($0, $0.usualRate) })
}

extension WorldPlan.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .size: "a world has \(WorldPlan.limits)"
        case .banks: "a world has banks of different names, each with a share above 0"
        case .segments: "no segment has a share above 0, or one is negative"
        case .typologies: "a typology's rate is negative or above \(Int(WorldPlan.mostIncidents))"
        }
    }
}
