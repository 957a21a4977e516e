import Foundation
import Records

/// The honest payments of one customer: purchases, cash, transfers, standing orders, and the income that its payer sends.
///
/// All of it comes from the customer's own stream of numbers, so that diaries can be written in any order, by as many
/// threads as there are.
struct Diary {
    let world: ConsortiumWorld
    let number: Int32
    private let customer: Society.Customer
    private let habits: Segment.Habits
    private let segment: Segment
    private var random: SeededRandom
    /// A town abroad and the last day there.
    private var journey: (town: Int, until: Int)?
    private var count: UInt64 = 0
    private(set) var payments: [Payment] = []

    /// Nil for who has no habits.
    init?(of number: Int32, in world: ConsortiumWorld) {
        customer = world.society[number]
        guard let segment = customer.segment else { return nil }
        self.world = world
        self.number = number
        self.segment = segment
        habits = segment.habits
        random = SeededRandom(seed: world.plan.seed, stream: Stream.first + UInt64(number))
    }

    mutating func write() {
        for day in customer.present {
            let season = world.season.days[day]
            travel(day)
            let spending = season.spending * world.paydays.spending(customer.payday, day: day)
            for _ in 0..<random.poisson(habits.purchases * customer.activity * spending) { purchase(season) }
            for _ in 0..<random.poisson(habits.cashOuts / 30 * customer.activity * spending) { cashOut(season) }
            let office = season.isWorkingDay ? 1.2 : 0.5
            for _ in 0..<random.poisson(habits.transfers / 30 * customer.activity * office) { transfer(season) }
            for order in 0..<habits.standingOrders { standingOrder(order, season) }
            if world.paydays.isPayday(customer.payday, day: day) { income(season) }
        }
    }

    private mutating func travel(_ day: Int) {
        if let journey, day > journey.until { self.journey = nil }
        guard random.uniform() < habits.journeys / 365, journey == nil else { return }
        let town = world.marketplace.homeTowns + random.below(Marketplace.abroad.count)
        journey = (town, day + 3 + random.below(9))
    }

    private mutating func purchase(_ season: Season.Day) {
        let category = world.habits.category(segment, season.mood, &random)
        let trade = category.trade
        let online =
            trade.online * habits.online / (trade.online * habits.online + (1 - trade.online) * (1 - habits.online))
        let isOnline = random.uniform() < online
        let amount = trade.median * habits.amounts.squareRoot() * customer.level
        let cents = Int64(100 * amount * exp(random.normal(mean: 0, deviation: trade.spread)))
        var payment = Payment(
            seconds: season.midnight + world.habits.second(segment, category, &random),
            amount: min(max(50, cents), Int64(98 * habits.cardLimit)), order: 0, customer: number, target: 0,
            kind: .card, channel: .pos)
        if isOnline {
            payment.target = favourite(world.marketplace.onlineTerminals(of: category), category)
            order(&payment)
        } else {
            payment.target = favourite(
                world.marketplace.terminals(of: category, in: journey?.town ?? customer.town), category)
        }
        add(payment)
    }

    private mutating func cashOut(_ season: Season.Day) {
        let median = 90 * habits.amounts * customer.level
        let tens = Int64(median * exp(random.normal(mean: 0, deviation: 0.6)) / 10)
        add(
            Payment(
                seconds: season.midnight + world.habits.second(segment, .atm, &random),
                amount: min(max(1, tens), 100) * 1000, order: 0, customer: number,
                target: favourite(world.marketplace.terminals(of: .atm, in: journey?.town ?? customer.town), .atm),
                kind: .cashOut, channel: .atm))
    }

    /// To one of a few people and firms that the customer pays again and again, now and then to somebody new.
    private mutating func transfer(_ season: Season.Day) {
        let median = 55 * habits.amounts * customer.level
        var cents = max(100, Int64(100 * median * exp(random.normal(mean: 0, deviation: 1))))
        if random.below(2) == 0 { cents = max(1, (cents + 250) / 500) * 500 }
        let isNew = random.below(8) == 0
        let contact = isNew ? random.next() : Self.mix(UInt64(number) << 8 | UInt64(random.below(8)))
        let isPerson = contact >> 32 & 1 == 0 && segment != .smallBusiness
        var payment = Payment(
            seconds: season.midnight + world.habits.second(segment, .telecom, &random), amount: cents, order: 0,
            customer: number, target: 0, kind: random.uniform() < habits.instant ? .instantTransfer : .transfer,
            channel: .branch)
        payment.target = isPerson ? person(contact) : Account.outside(Int(contact % 100_000))
        if segment != .pensioner || random.below(3) > 0 { order(&payment) }
        add(payment)
    }

    /// Rent, and bills of the same amount every month, on a day of the first week.
    private mutating func standingOrder(_ order: Int, _ season: Season.Day) {
        let mixed = Self.mix(UInt64(number) << 8 | UInt64(0x80 + order))
        guard season.dayOfMonth == 1 + Int(mixed % (order == 0 ? 3 : 7)) else { return }
        let cents = order == 0 ? customer.income * Int64(22 + mixed >> 8 % 12) / 100 : 1500 + Int64(mixed >> 8 % 9000)
        add(
            Payment(
                seconds: season.midnight + 10_800 + Int64(random.below(7200)), amount: cents, order: 0,
                customer: number, target: Account.outside(Int(mixed >> 16 % (order == 0 ? 100_000 : 300))),
                kind: .transfer, channel: .file))
    }

    /// The payer's transfer, in a file with everybody else's.
    private mutating func income(_ season: Season.Day) {
        add(
            Payment(
                seconds: season.midnight + 14_400 + Int64(random.below(10_800)), amount: customer.income, order: 0,
                customer: customer.payer, target: number, kind: .transfer, channel: .file))
    }

    /// Ordered from the customer's phone or computer.
    private mutating func order(_ payment: inout Payment) {
        let isMobile = random.uniform() < habits.mobile
        payment.channel = isMobile ? .mobile : .online
        payment.device = UInt32(number) * 2 + (isMobile ? 1 : 2)
        // A phone is as often in the network of its provider as at home.
        payment.address =
            isMobile && random.below(2) == 0 ? Numbering.mobile(random.below(1 << 16)) : world.names.home(number)
    }

    /// Three in four times one of two favourites of the category.
    private mutating func favourite(_ terminals: [Int32], _ category: MerchantCategory) -> Int32 {
        let choice = random.below(8)
        guard choice < 6 else { return random.pick(terminals) }
        let mixed = Self.mix(UInt64(number) << 16 | UInt64(category.number) << 8 | (choice < 4 ? 0 : 1))
        return terminals[Int(mixed % UInt64(terminals.count))]
    }

    private func person(_ mixed: UInt64) -> Int32 {
        let other = Int32(mixed % UInt64(world.society.people))
        return other == number ? Account.outside(Int(mixed % 1000)) : other
    }

    private mutating func add(_ payment: Payment) {
        var payment = payment
        payment.order = UInt64(number) << 32 | count
        count += 1
        payments.append(payment)
    }

    /// A number that belongs to a customer for good: the first of a stream.
    private static func mix(_ value: UInt64) -> UInt64 {
        var random = SeededRandom(seed: 0x5EED, stream: value)
        return random.next()
    }

    enum Stream {
        static let first: UInt64 = 1 << 42
    }
}
