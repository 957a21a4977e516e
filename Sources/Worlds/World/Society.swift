import Foundation
import Records

/// The customers of all banks: people and firms of the segments, and behind them the employers and funds that pay
/// their income.
struct Society: Sendable {
    struct Customer: Sendable {
        /// Its place among the plan's banks.
        var bank: Int
        /// Nil for who only pays incomes.
        var segment: Segment?
        var town: Int
        /// How much more often and in what larger amounts than its segment.
        var activity: Double
        var level: Double
        /// A month, in minor units, and who pays it.
        var income: Int64
        var payer: Int32
        /// A key of `Paydays`.
        var payday: Int
        /// Days of the world on which it keeps its habits.
        var present: Range<Int>
    }

    /// Customers with habits come first, then payers.
    private(set) var customers: [Customer]
    let people: Int
    /// People of each town at home.
    let inhabitants: [[Int32]]

    init(_ plan: WorldPlan, _ marketplace: Marketplace) {
        let payers = max(plan.banks.count, plan.customers / 60)
        let banks = BankShare.assign(plan.customers, to: plan.banks)
        let payerBanks = BankShare.assign(payers, to: plan.banks)
        let segments = Segment.allCases
        let choice = WeightedChoice(segments.map { plan.segments[$0] ?? 0 })
        var customers: [Customer] = []
        customers.reserveCapacity(plan.customers + payers)
        var inhabitants = [[Int32]](repeating: [], count: marketplace.homeTowns)
        for number in 0..<plan.customers {
            var random = SeededRandom(seed: plan.seed, stream: Stream.firstCustomer + UInt64(number))
            let segment = segments[choice.draw(&random)]
            let habits = segment.habits
            let town = marketplace.towns.draw(&random)
            let level = exp(random.normal(mean: 0, deviation: 0.25))
            let payer = random.below(payers)
            customers.append(
                Customer(
                    bank: banks[number], segment: segment, town: town,
                    activity: exp(random.normal(mean: -0.08, deviation: 0.4)), level: level,
                    income: Int64(habits.income * level * 100 * exp(random.normal(mean: 0, deviation: 0.15))),
                    payer: Int32(plan.customers + payer), payday: Paydays.key(habits.payday, payer: payer),
                    present: 0..<plan.days))
            inhabitants[town].append(Int32(number))
        }
        for bank in payerBanks {
            customers.append(
                Customer(
                    bank: bank, segment: nil, town: 0, activity: 0, level: 1, income: 0, payer: 0,
                    payday: Paydays.never, present: 0..<plan.days))
        }
        self.customers = customers
        self.inhabitants = inhabitants
        people = plan.customers
    }

    subscript(_ number: Int32) -> Customer { customers[Int(number)] }

    /// From a day on the customer is not heard of any more; or before it, not yet.
    mutating func limit(_ number: Int32, to days: Range<Int>) {
        customers[Int(number)].present = customers[Int(number)].present.clamped(to: days)
    }

    /// Whether it keeps its habits all through these days, those of the world at least.
    func isPresent(_ number: Int32, _ days: Range<Int>) -> Bool {
        let present = self[number].present
        return present.lowerBound <= days.lowerBound && days.upperBound <= present.upperBound
    }

    enum Stream {
        static let firstCustomer: UInt64 = 1 << 41
    }
}
