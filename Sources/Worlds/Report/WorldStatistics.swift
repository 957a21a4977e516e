import Records

/// What a report counts of a world's transactions. Days can be counted apart and added up.
package struct WorldStatistics: Sendable {
    struct Total: Sendable {
        var count = 0
        /// Minor units.
        var amount: Int64 = 0

        mutating func add(_ other: Total) {
            count += other.count
            amount += other.amount
        }
    }

    /// One fraud, as a timeline shows it.
    struct Step: Sendable {
        var time: EventTime
        var amount: Int64
        var kind: PaymentKind?
        var member: MemberID
        var customer: String
    }

    /// Upper bounds of the amounts counted together, in minor units: 1, 2, 5, 10 and so on in major units; above the last
    /// is a class of its own.
    static let amountBounds: [Int64] = (0..<5).flatMap { power -> [Int64] in
        let scale = (0..<power).reduce(Int64(100)) { scale, _ in scale * 10 }
        return [scale, 2 * scale, 5 * scale]
    }

    /// By day (since 1970) and member.
    private(set) var days: [Int: [MemberID: Total]] = [:]
    /// By kind and hour of the day, UTC.
    private(set) var hours: [PaymentKind: [Int]] = [:]
    /// By kind and class of amounts.
    private(set) var amounts: [PaymentKind: [Int]] = [:]
    private(set) var kinds: [PaymentKind: [MemberID: Total]] = [:]
    /// By merchant category code.
    private(set) var categories: [String: Total] = [:]
    /// The frauds by typology and incident.
    private(set) var incidents: [Typology: [Int: [Step]]] = [:]

    package init() {}

    package mutating func add(_ simulated: SimulatedTransaction) {
        let transaction = simulated.labelled.transaction
        let member = simulated.labelled.member
        let one = Total(count: 1, amount: transaction.amount.value)
        days[transaction.time.dayNumber, default: [:]][member, default: Total()].add(one)
        // What names no kind is a card payment in the handbook's world.
        let kind = transaction.kind ?? .card
        hours[kind, default: [Int](repeating: 0, count: 24)][transaction.time.hour] += 1
        let bounds = Self.amountBounds
        let place = bounds.firstIndex { one.amount <= $0 } ?? bounds.count
        amounts[kind, default: [Int](repeating: 0, count: bounds.count + 1)][place] += 1
        kinds[kind, default: [:]][member, default: Total()].add(one)
        if let code = transaction.entities[.merchantCategory] { categories[code, default: Total()].add(one) }
        if let typology = simulated.typology {
            incidents[typology, default: [:]][simulated.incident, default: []].append(
                Step(
                    time: transaction.time, amount: one.amount, kind: transaction.kind, member: member,
                    customer: transaction.customer))
        }
    }

    /// Counts a later part of the world, too.
    package mutating func add(_ other: WorldStatistics) {
        let sum = { (left: [MemberID: Total], right: [MemberID: Total]) in
            left.merging(right, uniquingKeysWith: Self.sum)
        }
        days.merge(other.days, uniquingKeysWith: sum)
        hours.merge(other.hours) { zip($0, $1).map { $0 + $1 } }
        amounts.merge(other.amounts) { zip($0, $1).map { $0 + $1 } }
        kinds.merge(other.kinds, uniquingKeysWith: sum)
        categories.merge(other.categories, uniquingKeysWith: Self.sum)
        incidents.merge(other.incidents) { $0.merging($1) { $0 + $1 } }
    }

    private static func sum(_ left: Total, _ right: Total) -> Total {
        var sum = left
        sum.add(right)
        return sum
    }
}

extension WorldStatistics {
    package var count: Int { days.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } } }
    package var frauds: Int { incidents.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } } }
    var members: [MemberID] { Set(days.values.flatMap(\.keys)).sorted() }
    /// Days since 1970, those without transactions among them.
    var span: ClosedRange<Int>? { days.keys.min().flatMap { first in days.keys.max().map { first...$0 } } }

    func total(of typology: Typology) -> Total {
        (incidents[typology] ?? [:]).values.joined().reduce(into: Total()) {
            $0.add(Total(count: 1, amount: $1.amount))
        }
    }

    /// The incident whose number of payments is the typology's median; the first of those.
    func example(of typology: Typology) -> [Step]? {
        let all = (incidents[typology] ?? [:]).sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }
        return all.isEmpty ? nil : all[all.count / 2].value
    }
}
