/// A thief pays at a shop, once, with more than the card's limit a payment allows (the fraud handbook's scenario 1): what
/// any rule finds, so that a model or rule that misses it is broken.
struct OverLimitAmount: FraudPattern {
    static let rate = 60.0

    static func commit(_ incident: inout Incident, day: Int) {
        guard let victim = incident.somebody(on: day..<day + 1) else { return }
        let shops = incident.world.marketplace.terminals(
            of: incident.random.pick([.electronics, .jeweller, .departmentStore]), in: incident.society[victim].town)
        let limit = Double(incident.limit(of: victim))
        incident.pay(
            victim, at: incident.random.pick(shops), Int64(limit * incident.random.uniform(1.05, 2.5)),
            incident.time(day, hour: 10 + incident.random.below(9)))
    }
}
