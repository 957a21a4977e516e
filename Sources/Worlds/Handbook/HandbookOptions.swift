package import Records

/// What a world after the fraud handbook is made of.
package struct HandbookOptions: Sendable, Hashable {
    package enum Invalid: Error, Sendable, Hashable {
        /// Customers, terminals or days are fewer than 1 or too many (10 million, 10 million, 36,500).
        case size
        /// The radius is not a positive number.
        case radius
        /// There is no member, two of one name, or a share that is not a positive number.
        case members
    }

    package let seed: UInt64
    package let customers: Int
    package let terminals: Int
    package let days: Int
    /// The first day's midnight, UTC; a later time of that day is rounded down to it.
    package let startDay: EventTime
    /// How far a customer goes, in a square of 100 by 100.
    package let radius: Double
    package let members: [BankShare]
    /// How fraud changes on the way; nil where it stays as it is.
    package let change: Change?

    /// Thieves learn to stay below what was noticed: from a day on, scenario 1 begins at a lower amount.
    package struct Change: Sendable, Hashable {
        /// Days behind the first.
        package let day: Int
        /// Minor units; above it amounts are frauds.
        package let amountLimit: Int64

        package init(day: Int, amountLimit: Int64) {
            self.day = day
            self.amountLimit = amountLimit
        }
    }

    /// The handbook's world has 5,000 customers and 10,000 terminals at radius 5.
    package init(
        seed: UInt64, customers: Int, terminals: Int, days: Int, startDay: EventTime, radius: Double = 5,
        members: [BankShare], change: Change? = nil
    ) throws(Invalid) {
        guard (1...10_000_000).contains(customers), (1...10_000_000).contains(terminals), (1...36_500).contains(days)
        else { throw .size }
        guard radius > 0, radius.isFinite else { throw .radius }
        guard !members.isEmpty, Set(members.map(\.id)).count == members.count,
            members.allSatisfy({ $0.share > 0 && $0.share.isFinite })
        else { throw .members }
        self.seed = seed
        self.customers = customers
        self.terminals = terminals
        self.days = days
        self.startDay = EventTime(seconds: Int64(startDay.dayNumber) * EventTime.day)
        self.radius = radius
        self.members = members
        self.change = change
    }
}

extension HandbookOptions.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .size: "1 to 10,000,000 customers and as many terminals, and 1 to 36,500 days belong here"
        case .radius: "the radius is not a positive number"
        case .members: "members have different names, each with a share above 0"
        }
    }
}
