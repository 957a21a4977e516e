package import Records

/// What a world's customers and frauds pay, day by day, as numbers; written out as transactions a day at a time.
package struct WorldPayments: Sendable {
    let world: ConsortiumWorld
    private let days: [[Payment]]
    /// How many payments come before each day.
    private let before: [Int]
    /// Digits of an id.
    private let width: Int
    package let count: Int

    init(world: ConsortiumWorld, days: [[Payment]]) {
        self.world = world
        self.days = days
        var before: [Int] = []
        var count = 0
        for day in days {
            before.append(count)
            count += day.count
        }
        self.before = before
        self.count = count
        width = max(6, String(count).count)
    }

    func payments(day: Int) -> [Payment] { days[day] }

    private func transaction(_ payment: Payment, rank: Int) -> SimulatedTransaction {
        let names = world.names
        let customer = world.society[payment.customer]
        let bank = world.plan.banks[customer.bank]
        var entities: Entities = [.account: names.account(payment.customer, bank: customer.bank)]
        let place: String
        if payment.isTransfer {
            let payee: (iban: String, country: String)
            if Account.isOutside(payment.target) {
                payee = names.outsideAccount(payment.target)
            } else {
                let bank = world.society[payment.target].bank
                payee = (names.account(payment.target, bank: bank), Marketplace.home)
            }
            place = payee.iban
            entities[.payee] = payee.iban
            entities[.country] = payee.country
        } else {
            let terminal = world.marketplace.terminals[Int(payment.target)]
            place = names.terminal(payment.target)
            entities[.card] = names.card(payment.customer)
            entities[.merchant] = names.merchant(terminal.merchant)
            entities[.merchantCategory] = terminal.category.code
            entities[.country] = terminal.country
        }
        if payment.device != 0 { entities[.device] = names.device(payment.device) }
        if payment.address != 0 { entities[.ip] = Numbering.dotted(payment.address) }
        let digits = String(rank)
        return SimulatedTransaction(
            labelled: LabelledTransaction(
                member: bank.id,
                transaction: Transaction(
                    id: String(repeating: "0", count: max(0, width - digits.count)) + digits,
                    time: EventTime(seconds: payment.seconds), customer: names.customer(payment.customer),
                    terminal: place, amount: MinorUnits(payment.amount),
                    original: Self.currency.map { Money(units: payment.amount, currency: $0) }, kind: payment.kind,
                    channel: payment.channel, entities: entities),
                fraud: payment.typology != nil, scenario: payment.typology?.number ?? 0),
            incident: Int(payment.incident))
    }

    private static let currency = Currency("EUR")
}

extension WorldPayments: SimulatedWorld {
    package var firstDay: Int { world.plan.start.dayNumber }
    package var dayCount: Int { days.count }
    package var members: [MemberID] { world.plan.banks.map(\.id) }

    package func transactions(day: Int) -> [SimulatedTransaction] {
        days[day].enumerated().map { transaction($1, rank: before[day] + $0) }
    }
}
