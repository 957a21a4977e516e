package import Records

/// A payment held against what its customer did before: five looks, each with what is usual, and whether this is not.
package struct PastComparison: Hashable, Sendable {
    /// How many earlier payments it is held against, and from when the oldest is.
    package var count: Int
    package var since: EventTime?
    package var amount: AmountLook
    package var hour: HourLook
    package var payee: KnownLook
    package var place: KnownLook
    package var velocity: VelocityLook

    /// The amount among earlier ones, in hundredths of the consortium's currency.
    package struct AmountLook: Hashable, Sendable {
        package var own: Int64
        /// Nil where there are no earlier ones.
        package var median: Int64?
        /// Nine of ten were at most this much.
        package var ninth: Int64?
        package var largest: Int64?
        package var isUnusual: Bool
    }

    /// The hour of the day, UTC, among earlier ones.
    package struct HourLook: Hashable, Sendable {
        /// 0 to 23.
        package var own: Int
        /// Earlier payments in each hour.
        package var counts: [Int]
        package var isUnusual: Bool
    }

    /// A name among those of earlier payments.
    package struct KnownLook: Hashable, Sendable {
        /// What is looked at, such as the payee's account, or the terminal.
        package var kind: LinkKind
        package var name: String
        /// Earlier payments with it.
        package var times: Int
        package var first: EventTime?
        package var isUnusual: Bool
    }

    /// Payments of a day before it, this one included.
    package struct VelocityLook: Hashable, Sendable {
        package var count: Int
        package var sum: Int64
        /// The most that any earlier payment had within its day.
        package var mostCount: Int
        package var isUnusual: Bool
    }

    /// Earlier payments under which nothing is called unusual.
    package static let enough = 5

    /// - Parameter past: the customer's earlier payments, in any order; later ones and the payment itself are passed over.
    package init(_ payment: Transaction, past: [Transaction]) {
        let past = past.filter { $0.time <= payment.time && $0.id != payment.id }.sorted { $0.time < $1.time }
        let isKnown = past.count >= Self.enough
        count = past.count
        since = past.first?.time
        amount = Self.amount(payment, past, isKnown)
        hour = Self.hour(payment, past, isKnown)
        let kind: LinkKind = payment.entities[.payee] == nil ? .terminal : .payee
        payee = Self.known(kind, payment, past, isKnown)
        let placeKind: LinkKind = payment.entities[.device] != nil ? .device : kind == .terminal ? .ip : .terminal
        place = Self.known(placeKind, payment, past, isKnown)
        velocity = Self.velocity(payment, past, isKnown)
    }

    private static func amount(_ payment: Transaction, _ past: [Transaction], _ isKnown: Bool) -> AmountLook {
        let amounts = past.map(\.amount.value).sorted()
        func quantile(_ tenths: Int) -> Int64? {
            amounts.isEmpty ? nil : amounts[min(amounts.count - 1, (amounts.count * tenths + 9) / 10 - 1)]
        }
        let own = payment.amount.value
        let ninth = quantile(9)
        return AmountLook(
            own: own, median: quantile(5), ninth: ninth, largest: amounts.last,
            // Above what nine of ten were, and by a half at least.
            isUnusual: isKnown && ninth.map { own > $0 + $0 / 2 } ?? false)
    }

    private static func hour(_ payment: Transaction, _ past: [Transaction], _ isKnown: Bool) -> HourLook {
        var counts = [Int](repeating: 0, count: 24)
        for earlier in past { counts[earlier.time.hour] += 1 }
        let own = payment.time.hour
        // Nobody pays at the very same minute each day: the hours beside count, too.
        let near = (-1...1).reduce(0) { $0 + counts[(own + $1 + 24) % 24] }
        return HourLook(own: own, counts: counts, isUnusual: isKnown && near * 20 < past.count)
    }

    private static func known(
        _ kind: LinkKind, _ payment: Transaction, _ past: [Transaction], _ isKnown: Bool
    ) -> KnownLook {
        let name = kind.name(in: payment) ?? ""
        let same = past.filter { !name.isEmpty && kind.name(in: $0) == name }
        return KnownLook(
            kind: kind, name: name, times: same.count, first: same.first?.time,
            isUnusual: isKnown && !name.isEmpty && same.isEmpty)
    }

    private static func velocity(_ payment: Transaction, _ past: [Transaction], _ isKnown: Bool) -> VelocityLook {
        /// Payments of the day up to and with the one at a place.
        func within(_ place: Int, _ all: [Transaction]) -> [Transaction] {
            let end = all[place].time.seconds
            return all[...place].reversed().prefix { $0.time.seconds > end - EventTime.day }
        }
        let all = past + [payment]
        let day = within(all.count - 1, all)
        let most = past.indices.map { within($0, past).count }.max() ?? 0
        return VelocityLook(
            count: day.count, sum: day.reduce(0) { $0 + $1.amount.value }, mostCount: most,
            isUnusual: isKnown && day.count > max(2, most))
    }

    /// How many of the five are unusual.
    package var unusual: Int {
        [amount.isUnusual, hour.isUnusual, payee.isUnusual, place.isUnusual, velocity.isUnusual].count { $0 }
    }
}
