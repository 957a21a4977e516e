/// A shop's terminal is in a fraudster's hands: for one to three weeks cards of the town's people, whichever bank they are
/// with, are charged there with sums that they never agreed to (the fraud handbook's scenario 2). Honest payments there go
/// on. One bank sees a few odd payments, the consortium sees the terminal.
struct CompromisedTerminal: FraudPattern {
    static let rate = 5.0

    static func commit(_ incident: inout Incident, day: Int) {
        let town = incident.world.marketplace.towns.draw(&incident.random)
        let people = incident.society.inhabitants[town]
        guard people.count >= 20 else { return }
        let category = incident.random.pick([MerchantCategory.fuel, .grocery, .restaurant, .clothing, .discount])
        let terminal = incident.random.pick(incident.world.marketplace.terminals(of: category, in: town))
        for today in day..<day + 7 + incident.random.below(15) {
            for _ in 0..<incident.random.poisson(2.5) {
                guard let victim = incident.somebody(on: today..<today + 1, among: people) else { continue }
                let amount = incident.amount(300 * category.trade.median, 0.4)
                incident.pay(
                    victim, at: terminal, min(amount, incident.limit(of: victim)),
                    incident.time(today, hour: 9 + incident.random.below(11)))
            }
        }
    }
}
