/// A customer in good standing, who never meant to pay: for three weeks the card is used more and more, and paid (those
/// payments are honest in the ground truth, nobody could call them otherwise); then in two days everything that the card
/// and the account give is spent and drawn, and the customer is never heard of again.
struct BustOut: FraudPattern {
    static let rate = 6.0
    static let buildUpDays = 21

    static func commit(_ incident: inout Incident, day: Int) {
        guard
            let customer = incident.somebody(
                on: day - buildUpDays..<day + 2, of: [.student, .employee, .smallBusiness])
        else { return }
        let market = incident.world.marketplace
        let town = incident.society[customer].town
        let limit = Double(incident.limit(of: customer))
        for before in 1...buildUpDays where incident.random.below(3) == 0 {
            let shops = market.terminals(
                of: incident.random.pick([.electronics, .departmentStore, .clothing]), in: town)
            let part = 0.05 + 0.25 * Double(buildUpDays - before) / Double(buildUpDays)
            incident.pay(
                customer, at: incident.random.pick(shops), Int64(limit * part * incident.random.uniform(0.7, 1)),
                incident.time(day - before, hour: 10 + incident.random.below(9)),
                isFraud: false)
        }
        for _ in 0..<12 + incident.random.below(8) {
            let shops = market.terminals(of: incident.random.pick([.electronics, .jeweller, .hardware]), in: town)
            incident.pay(
                customer, at: incident.random.pick(shops), Int64(limit * incident.random.uniform(0.5, 0.98)),
                incident.time(
                    day + incident.random.below(2), hour: 9 + incident.random.below(11)))
        }
        for today in day..<day + 2 {
            for _ in 0..<2 {
                incident.drawCash(
                    customer, Int64(limit * 0.4), incident.time(today, hour: 8 + incident.random.below(14)))
            }
        }
        incident.society.limit(customer, to: 0..<max(0, min(day, incident.world.plan.days)))
    }
}
